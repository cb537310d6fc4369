"""The folders that are open and what they share: settings, one embedding process, the language models."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sourcewise.answering.index_knowledge import IndexKnowledge
from sourcewise.answering.query_engine import CodeQueryEngine
from sourcewise.chunking.isolated_chunker import end_parsing
from sourcewise.domain.index_state import IndexStatus
from sourcewise.embedding import Embedder
from sourcewise.embedding.model_names import model_meant
from sourcewise.embedding.shared_embedder import SharedEmbedder
from sourcewise.folder_index.index import IndexServices, status_of
from sourcewise.folder_index.inspection import IndexInspector
from sourcewise.indexing.throttle import Machine, Throttle
from sourcewise.llm.consent import Consent
from sourcewise.llm.language_models import LanguageModels
from sourcewise.paths import workspace_folder
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.disk_usage import bytes_in
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.storage.vector_store import VectorStores
from sourcewise.weights import WeightsStore
from sourcewise.workspace.embedding_queue import EmbeddingQueue
from sourcewise.workspace.folder import IndexedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sourcewise.domain.answer import Destination
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.folder_index.index import Index
    from sourcewise.paths import DataPaths
    from sourcewise.settings import Settings
    from sourcewise.weights import DownloadProgress

_SHAPING = (
    "embedding_model",
    "embedding_batch",
    "embedding_threads",
    "chunk_tokens",
    "chunk_overlap",
    "max_file_bytes",
    "vectors_server",
)


class Workspace:
    """What all folders share, and the folders that are open."""

    def __init__(
        self,
        settings: Settings,
        data: DataPaths,
        on_download: Callable[[DownloadProgress], None] | None = None,
        *,
        interactive: bool = False,
    ) -> None:
        """Open no folder and load no model yet.

        Args:
            settings: for all folders; see apply.
            data: where things live.
            on_download: hears how far a model's download is.
            interactive: whether this serves an editor. Questions then wait neither for the embedding model nor for the
                download of a language model.
        """
        self.settings = settings
        self.data = data
        self.weights = WeightsStore(data.models)
        self.model = model_meant(settings.embedding_model)
        self.embedder = SharedEmbedder(
            Embedder(self._weights_of, settings.embedding_threads, data.log, idle_seconds=self._idle_seconds),
            data.embedder_lock,
            data.embedder_address,
            lambda: self.settings.question_seconds if interactive else None,
        )
        self.stores = VectorStores(data.log)
        self.cache = EmbeddingCache(data.embedding_cache)
        self.language_models = LanguageModels(
            lambda: self.settings, self.weights, data.log, on_fetch=on_download, may_fetch=not interactive
        )
        self._on_download = on_download
        # In a terminal the user waits for the result, so the work runs at full speed.
        self._throttle = Throttle(lambda: self.settings, Machine().state) if interactive else None
        self._queue = EmbeddingQueue()
        self._folders: list[IndexedFolder] = []
        self._shape = _shape_of(settings)

    def apply(self, settings: Settings) -> bool:
        """Use other settings at once; return whether `reconfigure` must follow to apply them to the indexes."""
        self.settings = settings
        return _shape_of(settings) != self._shape

    def reconfigure(self) -> None:
        """Make the open indexes what the settings ask for; they wait for what is being written."""
        before, self._shape = self._shape, _shape_of(self.settings)
        if before["embedding_threads"] != self._shape["embedding_threads"]:
            self.embedder.use_threads(self.settings.embedding_threads)
        self.model = model_meant(self.settings.embedding_model)
        for folder in self._folders:
            folder.reconfigure(self._services())

    def open(self, path: Path, on_change: Callable[[IndexedFolder], None] = lambda _: None) -> IndexedFolder:
        """Open a folder and keep its index up to date in the background; problems are part of its activity.

        Args:
            path: of the folder.
            on_change: called, in any thread, when its activity changes.
        """
        folder = IndexedFolder(path, self.data, self._services(), self._queue, on_change)
        self._folders.append(folder)
        return folder

    def engine(
        self,
        index: Index,
        open_text_of: Callable[[str], str | None] | None = None,
        open_files: Mapping[str, str] = MappingProxyType({}),
        may_send: Callable[[Destination], bool] | None = None,
    ) -> CodeQueryEngine:
        """Return the engine that answers questions about a folder.

        Args:
            index: of the folder.
            open_text_of: see IndexKnowledge.
            open_files: see IndexKnowledge.
            may_send: decides whether a prompt may leave this machine; None means what the user has consented to.
        """
        knowledge = IndexKnowledge(index, open_text_of, open_files)
        allowed = may_send or self.consent_of(index.folder).covers
        return CodeQueryEngine(knowledge, knowledge.text_of, self.language_models.choose, allowed, self.settings.top)

    def consent_of(self, folder: Path) -> Consent:
        """Return which remote models the user allows to get code of a folder, given by its real path."""
        return Consent(self.data.index_of(folder).consent)

    def embed_no_more(self) -> None:
        """Stop embedding folders, to leave the processor to something else; questions are still embedded."""
        self._queue.close()

    def close_folder(self, folder: IndexedFolder) -> None:
        """Close a folder, if it is open."""
        if folder in self._folders:
            self._folders.remove(folder)
            folder.close()

    def close(self) -> None:
        """Close everything, after writes in progress have ended."""
        for folder in self._folders:
            folder.stop()
        self._queue.close()
        # Only the end of its process stops a batch of embedding.
        self.embedder.close()
        for folder in list(self._folders):
            self.close_folder(folder)
        end_parsing()
        self.stores.close()
        self.cache.close()

    def expect_questions(self) -> None:
        """Load the embedding model in the background, where an open index has something to compare with."""
        if any(folder.activity().embedded for folder in self._folders):
            self.embedder.prepare(self.model)

    def status(self, path: Path) -> IndexStatus:
        """Return the status of a folder's index without owning it; another process may be at work on it."""
        folder = workspace_folder(path)
        paths = self.data.index_of(folder)
        size = bytes_in(paths.root)
        if not paths.catalog.exists():
            return IndexStatus(str(folder), 0, 0, 0, 0, len(self.cache), self.model, "missing", {}, size)
        catalog = Catalog(paths.catalog)
        try:
            return status_of(folder, catalog, self.model, len(self.cache), size)
        finally:
            catalog.close()

    def inspector(self, path: Path) -> IndexInspector:
        """Return what looks into a folder's index without owning it; see status.

        Raises:
            FolderError: the folder cannot be used.
        """
        folder = workspace_folder(path)
        catalog = self.data.index_of(folder).catalog
        return IndexInspector(folder, catalog, self.model, self.settings.max_file_bytes)

    def _services(self) -> IndexServices:
        return IndexServices(
            settings=lambda: self.settings,
            model=self.model,
            embedder=self.embedder,
            stores=self.stores,
            throttle=self._throttle,
            cache=self.cache,
            fetch_model=self._fetch_model,
        )

    def _fetch_model(self, context: WorkContext) -> None:
        def report(download: DownloadProgress) -> None:
            context.report(download.done, download.total)

        self.weights.ensure(self.model, report, context.cancelled)

    def _idle_seconds(self) -> float | None:
        return 60.0 * self.settings.embedding_idle_minutes or None

    def _weights_of(self, model: str) -> Path:
        return self.weights.ensure(model, self._on_download)


def _shape_of(settings: Settings) -> dict[str, object]:
    """Return the settings that an index is made with."""
    return {name: getattr(settings, name) for name in _SHAPING}

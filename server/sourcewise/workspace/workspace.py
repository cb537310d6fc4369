"""The open folders, and the services they share: settings, one embedding process and the language models."""

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
from sourcewise.references.isolated_parser import end_parsing as end_reference_parsing
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

# The settings that an index depends on.
_INDEX_SETTINGS = (
    "embedding_model",
    "embedding_batch",
    "embedding_threads",
    "chunk_tokens",
    "chunk_overlap",
    "max_file_bytes",
    "vectors_server",
)


class Workspace:
    """The open folders, and the services that they share."""

    def __init__(
        self,
        settings: Settings,
        data: DataPaths,
        on_download: Callable[[DownloadProgress], None] | None = None,
        *,
        interactive: bool = False,
    ) -> None:
        """Create the services; opens no folder and loads no model.

        Args:
            settings: the settings for all folders; see apply.
            data: the location of all data.
            on_download: called with the progress of a model's download.
            interactive: whether this serves an editor. If so, questions wait neither for the embedding model nor for
                the download of a language model.
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
        self._index_settings = _index_settings_of(settings)

    def apply(self, settings: Settings) -> bool:
        """Use other settings immediately; return whether `reconfigure` is needed to apply them to the indexes."""
        self.settings = settings
        return _index_settings_of(settings) != self._index_settings

    def reconfigure(self) -> None:
        """Apply changed settings to the open indexes, after writes in progress have finished."""
        before, self._index_settings = self._index_settings, _index_settings_of(self.settings)
        if before["embedding_threads"] != self._index_settings["embedding_threads"]:
            self.embedder.use_threads(self.settings.embedding_threads)
        self.model = model_meant(self.settings.embedding_model)
        for folder in self._folders:
            folder.reconfigure(self._services())

    def open(self, path: Path, on_change: Callable[[IndexedFolder], None] = lambda _: None) -> IndexedFolder:
        """Open a folder and keep its index up to date in the background; its activity includes problems.

        Args:
            path: the folder's path.
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
            index: the folder's index.
            open_text_of: see IndexKnowledge.
            open_files: see IndexKnowledge.
            may_send: returns whether a prompt may be sent to a destination; None means by the user's consent.
        """
        knowledge = IndexKnowledge(index, open_text_of, open_files)
        allowed = may_send or self.consent_of(index.folder).covers
        return CodeQueryEngine(knowledge, knowledge.text_of, self.language_models.choose, allowed, self.settings.top)

    def consent_of(self, folder: Path) -> Consent:
        """Return the user's consent to send code of a folder to remote models.

        Args:
            folder: the folder's real path.
        """
        return Consent(self.data.index_of(folder).consent)

    def stop_embedding(self) -> None:
        """Stop embedding folders, to free the processor for other work; questions are still embedded."""
        self._queue.close()

    def close_folder(self, folder: IndexedFolder) -> None:
        """Close a folder, if it is open."""
        if folder in self._folders:
            self._folders.remove(folder)
            folder.close()

    def close(self) -> None:
        """Close all folders and services after writes in progress have finished."""
        for folder in self._folders:
            folder.stop()
        self._queue.close()
        # A running batch stops only when the embedding process ends.
        self.embedder.close()
        for folder in list(self._folders):
            self.close_folder(folder)
        end_parsing()
        end_reference_parsing()
        self.stores.close()
        self.cache.close()

    def prepare_for_questions(self) -> None:
        """Load the embedding model in the background if any open index has vectors."""
        if any(folder.activity().embedded for folder in self._folders):
            self.embedder.prepare(self.model)

    def status(self, path: Path) -> IndexStatus:
        """Return the status of a folder's index without owning it; another process may be updating it."""
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
        """Return an inspector for a folder's index; it does not need ownership, like `status`.

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


def _index_settings_of(settings: Settings) -> dict[str, object]:
    """Return the settings that an index depends on."""
    return {name: getattr(settings, name) for name in _INDEX_SETTINGS}

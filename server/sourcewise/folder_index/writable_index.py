"""The index of a folder that this process owns: updated from the folder, embedded, and repaired.

Two threads may use it: one reads files into the catalog, the other embeds. The catalog records which vectors are
missing from the vector store, so neither thread waits for the other, and a crash loses nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.domain.index_state import IndexReport, Stage
from sourcewise.domain.work_context import UNATTENDED
from sourcewise.errors import StorageError
from sourcewise.folder_index.catalog_recovery import marking_damage, open_catalog
from sourcewise.folder_index.index import Index
from sourcewise.folder_index.pruning import record_folder
from sourcewise.folder_index.vector_repair import VectorRepair
from sourcewise.indexing.file_summaries import FileSummaries
from sourcewise.indexing.indexer import Indexer
from sourcewise.indexing.vectorizer import CodeVectorizer, VectorCount
from sourcewise.mining.miner import CodeMiner
from sourcewise.retrieval.path_relevance import path_relevance

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from sourcewise.domain.search import SearchResult
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.folder_index.index import IndexServices
    from sourcewise.paths import IndexPaths
    from sourcewise.storage.vector_search import Hits, Vector, VectorSearch

logger = logging.getLogger(__name__)

# Under this key the catalog records that the user requested a rebuild, so that the request survives a crash.
_REBUILD = "rebuild"
# Under this key the catalog records that indexing is paused. Pausing persists across restarts until the user resumes.
_PAUSED = "paused"
# How many of the chunks prioritized for a question are embedded before the file summaries.
_URGENT_BEFORE_SUMMARIES = 128


class WritableIndex(Index):
    """An index that this process owns and may write. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        paths: IndexPaths,
        shared: IndexServices,
        prioritize: Callable[[Sequence[str], str], None] = lambda _chunk_ids, _question: None,
    ) -> None:
        """Open the catalog, or replace a damaged one; the caller owns the index. See Index for the arguments.

        Raises:
            StorageError: the index cannot be opened.
        """
        record_folder(paths, folder)
        self._reading, self._embedding = threading.RLock(), threading.RLock()
        self._made_before = VectorCount()
        catalog, self._recovery_notice = open_catalog(folder, paths)
        self._store = shared.stores.open(paths.vectors, shared.settings().vectors_server)
        vectors = _RepairedVectors(lambda: self._store, self._search_repaired)
        super().__init__(folder, paths, catalog, vectors, shared, prioritize=prioritize)
        self._build(shared)

    def reconfigure(self, shared: IndexServices) -> None:
        """Use other settings and another model; the next `update` and `embed` apply them."""
        with self._reading, self._embedding:
            super().reconfigure(shared)
            self._made_before = self.made
            self._store.close()
            self._store = shared.stores.open(self._paths.vectors, shared.settings().vectors_server)
            self._build(shared)

    def _build(self, shared: IndexServices) -> None:
        settings, catalog, throttle = shared.settings(), self._catalog, shared.throttle
        chunker = IsolatedChunker(settings.chunk_tokens, settings.chunk_overlap)
        recipe = f"{settings.chunk_tokens} {settings.chunk_overlap}"
        miner = CodeMiner(settings.max_file_bytes)
        self._indexer = Indexer(self.folder, miner, chunker, catalog, recipe, path_relevance=path_relevance)
        self._vectorizer = CodeVectorizer(
            catalog, self._store, shared.cache, shared.embedder, settings.embedding_batch, throttle=throttle
        )
        self._file_summaries = FileSummaries(catalog, shared.cache, shared.embedder, throttle=throttle)
        self._repair = VectorRepair(self.folder, catalog, self._store, self._vectorizer, shared.model)

    def close(self) -> None:
        """Close the files after writes in progress have finished."""
        with self._reading, self._embedding:
            self._store.close()
            self._catalog.close()

    # --- update ---------------------------------------------------------------------------------------

    def update(
        self,
        paths: Collection[str] | None = None,
        first: Sequence[str] = (),
        context: WorkContext = UNATTENDED,
        on_folder: Callable[[str], None] | None = None,
    ) -> IndexReport:
        """Update the catalog from the folder; afterwards keyword and definition search are up to date.

        Args:
            paths: the files and folders that may have changed; None means all.
            first: files to read before others.
            context: cancelling stops the update after the current file.
            on_folder: called with every folder before it is listed.

        Raises:
            CancelledError: the update was cancelled; files stored so far are kept.
            FolderError: the folder cannot be listed.
            StorageError: the index cannot be written.
        """
        start = time.perf_counter()
        with self._reading, marking_damage(self._paths):
            context.for_stage(Stage.SCANNING).report(0, 0)
            anew = bool(self._catalog.get_meta(_REBUILD))
            reading = context.for_stage(Stage.READING)
            changes = self._indexer.update(paths, reading, anew=anew, first=first, on_folder=on_folder)
            if anew:
                self._repair.request_rebuild()
                self._catalog.set_meta(_REBUILD, "")
        seconds = time.perf_counter() - start
        return IndexReport(changes.added, changes.changed, changes.removed, changes.unchanged, seconds=seconds)

    def prioritize_for(self, question: str) -> None:
        """Read first the files that are probably relevant to a question."""
        self._indexer.order.prioritize_for(question)

    def rebuild(self) -> None:
        """Request that the next `update` reads every file again, and the next `embed` refills the vector store.

        The vectors come from the cache. Searches use the existing index until then.
        """
        with marking_damage(self._paths):
            self._catalog.set_meta(_REBUILD, "yes")

    @property
    def paused(self) -> bool:
        """Whether the user paused indexing."""
        return bool(self._catalog.get_meta(_PAUSED))

    def save_paused(self, paused: bool) -> None:
        """Store whether the user paused indexing."""
        with marking_damage(self._paths):
            self._catalog.set_meta(_PAUSED, "yes" if paused else "")

    # --- embed ----------------------------------------------------------------------------------------

    def embed(self, first: Sequence[str] = (), context: WorkContext = UNATTENDED) -> VectorCount:
        """Embed every pending file summary and chunk, and store the locations of moved chunks.

        The beginning of `first` comes before the file summaries, then the rest of `first` and all other chunks.

        Args:
            first: ids of chunks.
            context: cancelling stops the work after the current batch.

        Raises:
            CancelledError: the work was cancelled; vectors stored so far are kept.
            StorageError: the index cannot be written.
            WeightsError: the embedding model is missing and cannot be downloaded.
            WorkerError: the embedding process failed.
        """
        with self._embedding, marking_damage(self._paths):
            restored = VectorCount(reused=self._repair.restore_lost(context))
            summarizing = context.for_stage(Stage.SUMMARIZING)
            if self._vectorizer.is_settled(self.model):
                self._file_summaries.embed_pending(self.model, summarizing)
                return restored  # without opening the store, which takes a second
            self._repair.check()
            urgent = self._pending_of(first[:_URGENT_BEFORE_SUMMARIES])
            count = self._repair.run(lambda: self._vectorizer.embed_and_store(self.model, urgent, context))
            self._file_summaries.embed_pending(self.model, summarizing)
            embedding = context.for_stage(Stage.EMBEDDING)
            count += self._repair.run(lambda: self._vectorizer.embed_pending(self.model, first, embedding))
            self._repair.run(lambda: self._vectorizer.settle(self.model))
            self._drop_other_models()
            self._compact()
        return restored + count

    @property
    def made(self) -> VectorCount:
        """How many chunks got vectors since the index was opened."""
        return self._made_before + self._vectorizer.made

    @property
    def notice(self) -> str:
        """A notice for the user about the index, or an empty string."""
        if self._store.is_local:
            return self._recovery_notice
        server = self._shared.settings().vectors_server
        remote = f"Vectors and file names are stored at {server}, not on this machine."
        return f"{self._recovery_notice} {remote}".strip()

    def _drop_other_models(self) -> None:
        """Delete the vectors of models that served while the wanted model was incomplete."""
        if self.unembedded:
            return
        for model in self._catalog.vectors.models():
            if model != self.model:
                self._store.drop(model)
                self._catalog.vectors.forget(model)
        self._catalog.file_summaries.forget_others(self.model)

    def _compact(self) -> None:
        """Free disk space if it is worth it; a failure is only logged, since nothing depends on it."""
        settings = self._shared.settings()
        try:
            self._catalog.compact()
            self._shared.cache.evict(settings.cache_megabytes * 1_000_000, settings.cache_days)
            self._repair.compact()
        except StorageError:
            logger.warning("Cannot compact the index of %s.", self.folder, exc_info=True)

    # --- search ---------------------------------------------------------------------------------------

    def _guarded(self, search: Callable[[], SearchResult]) -> SearchResult:
        with marking_damage(self._paths):
            return search()

    def _search_repaired(self, search: Callable[[], Hits]) -> Hits:
        """Check and, if necessary, repair the store, then search it; skip the check while another thread embeds."""
        free = self._embedding.acquire(blocking=False)
        if not free:
            return search()
        try:
            self._repair.check()
            return self._repair.run(search)
        finally:
            self._embedding.release()


class _RepairedVectors:
    """The vectors of an index, repaired when a search finds them damaged."""

    def __init__(
        self, store: Callable[[], VectorSearch], search_repaired: Callable[[Callable[[], Hits]], Hits]
    ) -> None:
        self._store = store
        self._search_repaired = search_repaired

    def search(self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None) -> Hits:
        """See VectorStore.search."""
        return self._search_repaired(lambda: self._store().search(model, vector, limit, chunk_ids))

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        """See VectorStore.neighbours."""
        return self._search_repaired(lambda: self._store().neighbours(model, chunk_id, limit))

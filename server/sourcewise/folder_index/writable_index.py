"""The index of a folder that this process owns: kept equal to the folder, given its vectors, and repaired.

Two threads may be at work: one reads files into the catalog, one has vectors made. What is owed to the vector store is
in the catalog, so neither waits for the other, and a crash of either loses nothing.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.domain.index_state import IndexProgress, IndexReport, Stage
from sourcewise.errors import CatalogCorruptError, StorageError, VectorStoreCorruptError
from sourcewise.folder_index.index import Index
from sourcewise.folder_index.pruning import note_folder
from sourcewise.indexing.file_summaries import FileSummaries
from sourcewise.indexing.indexer import Indexer
from sourcewise.indexing.vectorizer import CodeVectorizer, VectorCount
from sourcewise.mining.miner import CodeMiner
from sourcewise.retrieval.path_relevance import path_relevance
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from sourcewise.domain.search import SearchResult
    from sourcewise.folder_index.index import IndexServices
    from sourcewise.paths import IndexPaths
    from sourcewise.storage.vector_search import Hits, Vector, VectorSearch

    Progress = Callable[[IndexProgress], None]

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Under this key the catalog notes that the vector store is to be filled from the cache, and whether to empty it before.
_VECTORS_LOST = "vectors lost"
_TO_EMPTY = "empty it"
# Under this key it notes that somebody wants everything made anew; noted, so that a crash does not lose the wish.
_REBUILD = "rebuild"
# Under this key it notes that the work is to wait until somebody has it go on, however often this program starts.
_PAUSED = "paused"
# The share of the search graph that removed vectors may take: it never shrinks, so it is then built anew.
_MOST_WASTED = 0.5
# How many chunks that somebody asks about are embedded before it is known what each file is about.
_BEFORE_SYNOPSES = 128


class WritableIndex(Index):
    """See the module. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        paths: IndexPaths,
        shared: IndexServices,
        prioritize: Callable[[Sequence[str], str], None] = lambda _chunk_ids, _question: None,
    ) -> None:
        """Open the catalog, a damaged one anew; whoever calls owns the index.

        Raises:
            StorageError: it cannot be opened.
        """
        self._rebuilt = ""
        note_folder(paths, folder)
        self._reading, self._embedding = threading.RLock(), threading.RLock()
        self._vectors_checked = False
        self._made_before = VectorCount()
        catalog = self._opened_catalog(folder, paths)
        self._store = shared.stores.open(paths.vectors, shared.settings().vectors_server)
        super().__init__(
            folder, paths, catalog, _HealingVectors(lambda: self._store, self._healed), shared, prioritize=prioritize
        )
        self._build(shared)

    def reconfigure(self, shared: IndexServices) -> None:
        """Take other settings and another model; the next `update` and `embed` make the index what they ask for."""
        with self._reading, self._embedding:
            super().reconfigure(shared)
            self._made_before = self.made
            self._store.close()
            self._store = shared.stores.open(self._paths.vectors, shared.settings().vectors_server)
            self._vectors_checked = False
            self._build(shared)

    def _build(self, shared: IndexServices) -> None:
        settings = shared.settings()
        chunker = IsolatedChunker(settings.chunk_tokens, settings.chunk_overlap)
        recipe = f"{settings.chunk_tokens} {settings.chunk_overlap}"
        miner = CodeMiner(settings.max_file_bytes)
        self._indexer = Indexer(self.folder, miner, chunker, self._catalog, recipe, path_relevance=path_relevance)
        self._vectorizer = CodeVectorizer(
            self._catalog,
            self._store,
            shared.cache,
            shared.embedder,
            settings.embedding_batch,
            consideration=shared.consideration,
        )
        self._synopses = FileSummaries(self._catalog, shared.cache, shared.embedder, consideration=shared.consideration)

    def close(self) -> None:
        """Wait for what is being written, then let go of the files."""
        with self._reading, self._embedding:
            self._store.close()
            self._catalog.close()

    # --- keeping it true ------------------------------------------------------------------------------

    def update(
        self,
        within: Collection[str] | None = None,
        first: Sequence[str] = (),
        progress: Progress | None = None,
        cancelled: threading.Event | None = None,
        on_folder: Callable[[str], None] | None = None,
    ) -> IndexReport:
        """Make the catalog equal to the folder; from here on keyword and definition search are true.

        Args:
            within: the files and folders that may have changed; None means everything.
            first: files to read before others.
            progress: hears how far it is.
            cancelled: set it to stop after the file under way.
            on_folder: hears of every folder that is about to be listed.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
            FolderError: the folder cannot be listed.
            StorageError: the index cannot be written.
        """
        start = time.perf_counter()
        with self._reading, self._noting_damage():
            _tell(progress, Stage.SCANNING)
            anew = bool(self._catalog.get_meta(_REBUILD))
            changes = self._indexer.update(
                _stage(progress, Stage.READING), cancelled, anew=anew, within=within, first=first, on_folder=on_folder
            )
            if anew:
                self._catalog.set_meta(_VECTORS_LOST, _TO_EMPTY)
                self._catalog.set_meta(_REBUILD, "")
        seconds = time.perf_counter() - start
        return IndexReport(changes.added, changes.changed, changes.removed, changes.unchanged, seconds=seconds)

    def prioritize_for(self, question: str) -> None:
        """Have the files that a question seems to be about read before others."""
        self._indexer.order.prioritize_for(question)

    def rebuild(self) -> None:
        """Have the next `update` read every file anew and `embed` fill the vector store anew; until then they serve.

        Embeddings come from the cache.
        """
        with self._noting_damage():
            self._catalog.set_meta(_REBUILD, "yes")

    @property
    def paused(self) -> bool:
        """Whether the work is to wait."""
        return bool(self._catalog.get_meta(_PAUSED))

    def note_pause(self, paused: bool) -> None:
        """Note whether the work is to wait."""
        with self._noting_damage():
            self._catalog.set_meta(_PAUSED, "yes" if paused else "")

    def embed(
        self,
        first: Sequence[str] = (),
        progress: Progress | None = None,
        cancelled: threading.Event | None = None,
    ) -> VectorCount:
        """Give every file and chunk its vectors, and settle what moved or went.

        The first of `first` come before all, then what files are about, then the rest of `first` and all other chunks.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
            StorageError: the index cannot be written.
            WeightsError: the embedding model cannot be had.
            WorkerError: its process cannot do its work.
        """
        with self._embedding, self._noting_damage():
            restored = VectorCount(reused=self._restore_lost_vectors(progress, cancelled))
            if self._vectorizer.is_settled(self.model):
                self._synopses.embed_pending(self.model, _stage(progress, Stage.SUMMARIZING), cancelled)
                return restored  # without opening the store, which takes a second
            self._check_vectors()
            urgent = self._pending_of(first[:_BEFORE_SYNOPSES])
            count = self._healing(lambda: self._vectorizer.embed_and_store(self.model, urgent, cancelled=cancelled))
            self._synopses.embed_pending(self.model, _stage(progress, Stage.SUMMARIZING), cancelled)
            report = _stage(progress, Stage.EMBEDDING)
            count += self._healing(lambda: self._vectorizer.embed_pending(self.model, first, report, cancelled))
            self._healing(lambda: self._vectorizer.settle(self.model))
            self._retire_other_models()
            self._tidy()
        return restored + count

    @property
    def made(self) -> VectorCount:
        """How many chunks got vectors since it was opened."""
        return self._made_before + self._vectorizer.made

    @property
    def notice(self) -> str:
        """What the user must know of it, or an empty string."""
        if self._store.is_local:
            return self._rebuilt
        server = self._shared.settings().vectors_server
        return f"{self._rebuilt} Vectors, with the names of files, are kept at {server}, not on this machine.".strip()

    # --- repair ---------------------------------------------------------------------------------------

    def _guarded(self, search: Callable[[], SearchResult]) -> SearchResult:
        with self._noting_damage():
            return search()

    def _opened_catalog(self, folder: Path, paths: IndexPaths) -> Catalog:
        try:
            if not paths.damaged.exists():
                return Catalog(paths.catalog)
        except CatalogCorruptError:
            logger.exception("The catalog of %s is corrupt", folder)
        self._rebuilt = "The index could not be read and is built anew. Embeddings are kept, so this is quick."
        _set_aside(paths.catalog)
        # Vectors belong to a catalog; without theirs nobody could tell which of them are true.
        shutil.rmtree(paths.vectors, ignore_errors=True)
        catalog = Catalog(paths.catalog)
        paths.damaged.unlink(missing_ok=True)
        return catalog

    @contextmanager
    def _noting_damage(self) -> Iterator[None]:
        """Have the next opening build the catalog anew where it proves to be damaged in use."""
        try:
            yield
        except CatalogCorruptError as error:
            self._paths.damaged.touch()
            raise CatalogCorruptError(
                error.message,
                "Run it again, or reopen the folder: the index is then built anew, without embedding again.",
            ) from error

    def _restore_lost_vectors(self, progress: Progress | None, cancelled: threading.Event | None) -> int:
        """Notice a deleted vector store without opening it, fill it from the embedding cache, and count its chunks."""
        if (self._store.is_missing and self._catalog.models()) or self._catalog.get_meta(_VECTORS_LOST) == _TO_EMPTY:
            self._forget_vectors(self._catalog.models())
        if self._catalog.get_meta(_VECTORS_LOST):
            return self._healing(lambda: self._restore(progress, cancelled))
        return 0

    def _check_vectors(self) -> None:
        """Compare the store with what the catalog expects, once, when it is about to be opened anyway."""
        if self._vectors_checked or not self._catalog.models():
            return
        self._vectors_checked = True
        self._healing(lambda: self._vectorizer.settle(self.model))
        count = self._healing(lambda: self._store.count(self.model))  # healing changes what the catalog expects
        least, most = self._catalog.vector_bounds(self.model)
        if not least <= count <= most:
            logger.warning("The vectors of %s do not match its catalog and are restored.", self.folder)
            self._forget_vectors(self._catalog.models())
            self._restore()

    def _healed(self, search: Callable[[], Hits]) -> Hits:
        """Search, with a store that was checked, and repaired where need be; whoever writes now does that for us."""
        free = self._embedding.acquire(blocking=False)
        if not free:
            return search()
        try:
            self._check_vectors()
            return self._healing(search)
        finally:
            self._embedding.release()

    def _tidy(self) -> None:
        """Give back what was deleted, where that pays; that it cannot be is no reason to fail."""
        settings = self._shared.settings()
        try:
            self._catalog.compact()
            self._shared.cache.evict(settings.cache_megabytes * 1_000_000, settings.cache_days)
            models = self._catalog.models()
            if self._store.wasted(sum(map(self._catalog.count_vectors, models))) > _MOST_WASTED:
                self._forget_vectors(models)
                self._restore()
            self._store.compact()
        except StorageError:
            logger.warning("The index of %s could not be made smaller.", self.folder, exc_info=True)

    def _healing(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except VectorStoreCorruptError:
            logger.exception("The vector store of %s is corrupt and is filled anew.", self.folder)
            self._forget_vectors(self._catalog.models())
            self._restore()
            return work()

    def _forget_vectors(self, models: Sequence[str]) -> None:
        """Start the store anew; noted first, so that a crash before the vectors are back is made good."""
        self._catalog.set_meta(_VECTORS_LOST, _TO_EMPTY)
        self._store.reset()
        for model in {*models, self.model}:
            self._catalog.forget_vectors(model)
        self._catalog.set_meta(_VECTORS_LOST, "yes")

    def _restore(self, progress: Progress | None = None, cancelled: threading.Event | None = None) -> int:
        restored = self._vectorizer.restore(self.model, _stage(progress, Stage.RESTORING), cancelled)
        self._catalog.set_meta(_VECTORS_LOST, "")
        return restored

    def _retire_other_models(self) -> None:
        """Drop the vectors of models that served while the wanted one was not complete."""
        if self.unembedded:
            return
        for model in self._catalog.models():
            if model != self.model:
                self._store.drop(model)
                self._catalog.forget_vectors(model)
        self._catalog.synopses.forget_others(self.model)


class _HealingVectors:
    """The vectors of an index, which are repaired when a search finds them damaged."""

    def __init__(self, store: Callable[[], VectorSearch], healed: Callable[[Callable[[], Hits]], Hits]) -> None:
        self._store = store
        self._healed = healed

    def search(self, model: str, vector: Vector, limit: int, within: Sequence[str] | None = None) -> Hits:
        """See VectorStore.search."""
        return self._healed(lambda: self._store().search(model, vector, limit, within))

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        """See VectorStore.neighbours."""
        return self._healed(lambda: self._store().neighbours(model, chunk_id, limit))


def _set_aside(database: Path) -> None:
    """Keep a corrupt database for a look, out of the way, and one of them at most."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            database.with_name(database.name + suffix).replace(database.with_name(f"corrupt-{database.name}{suffix}"))


def _tell(progress: Progress | None, stage: Stage, done: int = 0, total: int = 0) -> None:
    if progress:
        progress(IndexProgress(stage, done, total))


def _stage(progress: Progress | None, stage: Stage) -> Callable[[int, int], None]:
    return lambda done, total: _tell(progress, stage, done, total)

"""One folder's index: owned by one process, kept true, searched, asked, repaired."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.disk_usage import bytes_in
from sourcewise.errors import CatalogCorruptError, IndexBusyError, StorageError, VectorStoreCorruptError
from sourcewise.indexer import RECIPE, Indexer
from sourcewise.mining.miner import CodeMiner
from sourcewise.model import FileStamp, IndexProgress, IndexReport, IndexStatus, SourceFile, Stage
from sourcewise.pruning import note_folder
from sourcewise.query_engine import CodeQueryEngine
from sourcewise.relations import Relations
from sourcewise.retriever import Retriever
from sourcewise.storage.catalog import Catalog
from sourcewise.vectorizer import CodeVectorizer, VectorCount

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
    from pathlib import Path

    from sourcewise.embedder import Embedder
    from sourcewise.llm.generator import Generator
    from sourcewise.model import AnswerEvent, Chunk, Inquiry, SearchResult
    from sourcewise.paths import IndexPaths
    from sourcewise.settings import Settings
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.vector_store import VectorStores

    Progress = Callable[[IndexProgress], None]
    TextOf = Callable[[str], str | None]

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Under this key the catalog notes that the store was started anew and is not filled yet.
_VECTORS_LOST = "vectors lost"
# Under this key it notes that somebody wants everything made anew; noted, so that a crash does not lose the wish.
_REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class SharedParts:
    """What the indexes of all folders share.

    Attributes:
        settings: gives them as they are now.
        model: name of the wanted embedding model.
    """

    settings: Callable[[], Settings]
    model: str
    embedder: Embedder
    cache: EmbeddingCache
    stores: VectorStores
    choose_generator: Callable[[], Awaitable[tuple[Generator, Sequence[str]]]]


class Index:
    """A folder's index: kept true, searched, asked."""

    def __init__(self, folder: Path, paths: IndexPaths, shared: SharedParts) -> None:
        """Take the lock and open the catalog.

        Raises:
            IndexBusyError: another process owns the index.
            StorageError: it cannot be opened.
        """
        self.folder = folder
        self.notices: list[str] = []
        self._paths = paths
        self._lock = _own(self._paths, folder)
        note_folder(self._paths, folder)
        self._catalog = self._open_catalog()
        self._store = shared.stores.open(self._paths.vectors, shared.settings().vectors_server)
        self._retriever = Retriever(self._catalog, self._store, shared.embedder)
        self.relations = Relations(self._catalog, self._store)
        self._writing = threading.RLock()
        self._vectors_checked = False
        self.reshape(shared)

    def reshape(self, shared: SharedParts) -> None:
        """Take other settings and another model; the next `update` and `embed` make the index what they ask for."""
        settings = shared.settings()
        with self._writing:
            self._shared = shared
            self._miner = CodeMiner(settings.max_file_bytes)
            chunker = SmartCodeChunker(settings.chunk_tokens, settings.chunk_overlap)
            recipe = f"{settings.chunk_tokens} {settings.chunk_overlap}"
            self._indexer = Indexer(self.folder, self._miner, chunker, self._catalog, recipe)
            self._vectorizer = CodeVectorizer(
                self._catalog, self._store, shared.cache, shared.embedder, settings.embedding_batch
            )

    # --- keeping it true ------------------------------------------------------------------------------

    def update(self, progress: Progress | None = None, cancelled: threading.Event | None = None) -> IndexReport:
        """Make the catalog equal to the folder; from here on keyword and definition search are true."""
        start = time.perf_counter()
        with self._writing, self._noting_damage():
            _tell(progress, Stage.SCANNING)
            anew = bool(self._catalog.get_meta(_REBUILD))
            changes = self._indexer.update(_stage(progress, Stage.READING), cancelled, anew=anew)
            if anew:
                self._forget_vectors(self._catalog.models())
                self._catalog.set_meta(_REBUILD, "")
            restored = self._restore_lost_vectors(progress)
        return IndexReport(
            changes.added,
            changes.changed,
            changes.removed,
            changes.unchanged,
            reused=restored,
            seconds=time.perf_counter() - start,
        )

    def rebuild(self) -> None:
        """Have the next `update` read every file anew and fill the vector store anew; what is there serves until then.

        Embeddings come from the cache.
        """
        with self._noting_damage():
            self._catalog.set_meta(_REBUILD, "yes")

    def embed(
        self,
        first: Sequence[str] = (),
        progress: Progress | None = None,
        cancelled: threading.Event | None = None,
    ) -> VectorCount:
        """Give every chunk its vectors, those in `first` before the rest, and settle what moved or went."""
        with self._writing, self._noting_damage():
            if self._vectorizer.is_settled(self.model):
                return VectorCount()  # without opening the store, which takes a second
            self._check_vectors()
            report = _stage(progress, Stage.EMBEDDING)
            count = self._healing(lambda: self._vectorizer.embed_pending(self.model, first, report, cancelled))
            self._healing(lambda: self._vectorizer.settle(self.model))
            self._retire_other_models()
        return count

    def embed_for(self, question: str, limit: int, progress: Progress | None = None) -> VectorCount:
        """Embed only what keywords find for a question, so that a fresh folder can be asked at once."""
        wanted = self._retriever.keyword_candidates(question, limit)
        of_question = frozenset(wanted)
        with self._writing:
            pending = self._catalog.pending_vectors(self.model, limit, wanted)
            chunks = [chunk for chunk in pending if chunk.id in of_question]
            report = _stage(progress, Stage.EMBEDDING)
            return self._healing(lambda: self._vectorizer.embed_and_store(self.model, chunks, report))

    @property
    def model(self) -> str:
        """The embedding model that is wanted."""
        return self._shared.model

    @property
    def unembedded(self) -> int:
        """How many chunks lack vectors of the wanted model."""
        counts = self._catalog.counts(self.model)
        return counts.chunks - counts.embedded

    # --- asking ---------------------------------------------------------------------------------------

    def search(self, question: str, top: int, paths: Sequence[str] = ()) -> SearchResult:
        """Return the best passages for a question, from these files and folders, or from all."""
        return self._searching(lambda: self._retriever.search(question, self.model, top, paths))

    def gather(self, inquiry: Inquiry, top: int) -> SearchResult:
        """Return what to answer an inquiry from; see Retriever.gather."""
        return self._searching(lambda: self._retriever.gather(inquiry, self.model, top))

    def similar(self, code: Chunk, top: int) -> SearchResult:
        """Return the passages that are nearest to some code; see Retriever.similar."""
        return self._searching(lambda: self._retriever.similar(code, self.model, top))

    def around(self, code: Chunk, top: int) -> SearchResult:
        """Return some code and what it hangs together with; see Relations.around."""
        return self._searching(lambda: self.relations.around(code, self.model, top))

    def ask(self, inquiry: Inquiry, shown: TextOf | None = None) -> AsyncGenerator[AnswerEvent, None]:
        """Answer a question; see CodeQueryEngine.ask.

        Args:
            inquiry: the question and what it comes with.
            shown: gives the text of a file as the asker sees it, or None where that is what the disk has.
        """
        return self._engine(shown).ask(inquiry)

    def explain(self, code: Chunk, shown: TextOf | None = None) -> AsyncGenerator[AnswerEvent, None]:
        """Explain some code; see CodeQueryEngine.explain, and `ask`."""
        return self._engine(shown).explain(code)

    def text_of(self, path: str) -> str | None:
        """Return a file's text as it is now, or None where it is gone or may no longer be read."""
        try:
            stat = (self.folder / path).lstat()
        except OSError:
            return None
        file = self._miner.read(self.folder, FileStamp(path, stat.st_size, stat.st_mtime_ns))
        return file.text if isinstance(file, SourceFile) else None

    def chunk(self, chunk_id: str) -> Chunk | None:
        """Return a chunk, or None where it is gone."""
        return self._catalog.chunks([chunk_id]).get(chunk_id)

    def definition_of(self, name: str) -> str | None:
        """Return `path:line` of a definition with this name, or None."""
        places = self._catalog.find_definitions([name], 1)
        return f"{places[0].path}:{places[0].definition.first_line}" if places else None

    def count_chunks(self, path: str) -> int:
        """Return how many chunks a file has in the index."""
        return len(self._catalog.chunks_of(path))

    def status(self) -> IndexStatus:
        """Return what the index holds."""
        return status_of(self.folder, self._catalog, self.model, len(self._shared.cache), bytes_in(self._paths.root))

    def close(self) -> None:
        """Wait for what is being written, then let go of files and lock."""
        with self._writing:
            self._store.close()
            self._catalog.close()
            self._lock.release()

    def _searching(self, search: Callable[[], Result]) -> Result:
        with self._noting_damage():
            # Whoever is writing now has checked, or will; a question does not wait for it.
            if not self._vectors_checked and self._writing.acquire(blocking=False):
                try:
                    self._check_vectors()
                finally:
                    self._writing.release()
            return self._healing(search)

    def _engine(self, shown: TextOf | None) -> CodeQueryEngine:
        def text_of(path: str) -> str | None:
            text = shown(path) if shown else None
            return self.text_of(path) if text is None else text

        return CodeQueryEngine(self, text_of, self._shared.choose_generator, self._shared.settings().top)

    # --- repair ---------------------------------------------------------------------------------------

    def _open_catalog(self) -> Catalog:
        try:
            if not self._paths.damaged.exists():
                return Catalog(self._paths.catalog)
        except CatalogCorruptError:
            logger.exception("The catalog of %s is corrupt", self.folder)
        self.notices.append("The index could not be read and is built anew. Embeddings are kept, so this is quick.")
        _set_aside(self._paths.catalog)
        # Vectors belong to a catalog; without theirs nobody could tell which of them are true.
        shutil.rmtree(self._paths.vectors, ignore_errors=True)
        catalog = Catalog(self._paths.catalog)
        self._paths.damaged.unlink(missing_ok=True)
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

    def _restore_lost_vectors(self, progress: Progress | None) -> int:
        """Notice a deleted vector store without opening it, fill it from the embedding cache, and count its chunks."""
        lost = self._catalog.models() if self._store.is_missing else []
        if lost:
            self._forget_vectors(lost)
        if self._catalog.get_meta(_VECTORS_LOST):
            return self._healing(lambda: self._restore(progress))
        return 0

    def _check_vectors(self) -> None:
        """Compare the store with what the catalog expects, once, when it is about to be opened anyway."""
        if self._vectors_checked or not self._catalog.models():
            return
        self._vectors_checked = True
        self._healing(lambda: self._vectorizer.settle(self.model))
        if self._healing(lambda: self._store.count(self.model)) != self._catalog.count_vectors(self.model):
            logger.warning("The vectors of %s do not match its catalog and are restored.", self.folder)
            self._forget_vectors(self._catalog.models())
            self._restore()

    def _healing(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except VectorStoreCorruptError:
            logger.exception("The vector store of %s is corrupt and is filled anew.", self.folder)
            with self._writing:
                self._forget_vectors(self._catalog.models())
                self._restore()
            return work()

    def _forget_vectors(self, models: Sequence[str]) -> None:
        """Start the store anew; noted first, so that a crash before the vectors are back is made good."""
        self._catalog.set_meta(_VECTORS_LOST, "yes")
        self._store.reset()
        for model in models:
            self._catalog.forget_vectors(model)

    def _restore(self, progress: Progress | None = None) -> int:
        restored = self._vectorizer.restore(self.model, _stage(progress, Stage.RESTORING))
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


def status_of(folder: Path, catalog: Catalog, model: str, cached: int, size: int) -> IndexStatus:
    """Return what a catalog holds for a model, as part of an index of this size."""
    counts = catalog.counts(model)
    skipped = {reason.value: number for reason, number in catalog.skip_counts().items()}
    state = "ready" if counts.embedded == counts.chunks else "partial"
    if catalog.get_meta(RECIPE) is None:
        state = "missing"  # opened, but never read
    vectors = catalog.count_vectors(model)
    return IndexStatus(
        str(folder), counts.files, counts.chunks, counts.embedded, vectors, cached, model, state, skipped, size
    )


def _own(paths: IndexPaths, folder: Path) -> FileLock:
    """Take the lock of an index."""
    try:
        paths.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(paths.lock)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise IndexBusyError(
            f"Another Sourcewise process works with the index of {folder}.",
            "Use that one (an editor window or a terminal), or close it and try again.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"The index folder {paths.root} cannot be written: {error.strerror or error}.",
            "Make it writable, or set SOURCEWISE_HOME to another folder.",
        ) from error
    return lock


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

"""Read-only query interface to a folder's index, for its owner and for other processes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.index_state import IndexStatus
from sourcewise.indexing.indexer import CHUNKING_CONFIG_KEY, FULLY_SCANNED_KEY
from sourcewise.mining.file_roles import file_role
from sourcewise.mining.miner import CodeMiner
from sourcewise.references.isolated_parser import IsolatedParser
from sourcewise.references.reference_finder import ReferenceFinder
from sourcewise.retrieval.retriever import Retriever
from sourcewise.retrieval.scope import chunk_filter_of, scope_choices
from sourcewise.retrieval.symbol_index import SymbolIndex
from sourcewise.retrieval.unsaved_files import UnsavedFiles
from sourcewise.storage.chunk_filter import ChunkFilter
from sourcewise.storage.disk_usage import bytes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.search import ScopeChoices, SearchRequest, SearchResult
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.embedding.shared_embedder import SharedEmbedder
    from sourcewise.indexing.throttle import Throttle
    from sourcewise.paths import IndexPaths
    from sourcewise.settings import Settings
    from sourcewise.storage.catalog import Catalog, IndexCounts
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.vector_search import VectorSearch
    from sourcewise.storage.vector_store import VectorStores

    TextOf = Callable[[str], str | None]

# How many of the best keyword hits of a search are embedded first while the index is incomplete.
_PRIORITIZED = 64


@dataclass(frozen=True, slots=True)
class IndexServices:
    """Services that the indexes of all folders share.

    Attributes:
        settings: returns the current settings.
        model: name of the wanted embedding model.
        embedder: embeds questions and chunks.
        stores: opens vector stores.
        throttle: throttles embedding on battery or under load; None if the user waits for it.
        cache: the cache of embeddings.
        fetch_model: downloads the model's weights if they are missing; returns when they are available.
    """

    settings: Callable[[], Settings]
    model: str
    embedder: SharedEmbedder
    stores: VectorStores
    throttle: Throttle | None
    cache: EmbeddingCache
    fetch_model: Callable[[WorkContext], object]

    @property
    def in_background(self) -> bool:
        """Whether indexing runs in the background, where the user may pause it; otherwise the user waits for it."""
        return self.throttle is not None


class Index:
    """Searches a folder's index and reports its contents. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        paths: IndexPaths,
        catalog: Catalog,
        vectors: VectorSearch,
        shared: IndexServices,
        *,
        prioritize: Callable[[Sequence[str], str], None] = lambda _chunk_ids, _question: None,
    ) -> None:
        """Combine the catalog and the vectors of a folder.

        Args:
            folder: the folder's real path.
            paths: the location of its index.
            catalog: the folder's catalog.
            vectors: the folder's vectors.
            shared: the services that all indexes share.
            prioritize: is called with the ids of the chunks to embed first for a question, and the question, while the
                folder is not completely read and embedded.
        """
        self.folder = folder
        self.vectors = vectors
        self.symbols = SymbolIndex(catalog, vectors)
        self.references = ReferenceFinder(catalog, self._current_file, IsolatedParser())
        self._paths = paths
        self._catalog = catalog
        self._shared = shared
        self._retriever = Retriever(catalog, vectors, shared.embedder)
        self._prioritize = prioritize

    def reconfigure(self, shared: IndexServices) -> None:
        """Use other settings and another model."""
        self._shared = shared

    # --- queries --------------------------------------------------------------------------------------

    def search(self, request: SearchRequest) -> SearchResult:
        """Return the best passages for a request.

        Raises:
            QuestionError: its scope is empty.
        """
        chunk_filter = chunk_filter_of(request.scope, self.folder, self._catalog)
        found = self._guarded(lambda: self._retriever.search(request, self.model, chunk_filter))
        return self._with_roles(self._with_unsaved_files(self._prioritize_hits(found), request, chunk_filter))

    def similar(self, code: Chunk, top: int) -> SearchResult:
        """Return the passages most similar to some code; see Retriever.similar."""
        return self._with_roles(self._guarded(lambda: self._retriever.similar(code, self.model, top)))

    def related_code(self, code: Chunk, top: int) -> SearchResult:
        """Return some code and its related code; see SymbolIndex.related_code."""
        return self._with_roles(self._guarded(lambda: self.symbols.related_code(code, self.model, top)))

    def text_of(self, path: str) -> str | None:
        """Return a file's current text; None if the file is gone, unreadable, or reached through a link."""
        file = self._current_file(path)
        return None if file is None else file.text

    def _current_file(self, path: str) -> SourceFile | None:
        miner = CodeMiner(self._shared.settings().max_file_bytes)
        file = miner.read(self.folder, FileStamp(path, 0, 0))
        return file if isinstance(file, SourceFile) else None

    def chunk(self, chunk_id: str) -> Chunk | None:
        """Return a chunk, or None if it is gone."""
        return self._catalog.chunks([chunk_id]).get(chunk_id)

    def definition_of(self, name: str) -> str | None:
        """Return `path:line` of a definition with this name, or None."""
        places = self._catalog.definitions.find([name], 1)
        return f"{places[0].path}:{places[0].definition.first_line}" if places else None

    def count_chunks(self, path: str) -> int:
        """Return how many chunks a file has in the index."""
        return len(self._catalog.chunks_of(path))

    # --- contents -------------------------------------------------------------------------------------

    @property
    def model(self) -> str:
        """The wanted embedding model."""
        return self._shared.model

    @property
    def unembedded(self) -> int:
        """How many chunks have no vectors of the wanted model yet."""
        return self.counts().pending

    def counts(self) -> IndexCounts:
        """Return the number of files, chunks and vectors in the index."""
        return self._catalog.counts(self.model)

    def status(self) -> IndexStatus:
        """Return the status of the index."""
        size = bytes_in(self._paths.root)
        return status_of(self.folder, self._catalog, self.model, len(self._shared.cache), size)

    def chunk_ids(self, paths: Sequence[str]) -> list[str]:
        """Return the ids of the chunks of these files and folders."""
        return self._catalog.chunk_ids(ChunkFilter(tuple(paths)))

    def scope_choices(self) -> ScopeChoices:
        """Return the languages, kinds, roles and branches that a search can be narrowed to."""
        return scope_choices(self.folder, self._catalog)

    def count_pending(self, chunk_ids: Sequence[str]) -> int:
        """Return how many of these chunks have no vectors yet."""
        return len(self._pending_of(chunk_ids))

    def _pending_of(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return those of these chunks that have no vectors yet."""
        requested = frozenset(chunk_ids)
        pending = self._catalog.vectors.pending(self.model, len(chunk_ids), chunk_ids)
        return [chunk for chunk in pending if chunk.id in requested]

    def keyword_candidates(self, question: str, limit: int) -> list[str]:
        """Return the ids of up to `limit` chunks to embed first for a question: the best keyword hits, best first."""
        return self._retriever.keyword_candidates(question, limit)

    def _guarded(self, search: Callable[[], SearchResult]) -> SearchResult:
        """Run a search. The owner of the index overrides this to record damage."""
        return search()

    def _prioritize_hits(self, result: SearchResult) -> SearchResult:
        """Request that the best keyword hits be embedded first, and set `fully_scanned` in the result."""
        fully_scanned = bool(self._catalog.get_meta(FULLY_SCANNED_KEY))
        if result.embedded < result.chunks or not fully_scanned:
            self._prioritize(result.keyword_hits[:_PRIORITIZED], result.question)
        return replace(result, fully_scanned=fully_scanned)

    def _with_roles(self, result: SearchResult) -> SearchResult:
        """Set the role of each passage in a result."""
        known = self._catalog.known_files(sorted({passage.chunk.path for passage in result.passages}))
        notes = {path: file.detail for path, file in known.items()}
        roles = ((each, file_role(each.chunk.path, notes.get(each.chunk.path, ""))) for each in result.passages)
        return replace(result, passages=tuple(replace(passage, role=role) for passage, role in roles))

    def _with_unsaved_files(
        self, found: SearchResult, request: SearchRequest, chunk_filter: ChunkFilter
    ) -> SearchResult:
        """Replace indexed text in a result with the text of open files."""
        settings = self._shared.settings()
        files = self._changed_files(request.open_files, CodeMiner(settings.max_file_bytes))
        if not files:
            return found
        unsaved = UnsavedFiles(files, settings.chunk_tokens, settings.chunk_overlap)
        return unsaved.merged(found, request, chunk_filter, self._catalog.chunks(list(unsaved.chunks)).keys())

    def _changed_files(self, open_files: Mapping[str, str], miner: CodeMiner) -> list[SourceFile]:
        """Return the indexed files that are open with different text."""
        known = self._catalog.known_files(list(open_files)) if open_files else {}
        judged = [
            miner.judge(self.folder, path, open_files[path]) for path, file in known.items() if file.reason is None
        ]
        files = [file for file in judged if isinstance(file, SourceFile)]
        return [file for file in files if file.digest != known[file.stamp.path].digest]


def status_of(folder: Path, catalog: Catalog, model: str, cached: int, size: int) -> IndexStatus:
    """Return the status of an index.

    Args:
        folder: the indexed folder.
        catalog: its catalog.
        model: the wanted embedding model.
        cached: the number of embeddings in the cache.
        size: the size of the index in bytes.
    """
    counts = catalog.counts(model)
    skipped = {reason.value: number for reason, number in catalog.skipped.counts().items()}
    state = "partial" if counts.pending else "ready"
    if catalog.get_meta(CHUNKING_CONFIG_KEY) is None:
        state = "missing"  # opened, but never read
    vectors = catalog.vectors.count(model)
    return IndexStatus(
        str(folder), counts.files, counts.chunks, counts.embedded, vectors, cached, model, state, skipped, size
    )

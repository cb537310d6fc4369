"""Retrieves the passages for a request: runs keyword, vector and definition search, and ranks the candidates.

Keyword and definition search need only the catalog, so a folder can be searched before anything is embedded. Vector
search covers the chunks that have vectors so far. The result states which searches ran.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sourcewise.domain.search import Passage, SearchMode, SearchRequest, SearchResult
from sourcewise.embedding.model_names import similarity_thresholds_of
from sourcewise.retrieval.asked_roles import wanted_roles
from sourcewise.retrieval.follow_up_context import search_text
from sourcewise.retrieval.query_embedding import QueryEmbedder
from sourcewise.retrieval.question_parts import question_parts
from sourcewise.retrieval.ranking import Candidate, ChunkMetadata, rank
from sourcewise.retrieval.role_quota import CHOSEN_FROM, with_role_quota
from sourcewise.retrieval.stack_trace_locations import find_locations
from sourcewise.storage.chunk_filter import ANY_CHUNK
from sourcewise.text.words import identifiers_in, query_terms, weighted_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.retrieval.query_embedding import QueryEmbedding, QuestionEmbedder
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import VectorSearch

# How many candidates each search contributes. More cost time and rarely change the first ten results.
_KEYWORD_DEPTH = 150
_VECTOR_DEPTH = 60
# Without vectors, only keywords can show that a whole file is relevant, and that needs more of its chunks.
_KEYWORD_DEPTH_ALONE = 200
# Code and logs that a question quotes have more words than the question.
_PASTED_WEIGHT = 0.3
_DEFINITION_DEPTH = 100
_LOCATION_DEPTH = 10
# How many vector searches run at the same time.
_VECTOR_THREADS = 4


class Retriever:
    """Searches one folder's index. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: VectorSearch, embedder: QuestionEmbedder) -> None:
        """Take the catalog and the vectors to search; opens nothing."""
        self._catalog = catalog
        self._query_embedder = QueryEmbedder(catalog, vectors, embedder)
        self._vector_threads = ThreadPoolExecutor(_VECTOR_THREADS, thread_name_prefix="nearest")

    def keyword_candidates(self, question: str, limit: int) -> list[str]:
        """Return the ids of up to `limit` chunks that keyword search finds, best first."""
        term_weights = weighted_terms(question, self._catalog.keywords.inverse_document_frequency)
        return [hit.chunk_id for hit in self._catalog.keywords.search(list(term_weights), limit)]

    def search(self, request: SearchRequest, model: str, chunk_filter: ChunkFilter = ANY_CHUNK) -> SearchResult:
        """Return the best passages for a request; its excerpt comes first if it has one.

        Args:
            request: see SearchRequest. `chunk_filter` replaces its scope; UnsavedFiles handles its open files.
            model: the wanted embedding model; while its vectors are incomplete, another complete model is used.
            chunk_filter: the chunks in the scope of the request.
        """
        result = self._search(replace(request, text=search_text(request)), model, chunk_filter)
        return result if request.excerpt is None else _with_excerpt_first(result, request.excerpt, request.top)

    def _search(self, request: SearchRequest, model: str, chunk_filter: ChunkFilter) -> SearchResult:
        timings: dict[str, float] = {}
        term_weights: dict[str, float] = {}
        candidates: dict[str, Candidate] = {}
        parts = question_parts(request.text)
        described = replace(request, text=parts.description)
        serving, counts = self._catalog.serving_model(model)
        serving = None if request.mode is SearchMode.KEYWORD else serving
        with _timed(timings, "question embedding"):
            embedding = self._embed(described, serving, model)
        # Vector search runs in another process, keyword search in this one, so they run at the same time.
        vector_search = (
            self._vector_threads.submit(embedding.nearest, _VECTOR_DEPTH, chunk_filter)
            if embedding and serving
            else None
        )
        if request.mode is not SearchMode.VECTOR:
            with _timed(timings, "keywords"):
                depth = _KEYWORD_DEPTH if serving else _KEYWORD_DEPTH_ALONE
                term_weights, candidates = self._keyword_candidates(described, parts.pasted, depth, chunk_filter)
        keyword_hits = tuple(candidates)
        with _timed(timings, "vectors"):
            nearest = vector_search.result() if vector_search else {}
            self._add_nearest(serving or model, nearest, candidates)
        with _timed(timings, "ranking"):
            passages = self._rank(described, term_weights, candidates, embedding)
        if embedding and nearest:
            with _timed(timings, "similarities"):
                passages = _with_similarities(embedding, passages)
        return SearchResult(
            request.text,
            tuple(passages),
            request.mode if nearest else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
            _relevant(described, passages, similarity_thresholds_of(serving or model).related),
            timings,
            None if embedding is None else (len(embedding.vector), tuple(float(x) for x in embedding.vector[:4])),
            keyword_hits=keyword_hits,
        )

    def _embed(self, request: SearchRequest, serving: str | None, model: str) -> QueryEmbedding | None:
        """Return the embedding of a request; None if its mode uses no vectors, or no model is available."""
        if request.mode is SearchMode.KEYWORD:
            return None
        embedding_model = self._query_embedder.model_for(serving, model)
        return self._query_embedder.embed(request.text, embedding_model, request.context) if embedding_model else None

    def similar(self, code: Chunk, model: str, top: int) -> SearchResult:
        """Return the passages most similar to some code, except itself; by keywords while nothing is embedded."""
        serving, counts = self._catalog.serving_model(model)
        candidates: dict[str, Candidate] = {}
        embedding = self._query_embedder.embed(code.text, serving) if serving else None
        nearest = embedding.nearest(_VECTOR_DEPTH, ANY_CHUNK) if embedding else {}
        self._add_nearest(serving or model, nearest, candidates)
        if not nearest:
            term_weights = weighted_terms(code.text, self._catalog.keywords.inverse_document_frequency)
            words = self._catalog.keywords.search(list(term_weights), _KEYWORD_DEPTH)
            candidates = {hit.chunk_id: Candidate(bm25=hit.score) for hit in words}
        for chunk in self._catalog.chunks_of(code.path):
            if chunk.overlaps(code):
                candidates.pop(chunk.id, None)
        return SearchResult(
            code.text,
            tuple(self._rank(SearchRequest("", top), {}, candidates)),
            SearchMode.HYBRID if nearest else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
        )

    def _rank(
        self,
        request: SearchRequest,
        term_weights: Mapping[str, float],
        candidates: Mapping[str, Candidate],
        embedding: QueryEmbedding | None = None,
    ) -> list[Passage]:
        """Return the best candidates as passages; only these chunks are read in full."""
        chunk_metadata = {
            i: ChunkMetadata(*metadata) for i, metadata in self._catalog.chunk_metadata(list(candidates)).items()
        }
        file_similarities = (
            embedding.of_files({metadata.path for metadata in chunk_metadata.values()}) if embedding else {}
        )
        ranked = rank(request, term_weights, candidates, chunk_metadata, file_similarities=file_similarities)
        chunks = self._catalog.chunks([each.chunk_id for each in ranked])
        there = [each for each in ranked if each.chunk_id in chunks]
        return [
            Passage(chunks[i], number, score, candidates[i].similarity, reasons)
            for number, (i, score, reasons) in enumerate(there, 1)
        ]

    def _keyword_candidates(
        self, request: SearchRequest, pasted: str, depth: int, chunk_filter: ChunkFilter
    ) -> tuple[dict[str, float], dict[str, Candidate]]:
        """Return the weights of the search terms, and the candidates found by terms, symbols and locations."""
        weights: dict[str, float] = {}
        candidates: dict[str, Candidate] = {}
        context, roles = request.context, wanted_roles(request.text)
        for text, weight in ((pasted, _PASTED_WEIGHT), (context.text, context.weight), (request.text, 1.0)):
            if not text:
                continue
            terms = weighted_terms(text, self._catalog.keywords.inverse_document_frequency)
            weights |= {term: weight * idf for term, idf in terms.items()}
            hits = self._catalog.keywords.search(list(terms), CHOSEN_FROM * depth, chunk_filter)
            for hit in with_role_quota(hits, depth, roles):
                candidates.setdefault(hit.chunk_id, Candidate()).bm25 += weight * hit.score
        for found in self._catalog.definitions.find(identifiers_in(request.text), _DEFINITION_DEPTH, chunk_filter):
            candidate = candidates.setdefault(found.chunk_id, Candidate())
            candidate.exact_symbols.append(found.definition.qualified_name)
        for chunk_id, certainty in self._chunks_at_locations(f"{request.text}\n{pasted}", chunk_filter).items():
            candidates.setdefault(chunk_id, Candidate()).exact_location = certainty
        return weights, candidates

    def _chunks_at_locations(self, text: str, chunk_filter: ChunkFilter) -> dict[str, float]:
        """Return the chunks at the locations that a text names; an n-th for a name that n files have."""
        found: dict[str, float] = {}
        for location in find_locations(text):
            chunk_ids, files = self._catalog.chunks_at(location.path, location.line, _LOCATION_DEPTH)
            found |= {i: max(1 / files, found.get(i, 0.0)) for i in chunk_ids}
        passing = self._catalog.passing(found, chunk_filter) if found else ()
        return {chunk_id: certainty for chunk_id, certainty in found.items() if chunk_id in passing}

    def _add_nearest(self, model: str, nearest: Mapping[str, float], candidates: dict[str, Candidate]) -> None:
        """Add the nearest chunks with their cosines, and mark other candidates that have vectors."""
        if not nearest:
            return
        unseen = list(candidates.keys() - nearest.keys())
        for chunk_id, similarity in nearest.items():
            candidate = candidates.setdefault(chunk_id, Candidate())
            candidate.nearest, candidate.similarity = True, similarity
        for chunk_id in self._catalog.vectors.stored(model, unseen):
            candidates[chunk_id].not_nearest = True


def _with_excerpt_first(result: SearchResult, excerpt: Chunk, top: int) -> SearchResult:
    """Put the excerpt before the passages, and drop the passages that overlap it."""
    others = [passage for passage in result.passages if not passage.chunk.overlaps(excerpt)]
    # Scores fall with the rank.
    selected = Passage(excerpt, 1, max((passage.score for passage in others), default=1.0), None, ("is selected",))
    passages = (selected, *(replace(passage, rank=n) for n, passage in enumerate(others[: top - 1], 2)))
    return replace(result, passages=passages, relevant=True)


def _with_similarities(embedding: QueryEmbedding, passages: Sequence[Passage]) -> list[Passage]:
    """Add the similarity of passages that only keyword search found, so that each passage has one."""
    found = embedding.of_chunks([passage.chunk.id for passage in passages if passage.similarity is None])
    return [replace(each, similarity=found.get(each.chunk.id, each.similarity)) for each in passages]


def _relevant(request: SearchRequest, passages: Sequence[Passage], related: float) -> bool:
    if not passages:
        return False
    similarities = [passage.similarity for passage in passages if passage.similarity is not None]
    if similarities and max(similarities) >= related:
        return True
    context = request.context
    terms = query_terms(f"{request.text} {context.text}" if context.refers_back else request.text)
    texts = [passage.chunk.text.lower() for passage in passages[:3]]
    found = {term for term in terms if any(_stem(term) in text for text in texts)}
    return len(found) >= min(2, len(terms))


def _stem(term: str) -> str:
    """Cut up to three letters of an English suffix, so that `retried` matches `retry`."""
    return term[: max(4, len(term) - 3)]


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = (time.perf_counter() - start) * 1000

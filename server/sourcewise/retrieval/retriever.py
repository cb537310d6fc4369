"""Finds passages for a question: keyword, vector and definition search, joined by `ranking`.

Keyword and definition search need only the catalog, so a folder can be asked before anything is embedded. Vectors
join as far as they exist; the result says what served.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sourcewise.domain.search import Passage, SearchMode, SearchRequest, SearchResult
from sourcewise.embedding.model_names import closeness_of
from sourcewise.retrieval.follow_up_context import search_text
from sourcewise.retrieval.query_embedding import QueryEmbedder
from sourcewise.retrieval.ranking import Candidate, Sketch, rank
from sourcewise.retrieval.stack_trace_locations import named_places
from sourcewise.storage.chunk_filter import ANY_CHUNK
from sourcewise.text.words import identifiers_in, query_terms, weighted_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.retrieval.query_embedding import QueryEmbedding, QuestionEmbedder
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import VectorSearch

# How deep each list is read. Deeper costs time and hardly ever changes the first ten.
_KEYWORD_DEPTH = 150
_VECTOR_DEPTH = 60
# Words that are alone have to show which files are about a question as a whole, and that takes more of their chunks.
_KEYWORD_DEPTH_ALONE = 200
_DEFINITION_DEPTH = 100
_NAMED_DEPTH = 10
# How many searches may have vectors compared at a time.
_SIDE_BY_SIDE = 4


class Retriever:
    """Searches one folder's index. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: VectorSearch, embedder: QuestionEmbedder) -> None:
        """Join the parts; nothing is opened."""
        self._catalog = catalog
        self._query_embedder = QueryEmbedder(catalog, vectors, embedder)
        self._looking = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="nearest")

    def keyword_candidates(self, question: str, limit: int) -> list[str]:
        """Return ids of the chunks that keywords alone find, best first: what to embed first for this question."""
        telling = weighted_terms(question, self._catalog.rarity)
        return [chunk_id for chunk_id, _ in self._catalog.search_words(list(telling), limit)]

    def search(self, request: SearchRequest, model: str, chunk_filter: ChunkFilter = ANY_CHUNK) -> SearchResult:
        """Return the best passages for a request, after its excerpt if it has one.

        Args:
            request: see SearchRequest; its scope has become `chunk_filter`, its open files are left to UnsavedFiles.
            model: the wanted embedding model; while its vectors are incomplete, a complete model serves.
            chunk_filter: the chunks in the scope of the request.
        """
        result = self._search(replace(request, text=search_text(request)), model, chunk_filter)
        return result if request.excerpt is None else _with_excerpt_first(result, request.excerpt, request.top)

    def _search(self, request: SearchRequest, model: str, chunk_filter: ChunkFilter) -> SearchResult:
        timings: dict[str, float] = {}
        telling: dict[str, float] = {}
        candidates: dict[str, Candidate] = {}
        served_by, counts = self._catalog.serving_model(model)
        served_by = None if request.mode is SearchMode.KEYWORD else served_by
        with _timed(timings, "question embedding"):
            embedding = self._embedded(request, served_by, model)
        # Vectors are compared in another process, words in this one: the two go on side by side.
        looking = (
            self._looking.submit(embedding.nearest, _VECTOR_DEPTH, chunk_filter) if embedding and served_by else None
        )
        if request.mode is not SearchMode.VECTOR:
            with _timed(timings, "keywords"):
                depth = _KEYWORD_DEPTH if served_by else _KEYWORD_DEPTH_ALONE
                telling, candidates = self._by_words(request, depth, chunk_filter)
        by_words = tuple(candidates)
        with _timed(timings, "vectors"):
            nearest = looking.result() if looking else {}
            self._add_nearest(served_by or model, nearest, candidates)
        with _timed(timings, "ranking"):
            passages = self._passages(request, telling, candidates, embedding)
        if embedding and nearest:
            with _timed(timings, "similarities"):
                passages = _with_similarities(embedding, passages)
        return SearchResult(
            request.text,
            tuple(passages),
            request.mode if nearest else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
            _relevant(request, passages, closeness_of(served_by or model).related),
            timings,
            None if embedding is None else (len(embedding.vector), tuple(float(x) for x in embedding.vector[:4])),
            by_words=by_words,
        )

    def _embedded(self, request: SearchRequest, served_by: str | None, model: str) -> QueryEmbedding | None:
        """Return the embedding of a request; None where its mode or the model has none."""
        if request.mode is SearchMode.KEYWORD:
            return None
        asked_of = self._query_embedder.serving_model(served_by, model)
        return self._query_embedder.embed(request.text, asked_of, request.context) if asked_of else None

    def similar(self, code: Chunk, model: str, top: int) -> SearchResult:
        """Return the passages that are nearest to some code, without itself; by its words while nothing is embedded."""
        served_by, counts = self._catalog.serving_model(model)
        candidates: dict[str, Candidate] = {}
        embedding = self._query_embedder.embed(code.text, served_by) if served_by else None
        nearest = embedding.nearest(_VECTOR_DEPTH, ANY_CHUNK) if embedding else {}
        self._add_nearest(served_by or model, nearest, candidates)
        if not nearest:
            telling = weighted_terms(code.text, self._catalog.rarity)
            words = self._catalog.search_words(list(telling), _KEYWORD_DEPTH)
            candidates = {chunk_id: Candidate(keyword=score) for chunk_id, score in words}
        for chunk in self._catalog.chunks_of(code.path):
            if chunk.overlaps(code):
                candidates.pop(chunk.id, None)
        return SearchResult(
            code.text,
            tuple(self._passages(SearchRequest("", top), {}, candidates)),
            SearchMode.HYBRID if nearest else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
        )

    def _passages(
        self,
        request: SearchRequest,
        telling: Mapping[str, float],
        candidates: Mapping[str, Candidate],
        embedding: QueryEmbedding | None = None,
    ) -> list[Passage]:
        """Return the best candidates; only these are read as a whole."""
        chunk_metadata = {i: Sketch(*sketch) for i, sketch in self._catalog.chunk_metadata(list(candidates)).items()}
        synopses = embedding.of_files({sketch.path for sketch in chunk_metadata.values()}) if embedding else {}
        ranked = rank(request, telling, candidates, chunk_metadata, synopses=synopses)
        chunks = self._catalog.chunks([each.chunk_id for each in ranked])
        there = [each for each in ranked if each.chunk_id in chunks]
        return [
            Passage(chunks[i], number, score, candidates[i].similarity, reasons)
            for number, (i, score, reasons) in enumerate(there, 1)
        ]

    def _by_words(
        self, request: SearchRequest, depth: int, chunk_filter: ChunkFilter
    ) -> tuple[dict[str, float], dict[str, Candidate]]:
        """Return the words to search for, with how much each tells, and what they and the question's names find."""
        context = request.context
        telling = weighted_terms(request.text, self._catalog.rarity)
        spoken = weighted_terms(context.text, self._catalog.rarity)
        candidates: dict[str, Candidate] = {}
        for words, weight in ((telling, 1.0), (spoken, context.weight)):
            for chunk_id, score in self._catalog.search_words(list(words), depth, chunk_filter):
                candidates.setdefault(chunk_id, Candidate()).keyword += weight * score
        for found in self._catalog.find_definitions(identifiers_in(request.text), _DEFINITION_DEPTH, chunk_filter):
            candidate = candidates.setdefault(found.chunk_id, Candidate())
            candidate.asked.append(found.definition.qualified_name)
        for chunk_id in self._at_named_places(request.text, chunk_filter):
            candidates.setdefault(chunk_id, Candidate()).named = True
        return {word: context.weight * told for word, told in spoken.items()} | telling, candidates

    def _at_named_places(self, text: str, chunk_filter: ChunkFilter) -> list[str]:
        places = named_places(text)
        found = [i for place in places for i in self._catalog.chunks_at(place.path, place.line, _NAMED_DEPTH)]
        passing = self._catalog.passing(found, chunk_filter) if found else ()
        return [chunk_id for chunk_id in found if chunk_id in passing]

    def _add_nearest(self, model: str, nearest: Mapping[str, float], candidates: dict[str, Candidate]) -> None:
        """Add the chunks that are near to a question, with their cosines; the others are far if there are any."""
        if not nearest:
            return
        unseen = list(candidates.keys() - nearest.keys())
        for chunk_id, similarity in nearest.items():
            candidate = candidates.setdefault(chunk_id, Candidate())
            candidate.nearest, candidate.similarity = True, similarity
        for chunk_id in self._catalog.stored_vectors(model, unseen):
            candidates[chunk_id].far = True


def _with_excerpt_first(result: SearchResult, excerpt: Chunk, top: int) -> SearchResult:
    """Put the excerpt before the passages, without those that share lines with it."""
    selected = Passage(excerpt, 1, 1.0, None, ("is selected",))
    others = [passage for passage in result.passages if not passage.chunk.overlaps(excerpt)]
    passages = (selected, *(replace(passage, rank=n) for n, passage in enumerate(others[: top - 1], 2)))
    return replace(result, passages=passages, relevant=True)


def _with_similarities(embedding: QueryEmbedding, passages: Sequence[Passage]) -> list[Passage]:
    """Give what only words found its similarity too, so that every passage can show one."""
    found = embedding.of_chunks([passage.chunk.id for passage in passages if passage.similarity is None])
    return [replace(each, similarity=found.get(each.chunk.id, each.similarity)) for each in passages]


def _relevant(request: SearchRequest, passages: Sequence[Passage], related: float) -> bool:
    if not passages:
        return False
    similarities = [passage.similarity for passage in passages if passage.similarity is not None]
    if similarities and max(similarities) >= related:
        return True
    context = request.context
    terms = query_terms(f"{request.text} {context.text}" if context.meant else request.text)
    texts = [passage.chunk.text.lower() for passage in passages[:3]]
    found = {term for term in terms if any(_stem(term) in text for text in texts)}
    return len(found) >= min(2, len(terms))


def _stem(term: str) -> str:
    """Cut what an English word may end in: who asks what was `retried` may be answered by `retry`."""
    return term[: max(4, len(term) - 3)]


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = (time.perf_counter() - start) * 1000

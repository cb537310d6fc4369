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

from sourcewise.domain.search import Passage, SearchMode, SearchResult
from sourcewise.embedding.model_names import closeness_of
from sourcewise.retrieval.follow_up_context import background, search_text
from sourcewise.retrieval.query_embedding import NOTHING_BEFORE, QueryEmbedder
from sourcewise.retrieval.ranking import Candidate, Sketch, rank
from sourcewise.retrieval.stack_trace_locations import named_places
from sourcewise.storage.chunk_filter import ANY_CHUNK
from sourcewise.text.words import identifiers_in, query_terms, weighted_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.search import ConversationContext, Query
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
        self._meanings = QueryEmbedder(catalog, vectors, embedder)
        self._looking = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="nearest")

    def keyword_candidates(self, question: str, limit: int) -> list[str]:
        """Return ids of the chunks that keywords alone find, best first: what to embed first for this question."""
        telling = weighted_terms(question, self._catalog.keywords.inverse_document_frequency)
        return [chunk_id for chunk_id, _ in self._catalog.keywords.search(list(telling), limit)]

    def search(
        self,
        question: str,
        model: str,
        top: int,
        within: ChunkFilter = ANY_CHUNK,
        by: SearchMode = SearchMode.HYBRID,
        *,
        before: ConversationContext = NOTHING_BEFORE,
    ) -> SearchResult:
        """Return the best passages of the folder for a question.

        Args:
            question: in any words.
            model: the wanted embedding model; while it is not complete, one that is serves.
            top: how many passages at most.
            within: what chunks to stay in.
            by: what may serve.
            before: what was spoken of before.
        """
        timings: dict[str, float] = {}
        telling: dict[str, float] = {}
        candidates: dict[str, Candidate] = {}
        served_by, counts = self._catalog.serving_model(model)
        served_by = None if by is SearchMode.KEYWORD else served_by
        with _timed(timings, "question embedding"):
            asked_of = None if by is SearchMode.KEYWORD else self._meanings.serving_model(served_by, model)
            meaning = self._meanings.read(question, asked_of, before) if asked_of else None
        # Vectors are compared in another process, words in this one: the two go on side by side.
        looking = self._looking.submit(meaning.nearest, _VECTOR_DEPTH, within) if meaning and served_by else None
        if by is not SearchMode.VECTOR:
            with _timed(timings, "keywords"):
                depth = _KEYWORD_DEPTH if served_by else _KEYWORD_DEPTH_ALONE
                telling, candidates = self._by_words(question, before, depth, within)
        by_words = tuple(candidates)
        with _timed(timings, "vectors"):
            nearest = looking.result() if looking else {}
            self._add_nearest(served_by or model, nearest, candidates)
        with _timed(timings, "ranking"):
            passages = self._passages(question, telling, candidates, top, meaning)
        if meaning and nearest:
            with _timed(timings, "similarities"):
                passages = _with_similarities(meaning, passages)
        return SearchResult(
            question,
            tuple(passages),
            by if nearest else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
            _relevant(question, before, passages, closeness_of(served_by or model).related),
            timings,
            None if meaning is None else (len(meaning.vector), tuple(float(x) for x in meaning.vector[:4])),
            by_words=by_words,
        )

    def gather(
        self,
        inquiry: Query,
        model: str,
        top: int,
        within: ChunkFilter = ANY_CHUNK,
        by: SearchMode = SearchMode.HYBRID,
    ) -> SearchResult:
        """Return what to answer from: the inquiry's excerpt, if it has one, and the best passages; see search."""
        result = self.search(search_text(inquiry), model, top, within, by, before=background(inquiry))
        if inquiry.excerpt is None:
            return result
        selected = Passage(inquiry.excerpt, 1, 1.0, None, ("is selected",))
        others = [passage for passage in result.passages if not passage.chunk.overlaps(inquiry.excerpt)]
        passages = (selected, *(replace(passage, rank=n) for n, passage in enumerate(others[: top - 1], 2)))
        return replace(result, passages=passages, relevant=True)

    def similar(self, code: Chunk, model: str, top: int) -> SearchResult:
        """Return the passages that are nearest to some code, without itself; by its words while nothing is embedded."""
        served_by, counts = self._catalog.serving_model(model)
        candidates: dict[str, Candidate] = {}
        meaning = self._meanings.read(code.text, served_by) if served_by else None
        nearest = meaning.nearest(_VECTOR_DEPTH, ANY_CHUNK) if meaning else {}
        self._add_nearest(served_by or model, nearest, candidates)
        if not nearest:
            telling = weighted_terms(code.text, self._catalog.keywords.inverse_document_frequency)
            words = self._catalog.keywords.search(list(telling), _KEYWORD_DEPTH)
            candidates = {chunk_id: Candidate(keyword=score) for chunk_id, score in words}
        for chunk in self._catalog.chunks_of(code.path):
            if chunk.overlaps(code):
                candidates.pop(chunk.id, None)
        return SearchResult(
            code.text,
            tuple(self._passages("", {}, candidates, top)),
            SearchMode.HYBRID if nearest else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
        )

    def _passages(
        self,
        question: str,
        telling: Mapping[str, float],
        candidates: Mapping[str, Candidate],
        top: int,
        meaning: QueryEmbedding | None = None,
    ) -> list[Passage]:
        """Return the best candidates; only these are read as a whole."""
        chunk_metadata = {i: Sketch(*sketch) for i, sketch in self._catalog.chunk_metadata(list(candidates)).items()}
        synopses = meaning.of_files({sketch.path for sketch in chunk_metadata.values()}) if meaning else {}
        ranked = rank(question, telling, candidates, chunk_metadata, top, synopses=synopses)
        chunks = self._catalog.chunks([each.chunk_id for each in ranked])
        there = [each for each in ranked if each.chunk_id in chunks]
        return [
            Passage(chunks[i], number, score, candidates[i].similarity, reasons)
            for number, (i, score, reasons) in enumerate(there, 1)
        ]

    def _by_words(
        self, question: str, before: ConversationContext, depth: int, within: ChunkFilter
    ) -> tuple[dict[str, float], dict[str, Candidate]]:
        """Return the words to search for, with how much each tells, and what they and the question's names find."""
        telling = weighted_terms(question, self._catalog.keywords.inverse_document_frequency)
        spoken = weighted_terms(before.text, self._catalog.keywords.inverse_document_frequency)
        candidates: dict[str, Candidate] = {}
        for words, weight in ((telling, 1.0), (spoken, before.weight)):
            for chunk_id, score in self._catalog.keywords.search(list(words), depth, within):
                candidates.setdefault(chunk_id, Candidate()).keyword += weight * score
        for found in self._catalog.definitions.find(identifiers_in(question), _DEFINITION_DEPTH, within):
            candidate = candidates.setdefault(found.chunk_id, Candidate())
            candidate.asked.append(found.definition.qualified_name)
        for chunk_id in self._at_named_places(question, within):
            candidates.setdefault(chunk_id, Candidate()).named = True
        return {word: before.weight * told for word, told in spoken.items()} | telling, candidates

    def _at_named_places(self, question: str, within: ChunkFilter) -> list[str]:
        places = named_places(question)
        found = [i for place in places for i in self._catalog.chunks_at(place.path, place.line, _NAMED_DEPTH)]
        passing = self._catalog.passing(found, within) if found else ()
        return [chunk_id for chunk_id in found if chunk_id in passing]

    def _add_nearest(self, model: str, nearest: Mapping[str, float], candidates: dict[str, Candidate]) -> None:
        """Add the chunks that are near to a question, with their cosines; the others are far if there are any."""
        if not nearest:
            return
        unseen = list(candidates.keys() - nearest.keys())
        for chunk_id, similarity in nearest.items():
            candidate = candidates.setdefault(chunk_id, Candidate())
            candidate.nearest, candidate.similarity = True, similarity
        for chunk_id in self._catalog.vectors.stored(model, unseen):
            candidates[chunk_id].far = True


def _with_similarities(meaning: QueryEmbedding, passages: Sequence[Passage]) -> list[Passage]:
    """Give what only words found its similarity too, so that every passage can show one."""
    found = meaning.of_chunks([passage.chunk.id for passage in passages if passage.similarity is None])
    return [replace(each, similarity=found.get(each.chunk.id, each.similarity)) for each in passages]


def _relevant(question: str, before: ConversationContext, passages: Sequence[Passage], related: float) -> bool:
    if not passages:
        return False
    similarities = [passage.similarity for passage in passages if passage.similarity is not None]
    if similarities and max(similarities) >= related:
        return True
    terms = query_terms(f"{question} {before.text}" if before.meant else question)
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

"""Finds passages for a question: keyword, vector and definition search, joined by `ranking`.

Keyword and definition search need only the catalog, so a folder can be asked before anything is embedded. Vectors
join as far as they exist; the result says what served.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from sourcewise.conversation import background, search_text
from sourcewise.embedding.vectors import blend
from sourcewise.embedding_models import closeness_of
from sourcewise.errors import PeerError, StorageError, WeightsError, WorkerError
from sourcewise.model import Background, Passage, SearchMode, SearchResult
from sourcewise.named_places import named_places
from sourcewise.nearest_chunks import nearest_chunks
from sourcewise.ranking import Candidate, Sketch, rank
from sourcewise.storage.chunk_filter import ANY_CHUNK
from sourcewise.words import identifiers_in, query_terms, telling_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sourcewise.embedding.vectors import Vectors
    from sourcewise.model import Chunk, Inquiry
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import VectorSearch

    # Gives the cosines of files, by path, with a question.
    NearnessOfFiles = Callable[[Sequence[str]], Mapping[str, float]]

logger = logging.getLogger(__name__)

# How deep each list is read. Deeper costs time and hardly ever changes the first ten.
_KEYWORD_DEPTH = 100
_VECTOR_DEPTH = 100
# Words that are alone have to show which files are about a question as a whole, and that takes more of their chunks.
_KEYWORD_DEPTH_ALONE = 200
_DEFINITION_DEPTH = 100
_NAMED_DEPTH = 10
_NOTHING_BEFORE = Background()
# How much a question's meaning together with what was spoken of before counts beside its own, for each unit of weight.
_MEANING_TOGETHER = 2.0


def _nothing_skimmed(_paths: Sequence[str]) -> Mapping[str, float]:
    return {}


class QuestionEmbedder(Protocol):
    """Makes the vector of a question; see Embedder."""

    def embed_question(self, model: str, question: str) -> Vectors:
        """Return one unit vector (dimensions)."""


class Retriever:
    """Searches one folder's index. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: VectorSearch, embedder: QuestionEmbedder) -> None:
        """Join the parts; nothing is opened."""
        self._catalog = catalog
        self._vectors = vectors
        self._embedder = embedder

    def keyword_candidates(self, question: str, limit: int) -> list[str]:
        """Return ids of the chunks that keywords alone find, best first: what to embed first for this question."""
        telling = telling_words(question, self._catalog.rarity)
        return [chunk_id for chunk_id, _ in self._catalog.search_words(list(telling), limit)]

    def search(
        self,
        question: str,
        model: str,
        top: int,
        within: ChunkFilter = ANY_CHUNK,
        by: SearchMode = SearchMode.HYBRID,
        *,
        before: Background = _NOTHING_BEFORE,
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
        if by is not SearchMode.VECTOR:
            with _timed(timings, "keywords"):
                depth = _KEYWORD_DEPTH if served_by else _KEYWORD_DEPTH_ALONE
                telling, candidates = self._by_words(question, before, depth, within)
        by_words = tuple(candidates)
        spoken = None if by is SearchMode.KEYWORD else served_by or self._skimmed(model)
        vector = self._vector_of(question, spoken, timings, before) if spoken else None
        near = served_by and vector is not None and self._add_vectors(served_by, vector, candidates, within, timings)
        with _timed(timings, "ranking"):
            passages = self._passages(question, telling, candidates, top, self._nearness_of_files(spoken, vector))
        if served_by and vector is not None and near:
            with _timed(timings, "similarities"):
                passages = self._with_similarities(served_by, vector, passages)
        return SearchResult(
            question,
            tuple(passages),
            by if near else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
            _relevant(question, before, passages, closeness_of(served_by or model).related),
            timings,
            None if vector is None else (len(vector), tuple(float(x) for x in vector[:4])),
            by_words=by_words,
        )

    def gather(
        self,
        inquiry: Inquiry,
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
        vector = self._vector_of(code.text, served_by, {}) if served_by else None
        near = served_by and vector is not None and self._add_vectors(served_by, vector, candidates, ANY_CHUNK, {})
        if not near:
            telling = telling_words(code.text, self._catalog.rarity)
            words = self._catalog.search_words(list(telling), _KEYWORD_DEPTH)
            candidates = {chunk_id: Candidate(keyword=score) for chunk_id, score in words}
        for chunk in self._catalog.chunks_of(code.path):
            if chunk.overlaps(code):
                candidates.pop(chunk.id, None)
        return SearchResult(
            code.text,
            tuple(self._passages("", {}, candidates, top)),
            SearchMode.HYBRID if near else SearchMode.KEYWORD,
            counts.chunks,
            counts.embedded,
        )

    def _passages(
        self,
        question: str,
        telling: Mapping[str, float],
        candidates: Mapping[str, Candidate],
        top: int,
        synopses: NearnessOfFiles = _nothing_skimmed,
    ) -> list[Passage]:
        """Return the best candidates; only these are read as a whole."""
        sketches = {i: Sketch(*sketch) for i, sketch in self._catalog.sketches(list(candidates)).items()}
        about = synopses(list({sketch.path for sketch in sketches.values()}))
        ranked = rank(question, telling, candidates, sketches, top, synopses=about)
        chunks = self._catalog.chunks([each.chunk_id for each in ranked])
        there = [each for each in ranked if each.chunk_id in chunks]
        return [
            Passage(chunks[i], number, score, candidates[i].similarity, reasons)
            for number, (i, score, reasons) in enumerate(there, 1)
        ]

    def _by_words(
        self, question: str, before: Background, depth: int, within: ChunkFilter
    ) -> tuple[dict[str, float], dict[str, Candidate]]:
        """Return the words to search for, with how much each tells, and what they and the question's names find."""
        telling = telling_words(question, self._catalog.rarity)
        spoken = telling_words(before.text, self._catalog.rarity)
        candidates: dict[str, Candidate] = {}
        for words, weight in ((telling, 1.0), (spoken, before.weight)):
            for chunk_id, score in self._catalog.search_words(list(words), depth, within):
                candidates.setdefault(chunk_id, Candidate()).keyword += weight * score
        for found in self._catalog.find_definitions(identifiers_in(question), _DEFINITION_DEPTH, within):
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

    def _nearness_of_files(self, model: str | None, vector: Vectors | None) -> NearnessOfFiles:
        if model is None or vector is None:
            return _nothing_skimmed
        return partial(self._catalog.synopses.cosines, model, vector)

    def _skimmed(self, model: str) -> str | None:
        """Return the model if it has looked at files already, though at no chunk."""
        return model if self._catalog.synopses.exist(model) else None

    def _vector_of(
        self, text: str, model: str, timings: dict[str, float], before: Background = _NOTHING_BEFORE
    ) -> Vectors | None:
        """Return the vector of a text, or None where only words can serve just now."""
        try:
            with _timed(timings, "question embedding"):
                return self._meaning(model, text, before)
        except (WeightsError, WorkerError, PeerError) as error:
            logger.warning("Keywords alone serve a question: %s", error)
            return None

    def _meaning(self, model: str, text: str, before: Background) -> Vectors:
        vector = self._embedder.embed_question(model, text)
        if not before.weight:
            return vector
        together = self._embedder.embed_question(model, f"{text}\n{before.text}")
        return blend(vector, together, _MEANING_TOGETHER * before.weight)

    def _add_vectors(
        self,
        model: str,
        vector: Vectors,
        candidates: dict[str, Candidate],
        within: ChunkFilter,
        timings: dict[str, float],
    ) -> bool:
        """Add what is near to a vector, and tell whether the vector store could serve."""
        try:
            with _timed(timings, "vectors"):
                self._add_nearest(model, vector, candidates, within)
        except (StorageError, PeerError) as error:
            logger.warning("Keywords alone serve a question: %s", error)
            return False
        return True

    def _add_nearest(self, model: str, vector: Vectors, candidates: dict[str, Candidate], within: ChunkFilter) -> None:
        nearest = dict(nearest_chunks(self._vectors, self._catalog, model, vector, limit=_VECTOR_DEPTH, within=within))
        unseen = list(candidates.keys() - nearest.keys())
        for chunk_id, similarity in nearest.items():
            candidate = candidates.setdefault(chunk_id, Candidate())
            # Rounded, so that the order of what is equally near does not depend on when a vector was stored.
            candidate.nearest, candidate.similarity = True, round(similarity, 6)
        for chunk_id in self._catalog.stored_vectors(model, unseen):
            candidates[chunk_id].far = True

    def _with_similarities(self, model: str, vector: Vectors, passages: Sequence[Passage]) -> list[Passage]:
        """Give what only words found its similarity too, so that every passage can show one."""
        lacking = [passage.chunk.id for passage in passages if passage.similarity is None]
        try:
            found = dict(self._vectors.search(model, vector, len(lacking), lacking)) if lacking else {}
        except (StorageError, PeerError) as error:
            logger.warning("Some passages show no similarity: %s", error)
            found = {}
        return [replace(each, similarity=found.get(each.chunk.id, each.similarity)) for each in passages]


def _relevant(question: str, before: Background, passages: Sequence[Passage], related: float) -> bool:
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

"""Finds passages for a question: keyword, vector and definition search, joined by `ranking`.

Keyword and definition search need only the catalog, so a folder can be asked before anything is embedded. Vectors
join as far as they exist; the result says what served.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sourcewise.errors import WeightsError, WorkerError
from sourcewise.model import Passage, SearchMode, SearchResult
from sourcewise.ranking import Candidate, rank
from sourcewise.words import identifiers_in, query_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.embedder import Embedder, Vectors
    from sourcewise.storage.catalog import Catalog, IndexCounts
    from sourcewise.storage.vector_store import VectorStore

logger = logging.getLogger(__name__)

# How deep each list is read. Deeper costs time and hardly ever changes the first ten.
_DEPTH = 100
# Below this cosine the sentence models here see no relation between a question and a piece of code.
_RELATED = 0.2


class Retriever:
    """Searches one folder's index. Thread-safe."""

    def __init__(self, catalog: Catalog, store: VectorStore, embedder: Embedder) -> None:
        """Join the parts; nothing is opened."""
        self._catalog = catalog
        self._store = store
        self._embedder = embedder

    def keyword_candidates(self, question: str, limit: int) -> list[str]:
        """Return ids of the chunks that keywords alone find, best first: what to embed first for this question."""
        return [chunk_id for chunk_id, _ in self._catalog.search_words(query_terms(question), limit)]

    def search(self, question: str, model: str, top: int) -> SearchResult:
        """Return the best passages of the folder for a question.

        Args:
            question: in any words.
            model: the wanted embedding model; while it is not complete, one that is serves.
            top: how many passages at most.
        """
        timings: dict[str, float] = {}
        with _timed(timings, "keywords"):
            candidates = self._keyword_lists(question)
        served_by, counts = self._serving_model(model)
        vector = None
        if served_by:
            with _timed(timings, "question embedding"):
                vector = self._embedded(served_by, question)
        if served_by and vector is not None:
            with _timed(timings, "vectors"):
                self._add_vectors(served_by, vector, candidates)
        with _timed(timings, "ranking"):
            passages = rank(question, candidates, self._catalog.chunks(list(candidates)), top)
        return SearchResult(
            question,
            tuple(passages),
            SearchMode.KEYWORD if vector is None else SearchMode.HYBRID,
            counts.chunks,
            0 if vector is None else counts.embedded,
            _relevant(question, passages),
            timings,
            None if vector is None else (len(vector), tuple(float(x) for x in vector[:4])),
        )

    def _keyword_lists(self, question: str) -> dict[str, Candidate]:
        candidates: dict[str, Candidate] = {}
        for place, (chunk_id, _) in enumerate(self._catalog.search_words(query_terms(question), _DEPTH), 1):
            candidates.setdefault(chunk_id, Candidate()).keyword = place
        for place, found in enumerate(self._catalog.find_definitions(identifiers_in(question), _DEPTH), 1):
            candidate = candidates.setdefault(found.chunk_id, Candidate())
            candidate.definition = candidate.definition or place
            candidate.asked.append(found.definition.qualified_name)
        return candidates

    def _serving_model(self, wanted: str) -> tuple[str | None, IndexCounts]:
        """Return the model whose vectors answer, and its counts: the wanted one once complete, else the fullest."""
        counts = self._catalog.counts(wanted)
        if counts.embedded == counts.chunks:
            return (wanted if counts.embedded else None), counts
        others = (model for model in self._catalog.models() if model != wanted)
        by_model = {wanted: counts, **{model: self._catalog.counts(model) for model in others}}
        best = max(by_model, key=lambda model: (by_model[model].embedded, model == wanted))
        return (best if by_model[best].embedded else None), by_model[best]

    def _embedded(self, model: str, question: str) -> Vectors | None:
        try:
            return self._embedder.embed_question(model, question)
        except (WeightsError, WorkerError):
            logger.exception("The question could not be embedded; keywords alone serve.")
            return None

    def _add_vectors(self, model: str, vector: Vectors, candidates: dict[str, Candidate]) -> None:
        # By id where the similarity is the same: the order must not depend on when a vector was stored.
        nearest = sorted(self._store.search(model, vector, _DEPTH), key=lambda hit: (-round(hit[1], 6), hit[0]))
        unseen = list(candidates.keys() - {chunk_id for chunk_id, _ in nearest})
        for place, (chunk_id, similarity) in enumerate(nearest, 1):
            candidate = candidates.setdefault(chunk_id, Candidate())
            candidate.vector, candidate.similarity = place, similarity
        # What only keywords found gets its similarity too, so that every passage can show one.
        for chunk_id, similarity in self._store.search(model, vector, len(unseen), unseen) if unseen else ():
            candidates[chunk_id].similarity = similarity


def _relevant(question: str, passages: Sequence[Passage]) -> bool:
    if not passages:
        return False
    similarities = [passage.similarity for passage in passages if passage.similarity is not None]
    if similarities and max(similarities) >= _RELATED:
        return True
    terms = query_terms(question)
    found = {term for term in terms for passage in passages[:3] if term in passage.chunk.text.lower()}
    return len(found) >= min(2, len(terms))


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[stage] = (time.perf_counter() - start) * 1000

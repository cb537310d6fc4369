"""Finds passages for a question: keyword, vector and definition search, joined by `ranking`.

Keyword and definition search need only the catalog, so a folder can be asked before anything is embedded. Vectors
join as far as they exist; the result says what served.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sourcewise.conversation import search_text
from sourcewise.embedding_models import closeness_of
from sourcewise.errors import PeerError, QuestionError, StorageError, WeightsError, WorkerError
from sourcewise.model import Passage, SearchMode, SearchResult
from sourcewise.ranking import Candidate, rank
from sourcewise.words import identifiers_in, query_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.embedding.vectors import Vectors
    from sourcewise.model import Chunk, Inquiry
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.vector_search import VectorSearch

logger = logging.getLogger(__name__)

# How deep each list is read. Deeper costs time and hardly ever changes the first ten.
_DEPTH = 100


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
        return [chunk_id for chunk_id, _ in self._catalog.search_words(query_terms(question), limit)]

    def search(self, question: str, model: str, top: int, paths: Sequence[str] = ()) -> SearchResult:
        """Return the best passages of the folder for a question.

        Args:
            question: in any words.
            model: the wanted embedding model; while it is not complete, one that is serves.
            top: how many passages at most.
            paths: files and folders to stay in; none means all.

        Raises:
            QuestionError: nothing is indexed of one of these paths.
        """
        self._check_paths(paths)
        timings: dict[str, float] = {}
        with _timed(timings, "keywords"):
            candidates = self._keyword_lists(question, paths)
        served_by, counts = self._catalog.serving_model(model)
        vector = self._add_by_meaning(served_by, question, candidates, paths, timings) if served_by else None
        with _timed(timings, "ranking"):
            passages = rank(question, candidates, self._catalog.chunks(list(candidates)), top)
        return SearchResult(
            question,
            tuple(passages),
            SearchMode.KEYWORD if vector is None else SearchMode.HYBRID,
            counts.chunks,
            counts.embedded,
            _relevant(question, passages, closeness_of(served_by or model).related),
            timings,
            None if vector is None else (len(vector), tuple(float(x) for x in vector[:4])),
        )

    def gather(self, inquiry: Inquiry, model: str, top: int) -> SearchResult:
        """Return what to answer from: the inquiry's excerpt, if it has one, and the best passages; see search."""
        result = self.search(search_text(inquiry), model, top, inquiry.paths)
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
        vector = self._add_by_meaning(served_by, code.text, candidates, (), {}) if served_by else None
        if vector is None:
            words = self._catalog.search_words(query_terms(code.text), _DEPTH)
            candidates = {chunk_id: Candidate(keyword=place) for place, (chunk_id, _) in enumerate(words, 1)}
        chunks = self._catalog.chunks(list(candidates))
        others = {chunk_id: chunk for chunk_id, chunk in chunks.items() if not chunk.overlaps(code)}
        return SearchResult(
            code.text,
            tuple(rank("", candidates, others, top)),
            SearchMode.KEYWORD if vector is None else SearchMode.HYBRID,
            counts.chunks,
            counts.embedded,
        )

    def _check_paths(self, paths: Sequence[str]) -> None:
        unknown = self._catalog.unknown_paths(paths)
        if unknown:
            raise QuestionError(
                f"Nothing is indexed of {', '.join(unknown)}.",
                "Name files and folders as they stand in the folder, or ask why they are not indexed.",
            )

    def _keyword_lists(self, question: str, paths: Sequence[str] = ()) -> dict[str, Candidate]:
        candidates: dict[str, Candidate] = {}
        words = self._catalog.search_words(query_terms(question), _DEPTH, paths)
        for place, (chunk_id, _) in enumerate(words, 1):
            candidates.setdefault(chunk_id, Candidate()).keyword = place
        for place, found in enumerate(self._catalog.find_definitions(identifiers_in(question), _DEPTH, paths), 1):
            candidate = candidates.setdefault(found.chunk_id, Candidate())
            candidate.definition = candidate.definition or place
            candidate.asked.append(found.definition.qualified_name)
        return candidates

    def _add_by_meaning(
        self, model: str, text: str, candidates: dict[str, Candidate], paths: Sequence[str], timings: dict[str, float]
    ) -> Vectors | None:
        """Add what is near to a text and return its vector, or None where only words can serve just now."""
        try:
            with _timed(timings, "question embedding"):
                vector = self._embedder.embed_question(model, text)
            with _timed(timings, "vectors"):
                self._add_vectors(model, vector, candidates, paths)
        except (WeightsError, WorkerError, StorageError, PeerError) as error:
            logger.warning("Keywords alone serve a question: %s", error)
            return None
        return vector

    def _add_vectors(self, model: str, vector: Vectors, candidates: dict[str, Candidate], paths: Sequence[str]) -> None:
        within = self._catalog.chunk_ids(paths) if paths else None
        # By id where the similarity is the same: the order must not depend on when a vector was stored.
        hits = self._vectors.search(model, vector, _DEPTH, within)
        nearest = sorted(hits, key=lambda hit: (-round(hit[1], 6), hit[0]))
        unseen = list(candidates.keys() - {chunk_id for chunk_id, _ in nearest})
        for place, (chunk_id, similarity) in enumerate(nearest, 1):
            candidate = candidates.setdefault(chunk_id, Candidate())
            candidate.vector, candidate.similarity = place, similarity
        # What only keywords found gets its similarity too, so that every passage can show one.
        for chunk_id, similarity in self._vectors.search(model, vector, len(unseen), unseen) if unseen else ():
            candidates[chunk_id].similarity = similarity


def _relevant(question: str, passages: Sequence[Passage], related: float) -> bool:
    if not passages:
        return False
    similarities = [passage.similarity for passage in passages if passage.similarity is not None]
    if similarities and max(similarities) >= related:
        return True
    terms = query_terms(question)
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

"""Embeds a query once, and compares its vector with chunks and file summaries.

If the embedding model is unavailable, there is no embedding; if the vector store is, the embedding finds nothing. The
search never waits for either: it then uses keywords alone.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sourcewise.domain.search import NO_CONTEXT
from sourcewise.embedding.vectors import blend
from sourcewise.errors import PeerError, StorageError, WeightsError, WorkerError
from sourcewise.retrieval.filtered_vector_search import nearest_chunks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sourcewise.domain.search import ConversationContext
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import VectorSearch

logger = logging.getLogger(__name__)

# The weight of the question embedded together with its context, for each unit of the context's weight.
_CONTEXT_FACTOR = 2.0


class QuestionEmbedder(Protocol):
    """Embeds a question; see Embedder."""

    def embed_question(self, model: str, question: str) -> Vectors:
        """Return a unit vector of shape (dimensions,)."""


class QueryEmbedder:
    """Embeds queries to one folder. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: VectorSearch, embedder: QuestionEmbedder) -> None:
        """Take the catalog and the vectors to search; opens nothing."""
        self._catalog = catalog
        self._vectors = vectors
        self._embedder = embedder

    def model_for(self, serving: str | None, wanted: str) -> str | None:
        """Return the model of the embedded chunks, else the wanted model if it has embedded file summaries."""
        return serving or (wanted if self._catalog.file_summaries.exist(wanted) else None)

    def embed(self, text: str, model: str, context: ConversationContext = NO_CONTEXT) -> QueryEmbedding | None:
        """Return the embedding of a text, blended with its context by weight; None if the model is unavailable."""
        try:
            vector = self._embedder.embed_question(model, text)
            if context.weight:
                in_context = self._embedder.embed_question(model, f"{text}\n{context.text}")
                vector = blend(vector, in_context, _CONTEXT_FACTOR * context.weight)
        except (WeightsError, WorkerError, PeerError) as error:
            logger.warning("Searching by keywords only: %s", error)
            return None
        return QueryEmbedding(vector, model, self._catalog, self._vectors)


@dataclass(frozen=True, slots=True)
class QueryEmbedding:
    """The vector of a query.

    Attributes:
        vector: unit vector of shape (dimensions,).
        model: the embedding model.
    """

    vector: Vectors
    model: str
    _catalog: Catalog
    _vectors: VectorSearch

    def nearest(self, limit: int, chunk_filter: ChunkFilter) -> dict[str, float]:
        """Return the nearest chunks with their cosines, nearest first; none if the vector store is unavailable."""
        try:
            hits = nearest_chunks(
                self._vectors, self._catalog, self.model, self.vector, limit=limit, chunk_filter=chunk_filter
            )
        except (StorageError, PeerError) as error:
            logger.warning("Searching by keywords only: %s", error)
            return {}
        # Rounded, so that the order of equally near chunks does not depend on when their vectors were stored.
        return {chunk_id: round(cosine, 6) for chunk_id, cosine in hits}

    def of_chunks(self, chunk_ids: Sequence[str]) -> dict[str, float]:
        """Return the cosines of those chunks that have vectors; none if the vector store is unavailable."""
        try:
            return dict(self._vectors.search(self.model, self.vector, len(chunk_ids), chunk_ids)) if chunk_ids else {}
        except (StorageError, PeerError) as error:
            logger.warning("Cannot compute the similarity of some passages: %s", error)
            return {}

    def of_files(self, paths: Collection[str]) -> dict[str, float]:
        """Return the cosines of the summaries of those files whose summary is embedded."""
        return self._catalog.file_summaries.cosines(self.model, self.vector, list(paths))

"""Embeds texts: takes their vectors from the embedding cache, and computes and caches those that are missing.

A text that crashes the model's process is found and isolated, so that all others are embedded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from sourcewise.embedding import EmbeddingText
from sourcewise.errors import WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.embedding.vectors import Vectors
    from sourcewise.storage.embedding_cache import EmbeddingCache


class TextEmbedder(Protocol):
    """Embeds texts; see Embedder."""

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        """Return for each text an array (windows, dimensions) of unit vectors."""


def embed_each(embedder: TextEmbedder, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors | WorkerDiedError]:
    """Return the vectors of each text, or the error if this text alone crashes the process, twice.

    Raises:
        WeightsError: the model is missing and cannot be downloaded.
        WorkerError: the process fails whatever the text.
    """
    if not texts:
        return []
    try:
        return list(embedder.embed_texts(model, texts))
    except WorkerDiedError:
        # This crashes as well if the cause is the model or the machine; then no text is marked as failed.
        embedder.embed_texts(model, [EmbeddingText("")])
    if len(texts) > 1:
        middle = len(texts) // 2
        return embed_each(embedder, model, texts[:middle]) + embed_each(embedder, model, texts[middle:])
    try:
        return list(embedder.embed_texts(model, texts))
    except WorkerDiedError as crash:
        return [crash]


class EmbeddedTexts(NamedTuple):
    """The results of embedding some texts, by index.

    Attributes:
        vectors: for each embedded text an array (windows, dimensions).
        reused: how many of these came from the cache.
        crashes: why the other texts have no vectors.
    """

    vectors: dict[int, Vectors]
    reused: int
    crashes: dict[int, WorkerDiedError]


class CachedEmbedder:
    """See the module. Thread-safe."""

    def __init__(self, cache: EmbeddingCache, embedder: TextEmbedder) -> None:
        """Nothing is loaded before the first call."""
        self._cache = cache
        self._embedder = embedder

    def embed(self, model: str, texts: Sequence[EmbeddingText]) -> EmbeddedTexts:
        """Return the vectors of these texts, and cache the new ones; raises as `embed_each` does."""
        known = self._cache.get(model, [text.key for text in texts])
        missing = [index for index in range(len(texts)) if index not in known]
        embedded = embed_each(self._embedder, model, [texts[index] for index in missing])
        outcomes = dict(zip(missing, embedded, strict=True))
        computed = {index: outcome for index, outcome in outcomes.items() if not isinstance(outcome, WorkerDiedError)}
        crashes = {index: outcome for index, outcome in outcomes.items() if isinstance(outcome, WorkerDiedError)}
        self._cache.put(model, [(texts[index].key, vectors) for index, vectors in computed.items()])
        return EmbeddedTexts(known | computed, len(known), crashes)

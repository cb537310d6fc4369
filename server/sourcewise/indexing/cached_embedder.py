"""The vectors of texts: from the embedding cache where it knows them, else from the model.

A text that the model's process dies of is found and set apart, so that the others are embedded.
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
    """Makes the vectors of texts; see Embedder."""

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        """Return for each text an array (windows, dimensions) of unit length."""


def embed_each(embedder: TextEmbedder, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors | WorkerDiedError]:
    """Return the vectors of each text, or the second death of which it alone is the cause.

    Raises:
        WeightsError: the model cannot be had.
        WorkerError: its process cannot do its work, whatever the text.
    """
    if not texts:
        return []
    try:
        return list(embedder.embed_texts(model, texts))
    except WorkerDiedError:
        # Dies as well where no text is to blame, but the model or the machine; then nothing is held against any.
        embedder.embed_texts(model, [EmbeddingText("")])
    if len(texts) > 1:
        middle = len(texts) // 2
        return embed_each(embedder, model, texts[:middle]) + embed_each(embedder, model, texts[middle:])
    try:
        return list(embedder.embed_texts(model, texts))
    except WorkerDiedError as death:
        return [death]


class Obtained(NamedTuple):
    """What became of some texts, by their place among them.

    Attributes:
        vectors: of each that has any, an array (windows, dimensions).
        reused: how many of these the cache knew.
        deaths: why the others have none.
    """

    vectors: dict[int, Vectors]
    reused: int
    deaths: dict[int, WorkerDiedError]


class TextVectors:
    """Has the vectors of texts. Thread-safe."""

    def __init__(self, cache: EmbeddingCache, embedder: TextEmbedder) -> None:
        """Join the parts; nothing is opened."""
        self._cache = cache
        self._embedder = embedder

    def of(self, model: str, texts: Sequence[EmbeddingText]) -> Obtained:
        """Return the vectors of these texts; what was made is known from now on. See embed_each."""
        known = self._cache.get(model, [text.key for text in texts])
        missing = [index for index in range(len(texts)) if index not in known]
        made_or_not = embed_each(self._embedder, model, [texts[index] for index in missing])
        outcomes = dict(zip(missing, made_or_not, strict=True))
        made = {index: outcome for index, outcome in outcomes.items() if not isinstance(outcome, WorkerDiedError)}
        deaths = {index: outcome for index, outcome in outcomes.items() if isinstance(outcome, WorkerDiedError)}
        self._cache.put(model, [(texts[index].key, vectors) for index, vectors in made.items()])
        return Obtained(known | made, len(known), deaths)

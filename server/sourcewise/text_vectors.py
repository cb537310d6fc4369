"""Texts that the model's process dies of: found and set apart, so that the others are embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sourcewise.embedding.embedder import EmbeddingText
from sourcewise.errors import WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.embedding.vectors import Vectors


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

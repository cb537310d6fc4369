"""Texts in, vectors out: the model that embeds, and the process it runs in."""

from sourcewise.embedding.embedder import Embedder, EmbeddingText
from sourcewise.embedding.windows import Window

__all__ = ["Embedder", "EmbeddingText", "Window"]

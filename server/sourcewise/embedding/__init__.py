"""Embeds texts: the embedding models, and the process that runs them."""

from sourcewise.embedding.embedder import Embedder, EmbeddingText
from sourcewise.embedding.windows import Window

__all__ = ["Embedder", "EmbeddingText", "Window"]

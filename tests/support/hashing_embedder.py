"""An embedder without a model: a text's vector counts its words, which are hashed to a few dimensions."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.embedding import Embedder, EmbeddingText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.embedding.vectors import Vectors

_DIMENSIONS = 64
_WINDOW = 40


class HashingEmbedder(Embedder):
    """A fast, deterministic embedder that records the texts that it embeds."""

    def __init__(self) -> None:
        self.embedded: list[str] = []
        self.fail_after: int | None = None

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        for text in texts:
            if self.fail_after is not None and len(self.embedded) >= self.fail_after:
                raise KeyboardInterrupt
            self.embedded.append(text.text)
        return [self._windows(model, f"{text.context}\n{text.text}") for text in texts]

    def embed_question(self, model: str, question: str) -> Vectors:
        return _unit(model, re.findall(r"\w+", question.lower()))

    def close(self) -> None:
        pass

    def _windows(self, model: str, text: str) -> Vectors:
        words = re.findall(r"\w+", text.lower()) or ["nothing"]
        return np.stack([_unit(model, words[start : start + _WINDOW]) for start in range(0, len(words), _WINDOW)])


def _unit(model: str, words: Sequence[str]) -> Vectors:
    vector = np.full(_DIMENSIONS, 1e-3, dtype=np.float32)
    for word in words:
        digest = hashlib.blake2b(f"{model} {word}".encode(), digest_size=4).digest()
        vector[int.from_bytes(digest) % _DIMENSIONS] += 1
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit

"""Generates synthetic vectors that are as hard to search as those of a real model.

Random vectors would not be a realistic test: they are all equally far apart, so that graph search fails. A model's
vectors form nested clusters and have a low intrinsic dimension. So do these.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.embedding import Embedder, EmbeddingText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.embedding.vectors import Vectors

MODEL = "generated"
DIMENSIONS = 384
_DIRECTIONS = 32
_SUBJECTS, _TOPICS = 60, 3000
# Standard deviations of a topic around its subject, of a text around its topic, and in all other directions.
_TOPIC_SPREAD, _TEXT_SPREAD, _NOISE = 0.7, 0.5, 0.02


class GeneratedVectors(Embedder):
    """Embeds deterministically, with one window per text. Counts the vectors and the CPU time to generate them."""

    def __init__(self) -> None:
        chance = np.random.default_rng(7)
        # The first directions have the highest variance, like the principal components of a model's vectors.
        weights = 1 / np.sqrt(1 + np.arange(_DIRECTIONS) / 8)
        subjects = chance.normal(size=(_SUBJECTS, _DIRECTIONS)) * weights
        topics = subjects[chance.integers(_SUBJECTS, size=_TOPICS)]
        self._topics = topics + _TOPIC_SPREAD * weights * chance.normal(size=topics.shape)
        self._spread = _TEXT_SPREAD * weights
        self._directions = np.linalg.qr(chance.normal(size=(DIMENSIONS, _DIRECTIONS)))[0].T
        self.made = 0
        self.seconds = 0.0

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        began = time.thread_time()
        made = [self.vector_of(text.key)[np.newaxis] for text in texts]
        self.made += len(texts)
        self.seconds += time.thread_time() - began
        return made

    def embed_question(self, model: str, question: str) -> Vectors:
        return self.vector_of(question)

    def close(self) -> None:
        pass

    def vector_of(self, text: str) -> Vectors:
        """Return the unit vector of a text."""
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        chance = np.random.default_rng(int.from_bytes(digest))
        # Some topics have many texts, most have few.
        topic = self._topics[int(_TOPICS ** chance.random()) - 1]
        place = (topic + self._spread * chance.normal(size=_DIRECTIONS)) @ self._directions
        vector = (place + _NOISE * chance.normal(size=DIMENSIONS)).astype(np.float32)
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit

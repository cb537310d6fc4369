"""Sample chunks and vectors for tests of vector stores. The same number always gives the same sample."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sourcewise.domain.code import Chunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DIMENSION = 8
# Above Chroma's threshold of 1000, so that the graph is on disk and not only in the log.
MANY = 1500


class Adds(Protocol):
    def add(self, model: str, chunks: Sequence[tuple[Chunk, NDArray[np.float32]]]) -> None: ...


def chunk(number: int, first_line: int = 1) -> Chunk:
    chunk_id = hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()
    return Chunk(chunk_id, f"src/{number}.py", first_line, first_line + 4, "text", "python", 0, 3, "Store.load")


def vectors(seed: int, windows: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((windows, DIMENSION)).astype(np.float32)


def fill(store: Adds, count: int, windows: int = 1) -> None:
    store.add(MODEL, [(chunk(n), vectors(n, windows)) for n in range(count)])

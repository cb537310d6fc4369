"""Arrays of unit vectors: one row for each window, or a single row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def unit(vectors: Vectors) -> Vectors:
    """Return a vector, or each row of an array, scaled to unit length; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled


def blend(vector: Vectors, other: Vectors, weight: float) -> Vectors:
    """Return the unit vector of `vector + weight * other`."""
    return unit(vector + np.float32(weight) * other)

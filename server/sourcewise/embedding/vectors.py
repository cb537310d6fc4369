"""What a model makes of texts: a row of unit length for each window, or one such row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def unit(vectors: Vectors) -> Vectors:
    """Return a vector, or each row of several, with unit length; what has no length stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled


def blend(vector: Vectors, other: Vectors, weight: float) -> Vectors:
    """Return the unit vector between two, the second of which counts this much beside the first."""
    return unit(vector + np.float32(weight) * other)

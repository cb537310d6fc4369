"""What a model makes of texts: a row of unit length for each window, or one such row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


def blend(vector: Vectors, other: Vectors, weight: float) -> Vectors:
    """Return the unit vector between two, the second of which counts this much beside the first."""
    between: Vectors = vector + np.float32(weight) * other
    unit: Vectors = between / max(float(np.linalg.norm(between)), 1e-12)
    return unit

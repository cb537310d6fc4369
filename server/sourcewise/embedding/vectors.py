"""What a model makes of texts: a row of unit length for each window, or one such row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

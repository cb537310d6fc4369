"""Blending two vectors."""

from __future__ import annotations

import numpy as np
import pytest

from sourcewise.embedding.vectors import blend

RIGHT = np.array([1, 0], dtype=np.float32)
UP = np.array([0, 1], dtype=np.float32)


@pytest.mark.parametrize(("weight", "expected"), [(0, [1, 0]), (1, [0.5**0.5, 0.5**0.5]), (0.75, [0.8, 0.6])])
def test_a_blend_depends_on_the_weight_and_has_unit_length(weight: float, expected: list[float]) -> None:
    blended = blend(RIGHT, UP, weight)
    assert blended == pytest.approx(expected)
    assert blended.dtype == np.float32


def test_opposite_vectors_blend_to_zero_without_an_error() -> None:
    assert blend(RIGHT, -RIGHT, 1).tolist() == [0, 0]

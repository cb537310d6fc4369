from __future__ import annotations

import pytest

from sourcewise.embedding.model_names import (
    CPU_MODEL,
    FAST_MODEL,
    GPU_MODEL,
    default_model,
    model_meant,
    similarity_thresholds_of,
)
from sourcewise.weights.known import KNOWN


@pytest.mark.parametrize(
    ("setting", "model"),
    [
        ("auto", default_model()),
        ("fast", "all-MiniLM-L6-v2"),
        ("balanced", "bge-small-en-v1.5"),
        ("best", "all-mpnet-base-v2"),
        ("BAAI/bge-m3", "BAAI/bge-m3"),
        ("/models/mine", "/models/mine"),
    ],
)
def test_each_setting_selects_a_model(setting: str, model: str) -> None:
    assert model_meant(setting) == model


def test_models_with_an_alias_have_a_pinned_hash() -> None:
    assert {FAST_MODEL, CPU_MODEL, GPU_MODEL} <= KNOWN.keys()


def test_thresholds_differ_between_models() -> None:
    assert similarity_thresholds_of(CPU_MODEL).related > similarity_thresholds_of(FAST_MODEL).code_to_code
    assert similarity_thresholds_of("unknown/model") == similarity_thresholds_of(GPU_MODEL)

"""What several kinds of tests share: the real weights, fetched once into the per-user model folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sourcewise.embedder import CPU_MODEL
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

SMALL_MODEL = "smollm2-135m-instruct"

# Processes that tests start find the package and the tests' own helpers.
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent / "unit"), *filter(None, sys.path)])


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Return a folder of models that has the embedding model."""
    store = WeightsStore(DataPaths.default().models)
    return store.ensure(CPU_MODEL).parent


@pytest.fixture(scope="session")
def small_model(models_folder: Path) -> str:
    """Return the name of a small language model that is in the folder of models."""
    WeightsStore(models_folder).ensure(SMALL_MODEL)
    return SMALL_MODEL

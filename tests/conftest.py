"""What several kinds of tests share: the real weights, fetched once into the per-user model folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.paths import DataPaths
from sourcewise.processes import environment
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL_MODEL = "smollm2-135m-instruct"

os.environ.update(environment.QUIET)
# Processes that tests start find the package and the tests' own helpers.
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent / "support"), *filter(None, sys.path)])


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Return a folder of models that has the embedding model."""
    store = WeightsStore(DataPaths.default().models)
    return store.ensure(CPU_MODEL).parent


@pytest.fixture(scope="session")
def embedding_folder(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder that leads a data folder to a process that embeds for all, as that of another window would."""
    data = tmp_path_factory.mktemp("embedding")
    script = Path(__file__).parent / "embedding_process.py"
    command = [sys.executable, str(script), str(data), str(models_folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield data / "embedder"


@pytest.fixture(scope="session")
def small_model(models_folder: Path) -> str:
    """Return the name of a small language model that is in the folder of models."""
    WeightsStore(models_folder).ensure(SMALL_MODEL)
    return SMALL_MODEL

"""The embedding models by name: what people call them, which suits this machine, and how their cosines read."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass

from sourcewise.processes.environment import find_program

FAST_MODEL = "all-MiniLM-L6-v2"
CPU_MODEL = "bge-small-en-v1.5"
GPU_MODEL = "all-mpnet-base-v2"
_CALLED = {"fast": FAST_MODEL, "balanced": CPU_MODEL, "best": GPU_MODEL}


@dataclass(frozen=True, slots=True)
class SimilarityThresholds:
    """From which cosine on a model finds two texts similar.

    Attributes:
        related: between a question and code; below it they are unrelated.
        code_to_code: between two pieces of code, likewise.
    """

    related: float
    code_to_code: float


# Of all-MiniLM-L6-v2: about half of random pairs of chunks of a repository are below `code_to_code`, and of a chunk's
# three nearest hardly any.
_DEFAULT_THRESHOLDS = SimilarityThresholds(0.2, 0.3)
# This model puts hardly any pair under 0.45. Eight questions about cooking, sports, shaders and the like came no nearer
# to the best of 250 chunks of `http` and `json` than 0.59, six about those to 0.70 and more; of the questions of 14
# repositories, 99% have a chunk at 0.66 or more. Below `code_to_code` is the same share of the same pairs.
_THRESHOLDS = {"bge-small-en-v1.5": SimilarityThresholds(0.63, 0.65)}


def model_meant(setting: str) -> str:
    """Return the model that a value of the setting `embedding.model` means."""
    return default_model() if setting == "auto" else _CALLED.get(setting, setting)


def default_model() -> str:
    """Return the model that suits this machine, without importing torch."""
    return GPU_MODEL if _has_gpu() else CPU_MODEL


def similarity_thresholds_of(model: str) -> SimilarityThresholds:
    """Return the similarity thresholds of a model."""
    return _THRESHOLDS.get(model, _DEFAULT_THRESHOLDS)


def _has_gpu() -> bool:
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    return find_program("nvidia-smi") is not None and not importlib.metadata.version("torch").endswith("+cpu")

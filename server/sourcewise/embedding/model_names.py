"""The embedding models by name: their aliases, the default for this machine, and their similarity thresholds."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass

from sourcewise.processes.environment import find_program

FAST_MODEL = "all-MiniLM-L6-v2"
CPU_MODEL = "bge-small-en-v1.5"
GPU_MODEL = "all-mpnet-base-v2"
_ALIASES = {"fast": FAST_MODEL, "balanced": CPU_MODEL, "best": GPU_MODEL}


@dataclass(frozen=True, slots=True)
class SimilarityThresholds:
    """The cosine similarities of a model below which two texts are unrelated.

    Attributes:
        related: between a question and code.
        code_to_code: between two pieces of code.
    """

    related: float
    code_to_code: float


# Measured with all-MiniLM-L6-v2: about half of random pairs of a repository's chunks are below `code_to_code`, but
# almost none of the pairs of a chunk and its three nearest.
_DEFAULT_THRESHOLDS = SimilarityThresholds(0.2, 0.3)
# With this model, almost no pair is below 0.45. For eight questions about cooking, sports, shaders and other topics,
# the best of 250 chunks of `http` and `json` had at most 0.59; for six questions about these packages, at least 0.70.
# Of the questions about 14 repositories, 99% have a chunk with at least 0.66. The share of the same pairs below
# `code_to_code` is the same as above.
_THRESHOLDS = {"bge-small-en-v1.5": SimilarityThresholds(0.63, 0.65)}


def model_meant(setting: str) -> str:
    """Return the model for a value of the setting `embedding.model`: `auto`, an alias, or a name."""
    return default_model() if setting == "auto" else _ALIASES.get(setting, setting)


def default_model() -> str:
    """Return the default model for this machine, without importing torch."""
    return GPU_MODEL if _has_gpu() else CPU_MODEL


def similarity_thresholds_of(model: str) -> SimilarityThresholds:
    """Return the similarity thresholds of a model."""
    return _THRESHOLDS.get(model, _DEFAULT_THRESHOLDS)


def _has_gpu() -> bool:
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    return find_program("nvidia-smi") is not None and not importlib.metadata.version("torch").endswith("+cpu")

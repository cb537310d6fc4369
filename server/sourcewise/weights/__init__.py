"""The files of models: which are known, where they come from, and that they are what they must be."""

from sourcewise.weights.progress import DownloadProgress
from sourcewise.weights.store import WeightsStore

__all__ = ["DownloadProgress", "WeightsStore"]

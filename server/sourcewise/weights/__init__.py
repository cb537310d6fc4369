"""The files of models: the known models, their downloads, and their checksums."""

from sourcewise.weights.progress import DownloadProgress
from sourcewise.weights.store import WeightsStore

__all__ = ["DownloadProgress", "WeightsStore"]

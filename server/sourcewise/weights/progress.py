"""Reports the progress of a download, and cancels it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.domain.cancellation import is_cancelled, raise_if_cancelled

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The progress of one model's download.

    Attributes:
        name: of the model.
        done: in `unit`.
        total: in `unit`; 0 if unknown.
        unit: `bytes` or `packages`.
        stage: `downloading`, `joining` or `checking`.
    """

    name: str
    done: int
    total: int
    unit: str
    stage: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Connects a download with its caller: carries progress up and cancellation down."""

    name: str
    progress: Callable[[DownloadProgress], None] | None = None
    cancelled: threading.Event | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the download was cancelled."""
        return is_cancelled(self.cancelled)

    def raise_if_cancelled(self) -> None:
        """Raise CancelledError if the download was cancelled."""
        raise_if_cancelled(self.cancelled, f"The download of {self.name} was stopped.")

    def report(self, done: int, total: int, unit: str, stage: str) -> None:
        """Report the progress.

        Raises:
            CancelledError: the download was cancelled.
        """
        self.raise_if_cancelled()
        if self.progress is not None:
            self.progress(DownloadProgress(self.name, done, total, unit, stage))

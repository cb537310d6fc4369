"""How a download tells where it stands, and how it is told to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.errors import CancelledError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Where the download of one model stands.

    Attributes:
        name: the model.
        done: in `unit`; `total` is 0 if not known.
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
    """The two wires between a download and whoever asked for it."""

    name: str
    progress: Callable[[DownloadProgress], None] | None = None
    cancelled: threading.Event | None = None

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.cancelled is not None and self.cancelled.is_set()

    def report(self, done: int, total: int, unit: str, stage: str) -> None:
        """Tell where it stands, unless it was told to stop.

        Raises:
            CancelledError: somebody asked to stop.
        """
        if self.stopped:
            raise CancelledError(f"The download of {self.name} was stopped.")
        if self.progress is not None:
            self.progress(DownloadProgress(self.name, done, total, unit, stage))

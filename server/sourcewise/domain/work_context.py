"""The context of long work on an index: reports progress to the caller, and carries cancellation to the work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from sourcewise.domain.cancellation import cancellable, raise_if_cancelled
from sourcewise.domain.index_state import IndexProgress, Stage

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class WorkContext:
    """Carries progress up and cancellation down between a caller and the code that does the work.

    Attributes:
        progress: called, in the working thread, with the progress of a stage; None to report no progress.
        cancelled: set this event to cancel the work; None if it cannot be cancelled. See `cancellation`.
        stage: the stage of the progress that `report` reports.
    """

    progress: Callable[[IndexProgress], None] | None = None
    cancelled: threading.Event | None = None
    stage: Stage = Stage.IDLE

    def for_stage(self, stage: Stage) -> WorkContext:
        """Return the same context for a stage of the work."""
        return replace(self, stage=stage)

    def without_progress(self) -> WorkContext:
        """Return a context that reports nothing and is cancelled with this one."""
        return replace(self, progress=None)

    def report(self, done: int, total: int) -> None:
        """Report how much of the stage is done; see IndexProgress for the units."""
        if self.progress is not None:
            self.progress(IndexProgress(self.stage, done, total))

    def raise_if_cancelled(self) -> None:
        """Raise CancelledError if the work was cancelled."""
        raise_if_cancelled(self.cancelled)

    def cancellable(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items; once the work is cancelled, raise CancelledError before the next one."""
        return cancellable(items, self.cancelled)


UNATTENDED = WorkContext()
"""The context of work without progress reports and cancellation."""

"""What long work on an index is given: where to report its progress, and how it is cancelled."""

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
    """Passed down from the caller to the code that does the work.

    Attributes:
        progress: called, in the thread that works, with the stage and how much of it is done; None if nobody listens.
        cancelled: set it to cancel the work; None if it cannot be cancelled. See `cancellation`.
        stage: what `report` reports about.
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
        """Yield the items; raise CancelledError before the next one once the work is cancelled."""
        return cancellable(items, self.cancelled)


UNATTENDED = WorkContext()
"""For work that nobody watches and nobody cancels."""

"""The activity of an index: the status of reading and of embedding, which run concurrently."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexActivity, IndexProgress, Stage
from sourcewise.errors import UserError
from sourcewise.workspace.time_left import TimeLeft

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sourcewise.indexing.vectorizer import VectorCount
    from sourcewise.storage.catalog import IndexCounts

logger = logging.getLogger(__name__)

_REPORT_SECONDS = 0.25
_IDLE = IndexProgress(Stage.IDLE, 0, 0)


class WorkStatus:
    """The status of one of the two kinds of work on a folder. Only the thread that does the work changes it.

    Attributes:
        pending: whether there is work of this kind that has not started.
        running: whether the work is in progress.
        problem: the error if the last run failed, or None.
        progress: the progress of the current stage.
        time_left: estimates the remaining time of the current stage.
    """

    def __init__(self, folder: Path, on_change: Callable[[], None]) -> None:
        """Start idle. `on_change` is called when the status changes, at most a few times a second."""
        self.pending = False
        self.running = False
        self.problem: UserError | None = None
        self.progress = _IDLE
        self.time_left = TimeLeft()
        self._folder = folder
        self._on_change = on_change
        self._reported_at = 0.0

    def report(self, progress: IndexProgress) -> None:
        """Record the progress of the work."""
        now = time.monotonic()
        is_urgent = progress.stage is not self.progress.stage or progress.done == progress.total
        if progress.stage is not self.progress.stage:
            self.time_left = TimeLeft()
        self.time_left.record(now, progress.done, progress.total)
        self.progress = progress
        if is_urgent or now - self._reported_at >= _REPORT_SECONDS:
            self._reported_at = now
            self._on_change()

    def finish(self) -> None:
        """Record that the work has ended, successfully or not."""
        self.running = False
        self.progress, self.time_left = _IDLE, TimeLeft()
        self._on_change()

    def fail(self, error: Exception) -> None:
        """Record the error that ended the work, and log its details."""
        self.problem = as_user_error(error, self._folder, "updated")


def as_user_error(error: Exception, folder: Path, action: str) -> UserError:
    """Return an error for the user, and log the details.

    Args:
        error: any exception.
        folder: the folder of the index.
        action: the failed action on the index, as a participle.
    """
    if isinstance(error, UserError):
        logger.warning("The index of %s could not be %s: %s", folder, action, error)
        return error
    logger.error("Unexpected error: the index of %s could not be %s", folder, action, exc_info=error)
    return UserError(f"The index of {folder} could not be {action}.", "See the log for details.")


def activity(
    reading: WorkStatus, embedding: WorkStatus, counts: IndexCounts, made: VectorCount, *, paused: bool, notice: str
) -> IndexActivity:
    """Return the activity of an index: the work in progress, or else pending work.

    Args:
        reading: the status of reading; it takes precedence.
        embedding: the status of embedding, which usually follows reading.
        counts: the number of files, chunks and vectors in the index.
        made: the vectors created since the index was opened.
        paused: whether the user paused indexing.
        notice: another notice for the user, or an empty string.
    """
    running = next((work for work in (reading, embedding) if work.progress.stage is not Stage.IDLE), None)
    if running is not None:
        stage = running.progress.stage
    elif reading.pending:
        stage = Stage.SCANNING
    else:
        stage = Stage.EMBEDDING if embedding.pending or embedding.running else Stage.IDLE
    current = running or reading
    return IndexActivity(
        stage=stage,
        done=current.progress.done,
        total=current.progress.total,
        paused=paused,
        seconds_left=current.time_left.seconds,
        files=counts.files,
        chunks=counts.chunks,
        embedded=counts.embedded,
        made=made.embedded,
        reused=made.reused,
        problem=reading.problem or embedding.problem,
        notice=notice,
    )

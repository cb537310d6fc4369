"""What is being done with an index: takes down the progress of reading and of embedding, which go on side by side."""

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

_TELL_SECONDS = 0.25
_IDLE = IndexProgress(Stage.IDLE, 0, 0)


class Lane:
    """One of the two kinds of work on a folder. Belongs to the thread that does it; others only look.

    Attributes:
        wanted: there is work of this kind that nobody does yet.
        at_work: somebody does it.
        problem: why it failed the last time, or None.
    """

    def __init__(self, folder: Path, tell: Callable[[], None]) -> None:
        """Begin at rest; `tell` is called when something looks different."""
        self.wanted = False
        self.at_work = False
        self.problem: UserError | None = None
        self.progress = _IDLE
        self.pace = TimeLeft()
        self._folder = folder
        self._tell = tell
        self._told = 0.0

    def advance(self, progress: IndexProgress) -> None:
        """Take down where the work stands."""
        now = time.monotonic()
        news = progress.stage is not self.progress.stage or progress.done == progress.total
        if progress.stage is not self.progress.stage:
            self.pace = TimeLeft()
        self.pace.note(now, progress.done, progress.total)
        self.progress = progress
        if news or now - self._told >= _TELL_SECONDS:
            self._told = now
            self._tell()

    def rest(self) -> None:
        """Take down that nobody works on it any more."""
        self.at_work = False
        self.progress, self.pace = _IDLE, TimeLeft()
        self._tell()

    def fail(self, error: Exception) -> None:
        """Take down why it failed; the log gets the rest."""
        self.problem = sayable(error, self._folder, "updated")


def sayable(error: Exception, folder: Path, deed: str) -> UserError:
    """Return what a user is told of a failure: what was not done with the index, and why; the log gets the rest."""
    if isinstance(error, UserError):
        logger.warning("The index of %s could not be %s: %s", folder, deed, error)
        return error
    logger.error("The index of %s could not be %s, unexpectedly", folder, deed, exc_info=error)
    return UserError(f"The index of {folder} could not be {deed}.", "The log has the details.")


def activity(
    reading: Lane, embedding: Lane, counts: IndexCounts, made: VectorCount, *, paused: bool, notice: str
) -> IndexActivity:
    """Return what is being done, or else waits to be done.

    Args:
        reading: goes before the other, which mostly follows it.
        embedding: the other.
        counts: what the index holds.
        made: vectors that were made since the index was opened.
        paused: the work waits.
        notice: what else is to be said, or an empty string.
    """
    at_work = next((lane for lane in (reading, embedding) if lane.progress.stage is not Stage.IDLE), None)
    if at_work is not None:
        stage = at_work.progress.stage
    elif reading.wanted:
        stage = Stage.SCANNING
    else:
        stage = Stage.EMBEDDING if embedding.wanted or embedding.at_work else Stage.IDLE
    shown = at_work or reading
    return IndexActivity(
        stage=stage,
        done=shown.progress.done,
        total=shown.progress.total,
        paused=paused,
        seconds_left=shown.pace.seconds_left,
        files=counts.files,
        chunks=counts.chunks,
        embedded=counts.embedded,
        made=made.embedded,
        reused=made.reused,
        problem=reading.problem or embedding.problem,
        notice=notice,
    )

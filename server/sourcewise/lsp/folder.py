"""One open folder: what is known of its index, and what is wanted of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from sourcewise.lsp.pace import Pace
from sourcewise.model import IndexProgress, IndexStatus, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.errors import UserError
    from sourcewise.index import Index

_IDLE = IndexProgress(Stage.IDLE, 0, 0)


class Folder:
    """Belongs to the event loop's thread, but for `index` and `status`, which the thread that indexes sets.

    Attributes:
        index: None until it is open, and where it cannot be opened; then `problem` says why.
        askable: set once its files were read, in this process or before, or that failed.
        refused: it is no folder that could ever be indexed; `problem` says why.
        paused: the work on it waits.
    """

    def __init__(self, uri: str, path: Path, refused: UserError | None = None) -> None:
        """Name the folder; nothing is opened."""
        self.uri = uri
        self.path = path
        self.refused = refused is not None
        self.index: Index | None = None
        self.askable = asyncio.Event()
        self.progress = _IDLE
        self.status: IndexStatus | None = None
        self.problem = refused
        self.pace = Pace()
        self.paused = False
        self.wants_rebuild = False
        self.wants_update = not self.refused
        self.wants_vectors = False
        self.timer: asyncio.TimerHandle | None = None

    @property
    def stage(self) -> Stage:
        """What is being done, or else waits to be done."""
        if self.progress.stage is not Stage.IDLE:
            return self.progress.stage
        if self.wants_update:
            return Stage.SCANNING
        return Stage.EMBEDDING if self.wants_vectors else Stage.IDLE

    def advance(self, progress: IndexProgress) -> None:
        """Take down where the work stands."""
        if progress.stage is not self.progress.stage:
            self.pace = Pace()
        self.pace.note(time.monotonic(), progress.done, progress.total)
        self.progress = progress

    def rest(self) -> None:
        """Take down that nobody works on it."""
        self.progress, self.pace = _IDLE, Pace()

    def relative(self, path: Path) -> str | None:
        """Return a path relative to this folder, with `/`, or None where it lies elsewhere."""
        roots = (self.path, self.index.folder if self.index else self.path)
        return next((path.relative_to(root).as_posix() for root in roots if path.is_relative_to(root)), None)

    def contains(self, path: Path) -> bool:
        """Tell whether a file that may belong to the index lies in this folder."""
        relative = self.relative(path)
        return relative is not None and ".git" not in relative.split("/")

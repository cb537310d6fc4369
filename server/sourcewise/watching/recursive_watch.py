"""macOS and Windows: the system watches a folder and everything below it, whether it is in the index or not.

Hides watchdog's observer. On neither system does it report lost events, so a burst of events causes a full scan.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from sourcewise.watching.watches import folder_gone

if TYPE_CHECKING:
    from pathlib import Path

    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

    from sourcewise.watching.watches import OnChanges, OnProblem

_CHANGES: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_QUIET_SECONDS = 0.2  # how long Windows' observer waits for more events before it reports them
_BURST_SECONDS = 1.0
_MOST_AT_ONCE = 200  # Windows buffers 64,000 bytes of events, about 300 with long names


class RecursiveWatch(FileSystemEventHandler):
    """The watch of one folder and everything below it."""

    def __init__(self, folder: Path, on_changes: OnChanges, on_problem: OnProblem) -> None:
        """Set the folder; nothing is watched yet.

        Args:
            folder: all paths are relative to it.
            on_changes: see Watcher.
            on_problem: see Watcher.
        """
        self._folder = os.path.realpath(folder)
        self._on_changes = on_changes
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._closed = False
        self._observer: BaseObserver | None = None
        self._burst = 0
        self._last_event = 0.0

    def watch(self, path: str) -> None:
        """Watch the root folder unless it is watched; this includes all folders below it."""
        if path:
            return
        try:
            with self._lock:
                if self._observer is None and not self._closed:
                    self._observer = self._observe()
        except FileNotFoundError:
            pass  # the scan of the folder reports it
        except (OSError, RuntimeError, SystemError) as error:
            self._closed = True
            self._on_problem(
                f"The system cannot watch {self._folder} ({error}), so Sourcewise scans it from time to time."
            )

    @property
    def events_arrive(self) -> bool:
        """Whether the folder is watched."""
        return self._observer is not None

    def close(self) -> None:
        """Stop watching."""
        self._closed = True
        self._stop()

    def dispatch(self, event: FileSystemEvent) -> None:
        """Report an event; called by the observer's thread."""
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        below = self._folder + os.sep
        if self._folder in paths:
            self._lose_root()
        elif self._is_flood():
            self._on_changes(None)
        else:
            self._on_changes([path[len(below) :].replace(os.sep, "/") for path in paths if path.startswith(below)])

    def _observe(self) -> BaseObserver:
        observer = Observer(timeout=_QUIET_SECONDS)
        observer.schedule(self, self._folder, recursive=True, event_filter=_CHANGES)
        observer.start()
        return observer

    def _stop(self) -> bool:
        """Stop the observer; return whether there was one."""
        with self._lock:
            observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
        return observer is not None

    def _is_flood(self) -> bool:
        """Return whether so many events arrived at once that some may have been lost."""
        now = time.monotonic()
        self._burst = self._burst + 1 if now - self._last_event < _BURST_SECONDS else 1
        self._last_event = now
        return self._burst > _MOST_AT_ONCE

    def _lose_root(self) -> None:
        """Report that the folder is gone; watching it again finds its successor."""
        if self._stop():
            self._on_problem(folder_gone(self._folder))
            self._on_changes(None)

"""Reports changes in a folder as they happen.

Hides the operating systems: how each reports changes, how it loses events, and which file systems send none.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from sourcewise.watching.silent_mounts import mounted_file_systems, silent_folders

if sys.platform == "linux":
    from sourcewise.watching.inotify_watches import InotifyWatches as PlatformWatches
else:
    from sourcewise.watching.recursive_watch import RecursiveWatch as PlatformWatches

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from sourcewise.watching.watches import OnChanges, OnProblem, Watches

logger = logging.getLogger(__name__)


class Watcher:
    """Reports which files of a folder may have changed; never raises when the system refuses to watch."""

    def __init__(
        self,
        folder: Path,
        on_changes: OnChanges,
        on_problem: OnProblem,
        watches: Callable[[Path, OnChanges, OnProblem], Watches] = PlatformWatches,
        mounts: Callable[[], Mapping[str, str]] = mounted_file_systems,
    ) -> None:
        """Set the folder; nothing is watched before `start`.

        Args:
            folder: all paths are relative to it.
            on_changes: called with paths that may have changed (created, written, deleted, moved from or to; a folder
                represents everything in it), or with None when events were lost and everything must be scanned. It is
                called in the watcher's thread and must be quick.
            on_problem: called once with a sentence when changes can no longer be reported, in any thread.
            watches: creates the watches of the operating system.
            mounts: returns the file system of each mount point.
        """
        self._folder = folder
        self._on_changes = on_changes
        self._on_problem = on_problem
        self._watches = watches(folder, self._report_changes, self._report_problem)
        self._mounts = mounts
        self._silent: frozenset[str] = frozenset()
        self._is_silent = False

    def start(self) -> None:
        """Watch the root folder."""
        self._silent = silent_folders(self._folder, self._mounts())
        self.watch("")

    def watch(self, path: str) -> None:
        """Watch the entries of a folder of the index, also of one that is already watched.

        Changes after this call are reported. So a scan that calls this before it lists the folder misses nothing. The
        receiver of a change scans the path, which also watches new and moved folders.

        Args:
            path: relative; empty for the root folder.
        """
        if path in self._silent:
            self._is_silent = True
        self._watches.watch(path)

    @property
    def events_arrive(self) -> bool:
        """Whether all changes are reported; if not, the caller must scan from time to time.

        This is false after a limit of the system was reached, while the folder is gone, and if other machines write to
        the same files (network and container mounts), which causes events for some changes only.
        """
        return self._watches.events_arrive and not self._is_silent

    def close(self) -> None:
        """Stop; a running `on_changes` call may still finish. The caller must hold no lock that `on_changes` needs."""
        self._watches.close()

    def _report_changes(self, paths: Collection[str] | None) -> None:
        """Call `on_changes`; an exception there must not end the watcher's thread."""
        try:
            self._on_changes(paths)
        except Exception:
            logger.exception("A change could not be processed")

    def _report_problem(self, sentence: str) -> None:
        logger.warning("%s", sentence)
        try:
            self._on_problem(sentence)
        except Exception:
            logger.exception("A problem could not be reported")

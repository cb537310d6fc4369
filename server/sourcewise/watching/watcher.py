"""What changes in a folder, told as it happens.

Hides the operating system: how each tells of changes, how it loses some, and which file systems it hears nothing of.
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
    """Tells which files of a folder may have changed; never raises for what a system refuses."""

    def __init__(
        self,
        folder: Path,
        on_changes: OnChanges,
        on_problem: OnProblem,
        watches: Callable[[Path, OnChanges, OnProblem], Watches] = PlatformWatches,
        mounts: Callable[[], Mapping[str, str]] = mounted_file_systems,
    ) -> None:
        """Describe what to watch; nothing is watched before `start`.

        Args:
            folder: what all paths are relative to.
            on_changes: gets paths that may have changed, as they change (created, written, deleted, moved from and to;
                a folder stands for all in it), or None when some were lost: look at everything. It is called in the
                watcher's thread and must be quick.
            on_problem: gets a sentence, once, when changes can no longer be told. It is called in any thread.
            watches: makes what listens to the operating system.
            mounts: returns the file system of each mount point.
        """
        self._folder = folder
        self._on_changes = on_changes
        self._on_problem = on_problem
        self._watches = watches(folder, self._tell_changes, self._tell_problem)
        self._mounts = mounts
        self._silent: frozenset[str] = frozenset()
        self._is_silent = False

    def start(self) -> None:
        """Begin with the folder itself."""
        self._silent = silent_folders(self._folder, self._mounts())
        self.watch("")

    def watch(self, path: str) -> None:
        """Watch what happens directly in a folder of the index, which may be known already.

        What changes in it after this call is told. So a scan that first calls this and then lists the folder misses
        nothing; and whoever is told of a change scans, so that folders which are new or were moved are watched again.

        Args:
            path: relative; empty for the folder itself.
        """
        if path in self._silent:
            self._is_silent = True
        self._watches.watch(path)

    @property
    def events_arrive(self) -> bool:
        """Whether changes are told; where they are not, look for them from time to time.

        They are not after a limit of the system was reached, while the folder is gone, and where other machines write
        to the same files (network and container mounts): there only some are told.
        """
        return self._watches.events_arrive and not self._is_silent

    def close(self) -> None:
        """Stop, from any thread that holds no lock which `on_changes` waits for; a call under way may still end."""
        self._watches.close()

    def _tell_changes(self, paths: Collection[str] | None) -> None:
        """Tell; whatever goes wrong there must not end the thread that tells."""
        try:
            self._on_changes(paths)
        except Exception:
            logger.exception("A change could not be dealt with")

    def _tell_problem(self, sentence: str) -> None:
        logger.warning("%s", sentence)
        try:
            self._on_problem(sentence)
        except Exception:
            logger.exception("A problem could not be told")

"""Collects the changes in a folder until the next update, and decides when the update is due.

Saving all files, or switching a branch, causes many events but should cause one update. The update is due when no more
events arrive for 0.3 seconds, or 2 seconds after the first one. For more than 5,000 paths, scanning the whole folder is
cheaper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_QUIET_SECONDS = 0.3
_MAX_SECONDS = 2.0
_MAX_PATHS = 5_000


class PendingChanges:
    """The pending changes in one folder. Not thread-safe. Each `now` is in seconds of the same clock."""

    def __init__(self) -> None:
        """Start without changes."""
        self._paths: set[str] = set()
        self._everything = False
        self._first: float | None = None
        self._last = 0.0
        self._expedited = False

    def __bool__(self) -> bool:
        """Return whether there are pending changes."""
        return self._first is not None

    def add(self, paths: Collection[str] | None, now: float) -> None:
        """Add paths that may have changed; None means all files."""
        if paths is not None and not paths:
            return
        self._first = now if self._first is None else self._first
        self._last = now
        self._everything |= paths is None
        if not self._everything and paths is not None:
            self._paths.update(paths)
            self._everything = len(self._paths) > _MAX_PATHS

    def expedite(self) -> None:
        """Make the update due immediately, if there are pending changes."""
        self._expedited = self._first is not None

    def seconds_until_due(self, now: float) -> float | None:
        """Return the seconds until the next update is due; None without pending changes."""
        if self._first is None:
            return None
        if self._expedited:
            return 0.0
        return max(0.0, min(self._last + _QUIET_SECONDS, self._first + _MAX_SECONDS) - now)

    def take(self) -> frozenset[str] | None:
        """Return the paths to update, or None for all files, and clear the pending changes."""
        taken = None if self._everything else frozenset(self._paths)
        self.__init__()  # type: ignore[misc]
        return taken

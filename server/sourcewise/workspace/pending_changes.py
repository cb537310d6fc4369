"""Collects the changes of a folder until the next update, and decides when that is due.

Saving all files, or switching a branch, causes many events but should cause one update. The update is due once no more
events arrive, or a moment after the first one. Beyond some number of paths, scanning the whole folder is cheaper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_QUIET_SECONDS = 0.3
_LONGEST_SECONDS = 2.0
_MOST_PATHS = 5_000


class PendingChanges:
    """Not thread-safe. Every `now` is in seconds, of one clock."""

    def __init__(self) -> None:
        """Begin with nothing changed."""
        self._paths: set[str] = set()
        self._everything = False
        self._first: float | None = None
        self._last = 0.0
        self._hurried = False

    def __bool__(self) -> bool:
        """Return whether anything may have changed."""
        return self._first is not None

    def add(self, paths: Collection[str] | None, now: float) -> None:
        """Add paths that may have changed; None means everything."""
        if paths is not None and not paths:
            return
        self._first = now if self._first is None else self._first
        self._last = now
        self._everything |= paths is None
        if not self._everything and paths is not None:
            self._paths.update(paths)
            self._everything = len(self._paths) > _MOST_PATHS

    def hurry(self) -> None:
        """Make the update due at once, if anything changed."""
        self._hurried = self._first is not None

    def seconds_until_due(self, now: float) -> float | None:
        """Return the seconds until the next update is due; None if nothing changed."""
        if self._first is None:
            return None
        if self._hurried:
            return 0.0
        return max(0.0, min(self._last + _QUIET_SECONDS, self._first + _LONGEST_SECONDS) - now)

    def take(self) -> frozenset[str] | None:
        """Return the paths to update, None for everything, and clear them."""
        taken = None if self._everything else frozenset(self._paths)
        self.__init__()  # type: ignore[misc]
        return taken

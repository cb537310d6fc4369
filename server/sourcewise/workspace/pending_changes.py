"""What may have changed since the last look at a folder, and when to look again.

Saving all files, or switching a branch, is many events and one update: it begins once things are quiet, but never much
later than the first event. Too many paths are not remembered one by one: then a look at everything costs less.
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
        """Tell whether anything may have changed."""
        return self._first is not None

    def add(self, paths: Collection[str] | None, now: float) -> None:
        """Take down paths that may have changed; None stands for everything."""
        if paths is not None and not paths:
            return
        self._first = now if self._first is None else self._first
        self._last = now
        self._everything |= paths is None
        if not self._everything and paths is not None:
            self._paths.update(paths)
            self._everything = len(self._paths) > _MOST_PATHS

    def hurry(self) -> None:
        """Make what is there due at once."""
        self._hurried = self._first is not None

    def seconds_until_due(self, now: float) -> float | None:
        """Return how long to wait before the next look; None where nothing changed."""
        if self._first is None:
            return None
        if self._hurried:
            return 0.0
        return max(0.0, min(self._last + _QUIET_SECONDS, self._first + _LONGEST_SECONDS) - now)

    def take(self) -> frozenset[str] | None:
        """Return the paths to look at, None for everything, and begin anew."""
        taken = None if self._everything else frozenset(self._paths)
        self.__init__()  # type: ignore[misc]
        return taken

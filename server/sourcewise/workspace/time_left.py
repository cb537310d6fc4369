"""Estimates the remaining time of a stage of work from its recent speed."""

from __future__ import annotations

from collections import deque

_RECENT_SECONDS = 20.0
# An estimate needs at least one of these, since the first steps load a model, or come from the cache.
_MIN_SECONDS = 5.0
_MIN_SHARE = 0.05


class TimeLeft:
    """Estimates the remaining time of one stage."""

    def __init__(self) -> None:
        """Start without an estimate."""
        self._begun: float | None = None
        self._recent: deque[tuple[float, int]] = deque()
        self._total = 0

    def record(self, now: float, done: int, total: int) -> None:
        """Record the work done so far; `now` is in seconds of any clock."""
        if self._begun is None:
            self._begun = now
        self._total = total
        self._recent.append((now, done))
        while len(self._recent) > 2 and self._recent[1][0] <= now - _RECENT_SECONDS:
            self._recent.popleft()

    @property
    def seconds(self) -> float | None:
        """Seconds until the stage ends at the recent speed; None if unknown."""
        if self._begun is None or not self._total:
            return None
        (earlier, done_then), (now, done) = self._recent[0], self._recent[-1]
        enough = now - self._begun >= _MIN_SECONDS or done >= _MIN_SHARE * self._total
        if not enough or now <= earlier or done <= done_then:
            return None
        return (self._total - done) * (now - earlier) / (done - done_then)

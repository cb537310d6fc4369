"""Estimates how long a stage of work will still take, from its recent speed."""

from __future__ import annotations

from collections import deque

_RECENT_SECONDS = 20.0
# There is no estimate before either of these: the first steps load a model, or come from the cache.
_ENOUGH_SECONDS = 5.0
_ENOUGH_SHARE = 0.05


class TimeLeft:
    """Estimates the remaining time of one stage."""

    def __init__(self) -> None:
        """Begin without an estimate."""
        self._begun: float | None = None
        self._recent: deque[tuple[float, int]] = deque()
        self._total = 0

    def record(self, now: float, done: int, total: int) -> None:
        """Record how much is done at a time, in seconds of any clock."""
        if self._begun is None:
            self._begun = now
        self._total = total
        self._recent.append((now, done))
        while len(self._recent) > 2 and self._recent[1][0] <= now - _RECENT_SECONDS:
            self._recent.popleft()

    @property
    def seconds(self) -> float | None:
        """Seconds until all is done at the recent speed; None if unknown."""
        if self._begun is None or not self._total:
            return None
        (earlier, done_then), (now, done) = self._recent[0], self._recent[-1]
        enough = now - self._begun >= _ENOUGH_SECONDS or done >= _ENOUGH_SHARE * self._total
        if not enough or now <= earlier or done <= done_then:
            return None
        return (self._total - done) * (now - earlier) / (done - done_then)

"""The one thread of a process that has vectors made, for all its folders in turn.

A folder that wants vectors waits its turn; one in whose files something changed, or about which somebody asks, goes
first. The folder under way is stopped for it after the batch that is being embedded, and carries on afterwards.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Protocol

# A folder that takes longer lets another one that waits go on for a while.
_TURN_SECONDS = 10.0


class VectorsWanted(Protocol):
    """A folder that may want vectors."""

    def embed(self, stop: threading.Event) -> bool:
        """Work until done or stopped, without ever raising; return whether there is more to do."""


class EmbeddingQueue:
    """Thread-safe. The thread is started by the first wish."""

    def __init__(self) -> None:
        """Begin without work."""
        self._condition = threading.Condition()
        self._waiting: deque[VectorsWanted] = deque()
        self._current: VectorsWanted | None = None
        # Whether the folder under way may come back when it wants to.
        self._goes_on = True
        self._stop = threading.Event()
        self._begun = 0.0
        self._closed = False
        self._thread: threading.Thread | None = None

    def want(self, folder: VectorsWanted, *, urgent: bool = False) -> None:
        """Have a folder's vectors made; an urgent wish goes before all others and has a running folder begin anew."""
        with self._condition:
            if self._closed:
                return
            if folder in self._waiting:
                self._waiting.remove(folder)
            if urgent:
                self._waiting.appendleft(folder)
                self._stop.set()
            else:
                self._waiting.append(folder)
                self._limit_turn()
            self._start()
            self._condition.notify_all()

    def forget(self, folder: VectorsWanted) -> None:
        """Stop the work on a folder and wait until it has ended."""
        with self._condition:
            if folder in self._waiting:
                self._waiting.remove(folder)
            if self._current is folder:
                self._goes_on = False
                self._stop.set()
                self._condition.wait_for(lambda: self._current is not folder)

    def close(self) -> None:
        """Stop all work; what is under way ends after its batch."""
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._stop.set()
            self._condition.notify_all()

    def _limit_turn(self) -> None:
        """Have the folder under way make room for one that waits, once it had its turn."""
        if self._current is None:
            return
        left = max(0.0, self._begun + _TURN_SECONDS - time.monotonic())
        timer = threading.Timer(left, self._stop.set)
        timer.daemon = True
        timer.start()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="embedding", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (folder := self._next()) is not None:
            more = folder.embed(self._stop)
            with self._condition:
                self._current = None
                if more and self._goes_on and not self._closed and folder not in self._waiting:
                    self._waiting.append(folder)
                self._condition.notify_all()

    def _next(self) -> VectorsWanted | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            self._current, self._goes_on = self._waiting.popleft(), True
            # A fresh one: timers of an earlier turn must not end this one.
            self._stop = threading.Event()
            self._begun = time.monotonic()
            if self._waiting:
                self._limit_turn()
            return self._current

"""Embeds the folders of a process in turn, in one thread.

A folder that was edited or asked about is urgent: the current folder stops after its batch and continues later.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Protocol

# After this time, the current folder yields to a waiting folder.
_TURN_SECONDS = 10.0


class EmbeddableFolder(Protocol):
    """A folder whose chunks can be embedded."""

    def embed(self, cancelled: threading.Event) -> bool:
        """Embed until done or cancelled, and return whether work is left. Must not raise."""


class EmbeddingQueue:
    """A queue of folders to embed. Thread-safe. The first folder starts the thread."""

    def __init__(self) -> None:
        """Create an empty queue."""
        self._condition = threading.Condition()
        self._waiting: deque[EmbeddableFolder] = deque()
        self._current: EmbeddableFolder | None = None
        # Whether the current folder returns to the queue if work is left.
        self._may_return = True
        self._cancelled = threading.Event()
        self._begun = 0.0
        self._closed = False
        self._thread: threading.Thread | None = None

    def add(self, folder: EmbeddableFolder, *, urgent: bool = False) -> None:
        """Queue a folder. An urgent folder goes first and interrupts the current one, even if it is the same."""
        with self._condition:
            if self._closed:
                return
            if folder in self._waiting:
                self._waiting.remove(folder)
            if urgent:
                self._waiting.appendleft(folder)
                self._cancelled.set()
            else:
                self._waiting.append(folder)
                self._limit_turn()
            self._start()
            self._condition.notify_all()

    def remove(self, folder: EmbeddableFolder) -> None:
        """Remove a folder from the queue; if it is being embedded, cancel it and wait until it has stopped."""
        with self._condition:
            if folder in self._waiting:
                self._waiting.remove(folder)
            if self._current is folder:
                self._may_return = False
                self._cancelled.set()
                self._condition.wait_for(lambda: self._current is not folder)

    def close(self) -> None:
        """Cancel all work; the current folder stops after its batch."""
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._cancelled.set()
            self._condition.notify_all()

    def _limit_turn(self) -> None:
        """Start a timer that ends the turn of the current folder."""
        if self._current is None:
            return
        left = max(0.0, self._begun + _TURN_SECONDS - time.monotonic())
        timer = threading.Timer(left, self._cancelled.set)
        timer.daemon = True
        timer.start()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="embedding", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (folder := self._next()) is not None:
            more = folder.embed(self._cancelled)
            with self._condition:
                self._current = None
                if more and self._may_return and not self._closed and folder not in self._waiting:
                    self._waiting.append(folder)
                self._condition.notify_all()

    def _next(self) -> EmbeddableFolder | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            self._current, self._may_return = self._waiting.popleft(), True
            # A new event: timers of an earlier turn must not end this one.
            self._cancelled = threading.Event()
            self._begun = time.monotonic()
            if self._waiting:
                self._limit_turn()
            return self._current

"""Decides which code is read and embedded first: code in questions, edited, open, or recently changed in git."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RECENT_FILES = 200
"""How many recently changed files get priority."""
_MAX_QUESTION_CHUNKS = 500
_MAX_CHUNKS = 2_000


class Priorities:
    """The priorities of one folder. Thread-safe."""

    def __init__(self) -> None:
        """Start without priorities."""
        self._lock = threading.Lock()
        self._question_chunks: deque[str] = deque(maxlen=_MAX_QUESTION_CHUNKS)
        self._edited_files: deque[str] = deque(maxlen=RECENT_FILES)
        self._open_files: tuple[str, ...] = ()
        self._recent_files: tuple[str, ...] = ()

    def add_question(self, chunk_ids: Sequence[str]) -> None:
        """Add the chunks for a question, best first; they precede the chunks of earlier questions."""
        with self._lock:
            self._question_chunks.extendleft(reversed(chunk_ids))

    def add_edited(self, paths: Iterable[str]) -> None:
        """Add edited files."""
        with self._lock:
            self._edited_files.extendleft(paths)

    def set_open_files(self, paths: Sequence[str]) -> None:
        """Replace the list of files that are open in an editor."""
        self._open_files = tuple(paths)

    def set_recent_files(self, paths: Sequence[str]) -> None:
        """Replace the list of files that recently changed in git."""
        self._recent_files = tuple(paths)

    @property
    def files(self) -> list[str]:
        """The files to read first."""
        return [*self._open_files, *self._recent_files]

    def chunks(self, chunk_ids_of: Callable[[Sequence[str]], Sequence[str]]) -> list[str]:
        """Return the ids of the chunks to embed first.

        Args:
            chunk_ids_of: returns the ids of the chunks of files.
        """
        with self._lock:
            questions, edited = list(self._question_chunks), list(self._edited_files)
        paths = dict.fromkeys([*edited, *self.files])
        return [*questions, *chunk_ids_of(list(paths))][:_MAX_CHUNKS]

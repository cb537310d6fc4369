"""What to read and embed first: code that is asked about, edited, open in an editor, or recently changed in git."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RECENT_FILES = 200
"""How many recently changed files are worth a priority."""
_MOST_QUESTION_CHUNKS = 500
_MOST_CHUNKS = 2_000


class Priorities:
    """The priorities of one folder. Thread-safe."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._question_chunks: deque[str] = deque(maxlen=_MOST_QUESTION_CHUNKS)
        self._edited_files: deque[str] = deque(maxlen=RECENT_FILES)
        self._open_files: tuple[str, ...] = ()
        self._recent_files: tuple[str, ...] = ()

    def add_question(self, chunk_ids: Sequence[str]) -> None:
        """Add the chunks that a question needs, the best first; they precede those of earlier questions."""
        with self._lock:
            self._question_chunks.extendleft(reversed(chunk_ids))

    def add_edited(self, paths: Iterable[str]) -> None:
        """Add files that were edited."""
        with self._lock:
            self._edited_files.extendleft(paths)

    def set_open_files(self, paths: Sequence[str]) -> None:
        """Replace the files that an editor shows."""
        self._open_files = tuple(paths)

    def set_recent_files(self, paths: Sequence[str]) -> None:
        """Replace the files that changed in git recently."""
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
        return [*questions, *chunk_ids_of(list(paths))][:_MOST_CHUNKS]

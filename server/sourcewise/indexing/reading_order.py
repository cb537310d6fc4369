"""Determines which file is read next: the files that seem relevant to a question come before the rest.

A large folder takes a while to read, and a user may ask a question meanwhile. File names say much about the content,
and they are known once the folder is listed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sourcewise.domain.code import FileStamp

    PathRelevance = Callable[[str, Sequence[str]], Mapping[str, Any]]


class ReadingOrder:
    """The order in which files are read, which each new question changes. Thread-safe, for one reader."""

    def __init__(self, path_relevance: PathRelevance) -> None:
        """Start without a question.

        Args:
            path_relevance: returns for a question and paths a sortable value for each path.
        """
        self._path_relevance = path_relevance
        self._question = ""

    def prioritize_for(self, question: str) -> None:
        """Read the files next that seem relevant to a question."""
        self._question = question

    def ordered(self, stamps: Sequence[FileStamp]) -> Iterator[FileStamp]:
        """Yield each of these files once, in their order; after each new question, the most relevant first."""
        left, prioritized = deque(stamps), ""
        while left:
            question = self._question
            if question != prioritized:
                left, prioritized = deque(self._by_relevance(left, question)), question
            yield left.popleft()

    def _by_relevance(self, stamps: Sequence[FileStamp], question: str) -> list[FileStamp]:
        relevance = self._path_relevance(question, [stamp.path for stamp in stamps])
        return sorted(stamps, key=lambda stamp: relevance[stamp.path], reverse=True)

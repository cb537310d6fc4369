"""Which file is read next: what a question asks about while a folder is read comes before the rest.

A large folder takes a while to read. Who asks meanwhile should not have to wait for the alphabet: the names of files
say much about what is in them, and they are known once the folder was listed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from sourcewise.retrieval.ranking_features import QuestionWords
from sourcewise.text.words import query_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sourcewise.domain.code import FileStamp


class ReadingOrder:
    """What is asked about, and the order it makes. Thread-safe, for one reader."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self._question = ""

    def attend(self, question: str) -> None:
        """Have the files that a question seems to be about read next."""
        self._question = question

    def ordered(self, stamps: Sequence[FileStamp]) -> Iterator[FileStamp]:
        """Yield each of these files once: in their order, from each new question on those first that it is about."""
        left, attended = deque(stamps), ""
        while left:
            question = self._question
            if question != attended:
                left, attended = deque(_by_interest(left, question)), question
            yield left.popleft()


def _by_interest(stamps: Iterable[FileStamp], question: str) -> list[FileStamp]:
    words = QuestionWords(question, dict.fromkeys(query_terms(question), 1.0))
    stamps = list(stamps)
    places = words.places(stamp.path for stamp in stamps)

    def interest(stamp: FileStamp) -> tuple[float, int, bool]:
        place = places[stamp.path]
        ours = not (place.test or place.aside or place.prose)
        named = place.question_in_name + place.name_in_question + place.folder_in_question
        return named, len(place.words), ours

    return sorted(stamps, key=interest, reverse=True)

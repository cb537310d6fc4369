"""Where code is, and how it was found: what several messages speak of."""

from __future__ import annotations

from attrs import frozen

from sourcewise.domain.search import SearchMode


@frozen
class Place:
    """A line of a file."""

    path: str
    uri: str
    line: int


@frozen
class Selection:
    """What is selected in an editor, in the document as it is there, saved or not.

    Attributes:
        start_character: UTF-16 units from 0, like `end_character`; where both ends are the same place, it is a cursor.
    """

    uri: str
    start_line: int
    end_line: int
    start_character: int = 0
    end_character: int = 0


@frozen
class Scope:
    """What a search is narrowed to: all that is given holds, and of each list any one.

    Attributes:
        paths: files and folders (these end in `/`) that passages must come from.
        languages: of their files, as `IndexChoices` has them.
        kinds: of a definition that they hold or are a part of, likewise.
        changed_since: a branch, a tag or a commit; their files must have changed since the work here left it.
    """

    paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    changed_since: str | None = None


EVERYTHING = Scope()


@frozen
class Passage:
    """Lines of a file that were found.

    Attributes:
        score: only its order means something.
        similarity: cosine with the question in [-1, 1]; null where no vector was compared.
        symbol: qualified name of the definition it holds or is a part of; empty for loose lines.
        reasons: why it was found, in words.
        preview: its first lines.
    """

    path: str
    uri: str
    start_line: int
    end_line: int
    score: float
    similarity: float | None
    symbol: str
    kind: str
    language: str
    reasons: tuple[str, ...]
    preview: str


@frozen
class Source(Passage):
    """A passage as an answer cites it: `[number]`.

    Attributes:
        truncated: true where the prompt had no room for all of its lines.
    """

    number: int
    truncated: bool


@frozen
class Coverage:
    """How a search was served.

    Attributes:
        chunks: how many the folder has; `embedded` of them had a vector when it was asked.
        relevant: false where nothing found is about the question.
    """

    mode: SearchMode
    chunks: int
    embedded: int
    relevant: bool

"""Types that several messages share: places, scopes and passages."""

from __future__ import annotations

from attrs import frozen

from sourcewise.domain.file_role import FileRole
from sourcewise.domain.search import SearchMode


@frozen
class Place:
    """A line of a file.

    Attributes:
        path: path relative to the folder.
        uri: URI of the file.
        line: line number.
    """

    path: str
    uri: str
    line: int


@frozen
class Selection:
    """A selection in an editor. It refers to the current text of the document, saved or not.

    Attributes:
        uri: URI of the document.
        start_line: first line.
        end_line: last line.
        start_character: start column in UTF-16 units, from 0.
        end_character: end column in UTF-16 units, from 0. If both ends are equal, the selection is a cursor.
    """

    uri: str
    start_line: int
    end_line: int
    start_character: int = 0
    end_character: int = 0


@frozen
class Scope:
    """The scope of a search. Different fields are ANDed; the entries of a list are ORed.

    Attributes:
        paths: files and folders to search; a folder ends in `/`.
        languages: languages of the files to search; see `IndexChoices`.
        kinds: kinds of definitions that a passage must contain or belong to; see `IndexChoices`.
        roles: roles of the files to search; see `IndexChoices`.
        changed_since: a branch, tag or commit; only files that changed since the current branch left it are searched.
    """

    paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    changed_since: str | None = None


EVERYTHING = Scope()


@frozen
class Passage:
    """A result of a search: lines of a file.

    Attributes:
        path: path relative to the folder.
        uri: URI of the file.
        start_line: first line.
        end_line: last line.
        score: score of the ranking; only comparable within one search.
        match: the score as a share of the best, 0.01 to 1; it never rises from one passage to the next.
        similarity: cosine similarity with the question in [-1, 1]; null if no vectors were compared.
        symbol: qualified name of the definition that the passage contains or belongs to; empty outside definitions.
        kind: kind of that definition; `text` outside definitions.
        language: language of the file.
        role: role of the file, such as `test`; `code` means product code.
        reasons: the contributions to the score, or why the passage was found, in words.
        preview: its first lines.
    """

    path: str
    uri: str
    start_line: int
    end_line: int
    score: float
    match: float
    similarity: float | None
    symbol: str
    kind: str
    language: str
    role: FileRole
    reasons: tuple[str, ...]
    preview: str


@frozen
class Source(Passage):
    """A passage that an answer can cite as `[number]`.

    Attributes:
        number: number of the source, from 1.
        truncated: whether the prompt omits some of its lines for lack of room.
    """

    number: int
    truncated: bool


@frozen
class Coverage:
    """How the passages were found.

    Attributes:
        mode: the searches that found them.
        chunks: chunks in the folder's index.
        embedded: chunks that had vectors at the time of the search.
        relevant: whether any passage is relevant to the question.
    """

    mode: SearchMode
    chunks: int
    embedded: int
    relevant: bool

"""Values that describe the places where a name occurs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.domain.file_role import FileRole


class OccurrenceKind(StrEnum):
    """What a name is at a place; the values are the names that users type."""

    DEFINITION = "definition"
    OVERRIDE = "override"
    CALL = "call"
    REFERENCE = "reference"
    IMPORT = "import"
    BASE = "base"
    DECORATOR = "decorator"
    KEYWORD_ARGUMENT = "keyword-argument"
    KEY = "key"
    STRING = "string"
    COMMENT = "comment"
    DOCUMENT = "document"


class Certainty(StrEnum):
    """Whether a place refers to the requested definition."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    NAME_ONLY = "name only"


@dataclass(frozen=True, slots=True)
class ReferencePlace:
    """A place where a name, or an alias of it, occurs.

    Attributes:
        path: relative to the folder.
        line: from 1.
        column: of the first character, from 1.
        symbol: qualified name of the definition around the place; empty outside definitions.
        code: the line of code, without indentation, at most 300 characters.
    """

    path: str
    line: int
    column: int
    kind: OccurrenceKind
    certainty: Certainty
    symbol: str
    role: FileRole
    code: str


@dataclass(frozen=True, slots=True)
class References:
    """The places where a name occurs, product code and certain places first.

    Attributes:
        name: as requested.
        definitions: `path:line` of each definition that the name means.
        more: how many further places there are; these were counted by words, so some may be of another kind.
        notes: sentences for the reader about what could not be seen.
    """

    name: str
    places: tuple[ReferencePlace, ...] = ()
    definitions: tuple[str, ...] = ()
    more: int = 0
    notes: tuple[str, ...] = ()

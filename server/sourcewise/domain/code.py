"""Values that describe code: files, their definitions and their chunks.

Paths are relative to the indexed folder, with `/` between the parts. Lines count from 1 and both ends are included.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os


class SkipReason(StrEnum):
    """Why a file of the folder is not in the index."""

    IGNORED = "ignored"
    BINARY = "binary"
    TOO_LARGE = "too large"
    MINIFIED = "minified"
    GENERATED = "generated"
    PLACEHOLDER = "placeholder"
    SECRET = "secret"  # noqa: S105 - the name of a reason
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    SYMLINK = "symbolic link"
    VANISHED = "vanished"
    SPECIAL = "not a regular file"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What the file system says about a file without reading it.

    Attributes:
        size: in bytes.
        mtime_ns: last change, in nanoseconds since the epoch.
        included: whether a rule with `!` in `.sourcewiseignore` includes the file.
    """

    path: str
    size: int
    mtime_ns: int
    included: bool = False

    @classmethod
    def of(cls, path: str, status: os.stat_result) -> FileStamp:
        """Return a stamp that fits the 64 bits of the database: times before 1677 and after 2262 wrap around."""
        return cls(path, _wrapped(status.st_size), _wrapped(status.st_mtime_ns))


def _wrapped(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file that belongs to the index.

    Attributes:
        text: decoded, with the line ends of the file. Long lines and rows of data may be abridged, see `note`.
        digest: hexadecimal BLAKE2b of the bytes and the note, 32 characters.
        note: a sentence if the text differs from the file or a rule includes a file that would be skipped; else empty.
    """

    stamp: FileStamp
    text: str
    language: str
    digest: str
    encoding: str = "utf-8"
    note: str = ""

    @property
    def path(self) -> str:
        """The path relative to the folder."""
        return self.stamp.path


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file (or, for `ignored`, possibly a whole folder, whose path ends in `/`) that stays out of the index.

    Attributes:
        detail: the rule and where it stands, for example `*.log (.gitignore:3)`.
    """

    stamp: FileStamp
    reason: SkipReason
    detail: str = ""

    @property
    def path(self) -> str:
        """The path relative to the folder."""
        return self.stamp.path


class _QuicklyPickled:
    """A frozen dataclass with slots whose pickles are made in half the time: thousands go from process to process."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


@dataclass(frozen=True, slots=True)
class Definition(_QuicklyPickled):
    """A named thing that code defines.

    Attributes:
        kind: `function`, `method`, `class`, `interface`, `struct`, `enum`, `trait`, `module`, `type`, `constant`,
            `macro`, `section`, …
        parents: names of the definitions around it, outermost first.
        signature: its head on one line, without the body.
        docstring: what is written about it, or an empty string.
    """

    name: str
    kind: str
    first_line: int
    last_line: int
    parents: tuple[str, ...] = ()
    signature: str = ""
    docstring: str = ""

    @property
    def qualified_name(self) -> str:
        """The name with its parents, joined by dots."""
        return ".".join((*self.parents, self.name))


@dataclass(frozen=True, slots=True)
class Chunk(_QuicklyPickled):
    """A span of one file, aligned to syntax.

    Attributes:
        id: hexadecimal, 32 characters; depends on path and content, not on line numbers, and is unique in the folder.
        position: 0-based place among the chunks of its file.
        total: how many chunks the file has.
        symbol: qualified name of the definition it holds or is a part of; empty for loose lines.
        kind: kind of that definition, `text` for loose lines.
        signature: head of that definition; what makes a later part of a split definition readable.
        definitions: all that begin inside the span.
    """

    id: str
    path: str
    first_line: int
    last_line: int
    text: str
    language: str
    position: int = 0
    total: int = 1
    symbol: str = ""
    kind: str = "text"
    signature: str = ""
    docstring: str = ""
    definitions: tuple[Definition, ...] = ()

    def overlaps(self, other: Chunk) -> bool:
        """Return whether both are in one file and have a line in common."""
        same_file = self.path == other.path
        return same_file and self.first_line <= other.last_line and other.first_line <= self.last_line

"""Values that describe code: files, their definitions and their chunks.

Paths are relative to the indexed folder and use `/`. Lines count from 1; ranges include both ends.
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
    SECRET = "secret"  # noqa: S105 - the name of a reason
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    SYMLINK = "symbolic link"
    VANISHED = "vanished"
    SPECIAL = "not a regular file"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """The metadata of a file from the file system; two stamps differ if the file may have changed.

    Attributes:
        path: path relative to the folder.
        size: size in bytes.
        mtime_ns: modification time in nanoseconds since the epoch.
    """

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str, status: os.stat_result) -> FileStamp:
        """Return a stamp that fits into 64 bits, as in the database: times before 1677 and after 2262 wrap around."""
        return cls(path, _wrapped(status.st_size), _wrapped(status.st_mtime_ns))


def _wrapped(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file to index.

    Attributes:
        stamp: its metadata.
        text: its decoded text, with the line ends of the file.
        language: its language, for example `python`.
        digest: hexadecimal BLAKE2b hash of its bytes, 32 characters.
        encoding: its text encoding.
    """

    stamp: FileStamp
    text: str
    language: str
    digest: str
    encoding: str = "utf-8"

    @property
    def path(self) -> str:
        """The path relative to the folder."""
        return self.stamp.path


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not indexed. An ignored folder is one entry, whose path ends in `/`.

    Attributes:
        stamp: its metadata.
        reason: why it is not indexed.
        detail: the rule and its location, for example `*.log (.gitignore:3)`.
    """

    stamp: FileStamp
    reason: SkipReason
    detail: str = ""

    @property
    def path(self) -> str:
        """The path relative to the folder."""
        return self.stamp.path


class _QuicklyPickled:
    """Halves the pickling time of a frozen dataclass with slots: thousands are passed between processes."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


@dataclass(frozen=True, slots=True)
class Definition(_QuicklyPickled):
    """A named definition in code.

    Attributes:
        kind: `function`, `method`, `class`, `interface`, `struct`, `enum`, `trait`, `module`, `type`, `constant`,
            `macro`, `section`, …
        parents: names of the enclosing definitions, outermost first.
        signature: its head on one line, without the body.
        docstring: its documentation, or an empty string.
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
        position: 0-based position among the chunks of its file.
        total: the number of chunks of the file.
        symbol: qualified name of the definition that the chunk contains or belongs to; empty outside definitions.
        kind: kind of that definition; `text` outside definitions.
        signature: head of that definition; it makes a later part of a split definition readable.
        definitions: all definitions that begin inside the span.
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
        """Return whether both are in the same file and share a line."""
        same_file = self.path == other.path
        return same_file and self.first_line <= other.last_line and other.first_line <= self.last_line

"""Finds the code at a location in a document: the selected lines, or the definition at the cursor.

It parses the text of the editor, saved or not, and does not use the index.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.text.languages import UNKNOWN, language_of
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.code import Definition

# Longer documents are not parsed, because the user would have to wait.
_PARSED_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the editor shows it.

    Attributes:
        path: relative to its folder; an unsaved document has only a name.
        language: the editor's language ID, used if the path does not determine the language.
    """

    path: str
    text: str
    language: str = UNKNOWN

    @property
    def detected_language(self) -> str:
        """The language by path and content, or else the one the editor reports."""
        by_path = language_of(self.path, self.text)
        return self.language if by_path == UNKNOWN else by_path


class Excerpts:
    """The excerpts of one document."""

    def __init__(self, document: Document) -> None:
        """Parse the document."""
        self._path = document.path
        self._language = document.detected_language
        self._lines = split_lines(document.text)
        self._chunks = self._parsed(document.text)
        self._definitions = [definition for chunk in self._chunks for definition in chunk.definitions]

    def lines(self, first_line: int, last_line: int) -> Chunk | None:
        """Return a range of lines without blank lines at its ends, or None if all lines are blank."""
        numbers = range(max(first_line, 1), min(last_line, len(self._lines)) + 1)
        written = [number for number in numbers if self._lines[number - 1].strip()]
        return self._excerpt(written[0], written[-1]) if written else None

    def named(self, name: str, line: int) -> Chunk | None:
        """Return the definition with this name nearest to a line, or None."""
        named = [definition for definition in self._definitions if definition.name == name]
        nearest = min(named, key=lambda definition: abs(definition.first_line - line), default=None)
        return None if nearest is None else self._of(nearest)

    def enclosing(self, line: int) -> Chunk | None:
        """Return the innermost definition around a line, else the lines of its chunk, or None."""
        definition = _innermost(self._definitions, line, line)
        if definition is not None:
            return self._of(definition)
        chunk = next((chunk for chunk in self._chunks if chunk.first_line <= line <= chunk.last_line), None)
        return None if chunk is None else self.lines(chunk.first_line, chunk.last_line)

    def _of(self, definition: Definition) -> Chunk:
        return self._excerpt(definition.first_line, definition.last_line)

    def _excerpt(self, first_line: int, last_line: int) -> Chunk:
        text = "\n".join(self._lines[first_line - 1 : last_line])
        inside = tuple(d for d in self._definitions if first_line <= d.first_line and d.last_line <= last_line)
        outermost = _outermost(inside)
        named = outermost[0] if len(outermost) == 1 else _innermost(self._definitions, first_line, last_line)
        return Chunk(
            id=hashlib.blake2b(f"{self._path}\0{first_line}\0{text}".encode(), digest_size=16).hexdigest(),
            path=self._path,
            first_line=first_line,
            last_line=last_line,
            text=text,
            language=self._language,
            symbol=named.qualified_name if named else "",
            kind=named.kind if named else "text",
            signature=named.signature if named else "",
            docstring=named.docstring if named else "",
            definitions=outermost,
        )

    def _parsed(self, text: str) -> tuple[Chunk, ...]:
        if len(text) > _PARSED_CHARACTERS:
            return ()
        file = SourceFile(FileStamp(self._path, 0, 0), text, self._language, "")
        return IsolatedChunker(urgent=True).chunk_with_context(file)


def _innermost(definitions: Sequence[Definition], first_line: int, last_line: int) -> Definition | None:
    enclosing = [d for d in definitions if d.first_line <= first_line and last_line <= d.last_line]
    return min(enclosing, key=lambda definition: definition.last_line - definition.first_line, default=None)


def _outermost(definitions: Sequence[Definition]) -> tuple[Definition, ...]:
    """Return the definitions that no other definition contains, in order; equal ranges do not contain each other."""
    furthest, found = 0, set()
    for first, last in sorted({(d.first_line, -d.last_line) for d in definitions}):
        if -last > furthest:
            furthest = -last
            found.add((first, furthest))
    return tuple(d for d in definitions if (d.first_line, d.last_line) in found)

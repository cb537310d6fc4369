"""Finds the occurrences of a name in one file, with its grammar if there is one.

Runs in the parsing process; see `parsing_service`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.chunking.syntax import Syntax
from sourcewise.domain.references import OccurrenceKind
from sourcewise.references.classification import place_of
from sourcewise.references.javascript_scopes import JavaScriptScopes
from sourcewise.references.occurrence import UNKNOWN, FileFacts, FileOccurrences, Occurrence
from sourcewise.references.python_scopes import PythonScopes
from sourcewise.references.scopes import text_of
from sourcewise.text.languages import is_prose
from sourcewise.text.lines import split_lines
from sourcewise.text.names import names_in, occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

    from sourcewise.domain.code import Definition, SourceFile
    from sourcewise.references.scopes import Scopes

_SCOPES: dict[str, type[Scopes]] = {
    "python": PythonScopes,
    **dict.fromkeys(("javascript", "typescript", "tsx"), JavaScriptScopes),
}
# Without a grammar, a line that begins so is a comment in some language.
_COMMENT_MARKS = ("//", "#", "--", ";", "/*", "* ", "%", "<!--", "REM ")
_NO_FACTS = FileFacts({}, {})
_TEXT = frozenset({OccurrenceKind.STRING, OccurrenceKind.COMMENT, OccurrenceKind.KEY, OccurrenceKind.KEYWORD_ARGUMENT})
_RECEIVER_CHARS = 200


class ParsedFile:
    """A file with its syntax tree, if a grammar can read it."""

    def __init__(self, file: SourceFile) -> None:
        self._path = file.path
        self._language = file.language
        self._lines = split_lines(file.text)
        self._syntax = None if is_prose(file.path) else Syntax.of(file.language, self._lines)
        self._scopes = None
        if self._syntax is not None and self._syntax.grammar in _SCOPES:
            self._scopes = _SCOPES[self._syntax.grammar](self._syntax.root)

    def facts(self) -> FileFacts:
        """Return what the file defines; empty in languages whose scopes are unknown."""
        return _NO_FACTS if self._scopes is None else self._scopes.facts()

    def occurrences_of(self, name: str) -> FileOccurrences:
        """Return the occurrences of a name in the file's order."""
        spots = list(_spots(self._lines, name, self._language))
        if self._syntax is None:
            return _without_syntax(self._path, self._lines, spots)
        definitions = [region.definition for region in self._syntax.outline().walk() if region.listed]
        ends = self._syntax.definition_name_ends()
        places = [self._with_syntax(self._syntax, name, spot, definitions, ends) for spot in spots]
        defined = tuple((each.qualified_name, _line_of_name(places, each)) for each in definitions if each.name == name)
        return FileOccurrences(tuple(places), not self._syntax.has_errors, defined)

    def _with_syntax(
        self, syntax: Syntax, name: str, spot: tuple[int, int], definitions: Sequence[Definition], ends: frozenset[int]
    ) -> Occurrence:
        line, start = spot
        text = self._lines[line - 1]
        row, first = line - 1, len(text[:start].encode("utf-8", "replace"))
        last = first + len(name.encode("utf-8", "replace"))
        node = syntax.root.descendant_for_point_range((row, first), (row, last))
        symbol = _symbol_at(definitions, line)
        if node is None or node.is_error:
            return Occurrence(line, start + 1, OccurrenceKind.REFERENCE, symbol)
        if syntax.is_partial and node.parent is None:
            return Occurrence(line, start + 1, OccurrenceKind.REFERENCE, symbol)  # the page around a script
        place = place_of(node, syntax.grammar)
        kind = place.kind
        if node.end_byte in ends and kind not in {OccurrenceKind.COMMENT, OccurrenceKind.STRING}:
            kind = OccurrenceKind.DEFINITION
        target = UNKNOWN
        if self._scopes is not None and kind not in _TEXT:
            target = self._scopes.target(node)
        receiver = _last_name(place.receiver, self._language)
        return Occurrence(line, start + 1, kind, symbol, target, place.receiver is not None, receiver)


def occurrences_without_syntax(file: SourceFile, name: str) -> FileOccurrences:
    """Return the occurrences of a name in a file without using its grammar."""
    lines = split_lines(file.text)
    return _without_syntax(file.path, lines, _spots(lines, name, file.language))


def _without_syntax(path: str, lines: Sequence[str], spots: Iterable[tuple[int, int]]) -> FileOccurrences:
    usual = OccurrenceKind.DOCUMENT if is_prose(path) else OccurrenceKind.REFERENCE
    found = []
    for line, start in spots:
        is_comment = usual is not OccurrenceKind.DOCUMENT and lines[line - 1].lstrip().startswith(_COMMENT_MARKS)
        found.append(Occurrence(line, start + 1, OccurrenceKind.COMMENT if is_comment else usual))
    return FileOccurrences(tuple(found), parsed=False)


def _spots(lines: Sequence[str], name: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the line, from 1, and the column, from 0, of each whole occurrence of a name."""
    pattern = occurrences(name, language)
    for number, line in enumerate(lines, 1):
        if name in line:
            for found in pattern.finditer(line):
                yield number, found.start()


def _line_of_name(places: Sequence[Occurrence], definition: Definition) -> int:
    """Return the line with the name of a definition, which attributes may precede."""
    inside = [
        place.line
        for place in places
        if place.kind is OccurrenceKind.DEFINITION and definition.first_line <= place.line <= definition.last_line
    ]
    return inside[0] if inside else definition.first_line


def _symbol_at(definitions: Sequence[Definition], line: int) -> str:
    around = [each for each in definitions if each.first_line <= line <= each.last_line]
    return min(around, key=lambda each: each.last_line - each.first_line).qualified_name if around else ""


def _last_name(receiver: Node | None, language: str) -> str:
    """Return the last name of a receiver: `b` of `a.b`; empty for a call or an unnamed object."""
    if receiver is None or receiver.end_byte - receiver.start_byte > _RECEIVER_CHARS:
        return ""
    text = text_of(receiver)
    names = () if text.endswith((")", "]")) else tuple(names_in(text, language))
    return names[-1] if names else ""

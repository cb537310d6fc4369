"""Abridges data in text files: long lines are cut, and most rows of tables and literals are replaced by empty lines.

Hides what counts as data. The number of lines stays the same, so line numbers still refer to the file. The beginning of
the data stays too, with the names and headings that make it searchable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.mining.minified import is_data_line
from sourcewise.text.languages import is_prose
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LONG_LINE_OF_DATA = 2_000
_LONG_LINE = 10_000
_LONG_LINE_OF_PROSE = 20_000
_NOTE = re.compile(r"Lines? \d")
_KEPT_AT_THE_START = 400
_KEPT_AT_THE_END = 60
_LEAST_ROWS = 40
_KEPT_ROWS = 3
_NAMED_LINES = 3

_EXPONENT = r"(?:[eE][-+]?\d++)?"
_SUFFIX = r"(?:_?[uif](?:8|16|32|64|128|size)|[uUlLfFjh%]{0,3})"
_DIGITS = rf"0[xX][\da-fA-F_]++|\d[\d_]*+(?:\.\d*+)?{_EXPONENT}|\.\d++{_EXPONENT}|nan|inf"
_NUMBER = rf"[-+]?(?:{_DIGITS}){_SUFFIX}"
_VALUE = rf"(?:{_NUMBER}|null|None|true|false|NaN|NA)"
_NUMERIC_ROW = re.compile(
    rf"\s*+(?:-\s++|[A-Za-z]{{1,3}}\s++)?[\s\[\]{{}}(),;|]*+{_VALUE}(?:[\s\[\]{{}}(),;:|/]++{_VALUE})*+"
    rf"[\s\[\]{{}}(),;|]*+(?:(?://|\#|/\*).{{0,80}})?$"
)
_ENCODED_ROW = re.compile(
    r"[\s\"'+(]*+(?:\\x[\da-fA-F]{2}|\\[0-7]{1,3}|[A-Za-z0-9+/]){40,}+={0,2}(?:\\n)?[\"',;+)\\\s]*+$"
)
_DIGIT = re.compile(r"\d")
_TABLES = re.compile(r"\.(?:csv|tsv|tab|dat)$", re.IGNORECASE)
_CELL = re.compile(r"[\t,;|]")
_NUMERIC_CELL = re.compile(rf"\s*+\"?\s*+(?:{_NUMBER}|\d[\d:/T.-]*+Z?)?\s*+\"?\s*+$")
_BRACKETS_ONLY = re.compile(r"[\s\[\]{}(),;]*+$")


class Abridged(NamedTuple):
    """A text with abridged data, and a sentence about what was left out; the sentence is empty if nothing was."""

    text: str
    note: str


def abridge(path: str, text: str) -> Abridged:
    """Abridge long lines and rows of data; all line ends become line feeds if anything is abridged."""
    longest = _LONG_LINE_OF_PROSE if is_prose(path) else _LONG_LINE
    lines = split_lines(text)
    long = [number for number, line in enumerate(lines, 1) if _is_long(line, longest)]
    runs = list(_data_runs(path, lines))
    if not long and not runs:
        return Abridged(text, "")
    for first, last in runs:
        lines[first:last] = [""] * (last - first)
    for number in long:
        lines[number - 1] = _cut(lines[number - 1])
    return Abridged("\n".join([*lines, ""]), _note(long, runs))


def is_abridged(note: str) -> bool:
    """Return whether a note on an indexed file is one of `abridge`."""
    return _NOTE.match(note) is not None


def _is_long(line: str, longest: int) -> bool:
    return len(line) > longest or (len(line) > _LONG_LINE_OF_DATA and is_data_line(line))


def _cut(line: str) -> str:
    if len(line) <= _KEPT_AT_THE_START + _KEPT_AT_THE_END:
        return line
    return f"{line[:_KEPT_AT_THE_START]} … {line[-_KEPT_AT_THE_END:]}"


def _data_runs(path: str, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the rows of data to leave out, as 0-based ranges without the end."""
    is_row = _is_table_row if _TABLES.search(path) else _is_data_row
    for begin, end in _long_runs(lines, lambda line: bool(_BRACKETS_ONLY.match(line)) or is_row(line)):
        start = next((index for index in range(begin, end) if is_row(lines[index])), end)
        if end - start >= _LEAST_ROWS:
            yield start + _KEPT_ROWS, _without_closing(lines, start, end)


def _long_runs(lines: Sequence[str], belongs: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield the longest ranges of at least `_LEAST_ROWS` lines that all belong; it looks at few lines of other text."""
    begin = 0
    while (last := begin + _LEAST_ROWS - 1) < len(lines):
        # Backwards: a line that does not belong rules out every range that contains it.
        gap = next((index for index in range(last, begin - 1, -1) if not belongs(lines[index])), None)
        if gap is None:
            gap = next((index for index in range(last, len(lines)) if not belongs(lines[index])), len(lines))
            yield begin, gap
        begin = gap + 1


def _without_closing(lines: Sequence[str], start: int, end: int) -> int:
    """Return the end of a run without the lines of brackets and blank lines at its end, which belong to the code."""
    while end > start + _KEPT_ROWS and _BRACKETS_ONLY.match(lines[end - 1]):
        end -= 1
    return end


def _is_data_row(line: str) -> bool:
    return bool(_NUMERIC_ROW.match(line) or (_ENCODED_ROW.match(line) and _DIGIT.search(line)))


def _is_table_row(line: str) -> bool:
    cells = _CELL.split(line[:_LONG_LINE_OF_DATA])
    return sum(map(bool, map(_NUMERIC_CELL.match, cells))) * 2 >= len(cells) and _DIGIT.search(line) is not None


def _note(long: Sequence[int], runs: Sequence[tuple[int, int]]) -> str:
    parts = []
    if long:
        parts.append(f"{_named([str(number) for number in long])} {'are' if len(long) > 1 else 'is'} long and cut")
    if runs:
        rows = [f"{first + 1:,} to {last:,}" for first, last in runs]
        parts.append(f"{_named(rows)} are rows of data and left out")
    sentence = "; ".join(parts)
    return f"{'Lines' if runs or len(long) > 1 else 'Line'} {sentence}."


def _named(numbers: Sequence[str]) -> str:
    rest = len(numbers) - _NAMED_LINES
    return ", ".join(numbers[:_NAMED_LINES]) + (f" and {rest:,} more" if rest > 0 else "")

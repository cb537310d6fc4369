"""Finds the code locations that a question names: files, and lines in stack traces and compiler messages."""

from __future__ import annotations

import re
from typing import NamedTuple

from sourcewise.text.languages import UNKNOWN, language_of
from sourcewise.text.scripts import separated

_MAX_LOCATIONS = 12
_PYTHON_FRAME = re.compile(r'File "(?P<path>[^"\n]{1,300})", line (?P<line>\d{1,7})')
# A path on any system, or a file name, followed by a line number as compilers, Node, Java and Go write it.
_PATH = re.compile(
    r"(?<![\w@.+/\\-])(?P<path>(?:[A-Za-z]:)?[\w@.+/\\-]{0,300}[\w)\]]\.\w{1,10})(?::(?P<line>\d{1,7})|\((?P<row>\d{1,7})\b)?"
)


class CodeLocation(NamedTuple):
    """A file as the question writes it, but with `/` as the separator, and a line counted from 1, or None."""

    path: str
    line: int | None


def find_locations(question: str) -> tuple[CodeLocation, ...]:
    """Return up to 12 distinct locations in order; a file with line numbers is not also returned without them."""
    frames = [CodeLocation(_path(match["path"]), int(match["line"])) for match in _PYTHON_FRAME.finditer(question)]
    rest = _PYTHON_FRAME.sub(" ", question)
    # A path may touch text in a script without spaces, or have a name in one.
    others = [
        _location(match) for reading in dict.fromkeys((rest, separated(rest))) for match in _PATH.finditer(reading)
    ]
    found = dict.fromkeys([*frames, *(location for location in others if language_of(location.path) != UNKNOWN)])
    with_lines = {location.path for location in found if location.line is not None}
    return tuple(p for p in found if p.line is not None or p.path not in with_lines)[:_MAX_LOCATIONS]


def _location(match: re.Match[str]) -> CodeLocation:
    line = match["line"] or match["row"]
    return CodeLocation(_path(match["path"]), int(line) if line else None)


def _path(written: str) -> str:
    return written.replace("\\", "/").removeprefix("./")

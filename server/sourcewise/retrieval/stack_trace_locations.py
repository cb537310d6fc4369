"""The places that a question names: files, and the lines of tracebacks and compiler messages."""

from __future__ import annotations

import re
from typing import NamedTuple

from sourcewise.text.languages import UNKNOWN, language_of

_MOST_PLACES = 12
_PYTHON_FRAME = re.compile(r'File "(?P<path>[^"\n]{1,300})", line (?P<line>\d{1,7})')
# A path of any system, or a file's name, with the line behind it as compilers, Node, Java and Go write it.
_PATH = re.compile(
    r"(?<![\w@.+/\\-])(?P<path>(?:[A-Za-z]:)?[\w@.+/\\-]{0,300}[\w)\]]\.\w{1,10})(?::(?P<line>\d{1,7})|\((?P<row>\d{1,7})\b)?"
)


class NamedPlace(NamedTuple):
    """A file as the question writes it, with `/` between the parts, and the line, or None."""

    path: str
    line: int | None


def named_places(question: str) -> tuple[NamedPlace, ...]:
    """Return the places in their order, without repetition; a file that is there with lines counts by these alone."""
    frames = [NamedPlace(_path(match["path"]), int(match["line"])) for match in _PYTHON_FRAME.finditer(question)]
    rest = _PYTHON_FRAME.sub(" ", question)
    others = [_place(match) for match in _PATH.finditer(rest)]
    found = dict.fromkeys([*frames, *(place for place in others if language_of(place.path) != UNKNOWN)])
    with_lines = {place.path for place in found if place.line is not None}
    return tuple(p for p in found if p.line is not None or p.path not in with_lines)[:_MOST_PLACES]


def _place(match: re.Match[str]) -> NamedPlace:
    line = match["line"] or match["row"]
    return NamedPlace(_path(match["path"]), int(line) if line else None)


def _path(written: str) -> str:
    return written.replace("\\", "/").removeprefix("./")

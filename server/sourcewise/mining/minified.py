"""Recognizes minified code.

Hides how it differs from a file with a few long lines of data. Most of a minified file is in long lines with hardly any
white space, and those lines are code: no string, regular expression or list of numbers fills them.
"""

from __future__ import annotations

import re

from sourcewise.text.lines import split_lines

_LANGUAGES = re.compile(r"\.(?:[cm]?[jt]sx?|css|s[ac]ss|less|html?|svg|vue)$", re.IGNORECASE)
_LEAST_CHARACTERS = 2_000
_LONG_LINE = 500
_LEAST_SHARE = 0.7
_MOST_WHITE_SPACE = 0.06
_LITERAL = re.compile(
    r"""'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+' | "[^"\\\n]*+(?:\\.[^"\\\n]*+)*+" | `[^`\\\n]*+(?:\\.[^`\\\n]*+)*+`
    | [A-Za-z\d+/_=-]{300,} | \d[\d.,\s]{100,} | \[\[?\d[\d.,\[\]\s-]{100,}""",
    re.VERBOSE,
)
_BEFORE_EXPRESSION = re.compile(r"(?:^|[=(,:>]|\breturn|\bdefault)\s*+(?=/[\[(\\^?])")
_EXPRESSION = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\[\n])++")
_MOST_BEFORE = 100
_MOST_LITERAL = 0.6


def minified_share(path: str, text: str) -> float:
    """Return the share of a file's characters that are minified code if this makes the file minified, else 0."""
    if not _LANGUAGES.search(path):
        return 0.0
    lines = split_lines(text)
    total = sum(map(len, lines))
    if total < _LEAST_CHARACTERS:
        return 0.0
    share = sum(len(line) for line in lines if _is_minified(line)) / total
    return share if share >= _LEAST_SHARE else 0.0


def _is_minified(line: str) -> bool:
    if len(line) < _LONG_LINE or sum(map(line.count, " \t")) > _MOST_WHITE_SPACE * len(line):
        return False
    return not is_data_line(line)


def is_data_line(line: str) -> bool:
    """Return whether a long line is mostly one literal: a string, a regular expression or a list of numbers."""
    lengths = [found.end() - found.start() for found in _LITERAL.finditer(line)]
    if (before := _BEFORE_EXPRESSION.search(line, 0, _MOST_BEFORE)) and (
        found := _EXPRESSION.match(line, before.end())
    ):
        lengths.append(found.end() - found.start())
    return max(lengths, default=0) > _MOST_LITERAL * len(line)

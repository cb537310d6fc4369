"""Translates git's file name patterns into regular expressions.

Hides the grammar of git's `wildmatch`: stars, double stars, brackets, escapes, and malformed patterns, which git never
matches. Git compares bytes, so patterns and subjects are strings with one byte per character (`as_bytes_text`).
Matching takes polynomial time even for hostile patterns: every star but the last of a path segment is atomic, because
its leftmost match leaves the most text for the rest.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEVER = "(?!)"

_T = TypeVar("_T")

_WILD = frozenset("*?[\\")
_SLASH, _STAR, _STARS = "/", "*", "**"
_ANY_BYTE = "[^/]"
_ANY_FOLDERS = "(?:[^/]+/)*?"

_TOKEN = re.compile(
    r"(?P<stars>\*+)|(?P<any>\?)|\[(?P<negated>[!^]?)(?P<items>\]?+(?:\\.|\[:[^\]]*:\]|[^\]\\])*+)\]"
    r"|\\(?P<escaped>.)|(?P<broken>[\[\\])|(?P<plain>.)",
    re.DOTALL,
)
_BRACKET_ITEM = re.compile(r"\[:(?P<kind>[^\]]*):\]|(?P<low>\\.|[^\\])(?:-(?P<high>\\.|.))?", re.DOTALL)
_BRACKET_KINDS = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-\\.:-@\\[-`{-~",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def as_bytes_text(text: str) -> str:
    """Return a string with one character for each byte of a path or pattern."""
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


def has_wildcards(pattern: str) -> bool:
    """Return whether a pattern can match anything but itself."""
    return not _WILD.isdisjoint(pattern)


def name_regex(pattern: str) -> str:
    """Translate a pattern without `/`; the expression matches a file name."""
    try:
        return _segment_regex(list(_tokens(pattern)))
    except _BrokenPatternError:
        return NEVER


def path_regex(pattern: str) -> str:
    """Translate a pattern with `/` (the first one already removed); the expression matches a whole path."""
    try:
        segments = _split(list(_tokens(pattern)), _SLASH)
    except _BrokenPatternError:
        return NEVER
    first, *rest = [[_segment_regex(s) for s in run] for run in _split(segments, [_STARS])]
    if not rest:
        return _SLASH.join(first)
    *middle, last = rest
    head = "".join(f"{segment}/" for segment in first)
    head += "".join(f"(?>{_ANY_FOLDERS}{''.join(f'{segment}/' for segment in run)})" for run in middle)
    return head + (_ANY_FOLDERS + _SLASH.join(last) if last else ".+")


class _BrokenPatternError(ValueError):
    """The pattern is malformed, and git matches nothing with it."""


def _tokens(pattern: str) -> Iterator[str]:
    """Yield `/`, `*`, `**`, and an expression that matches one byte for every other token."""
    for token in _TOKEN.finditer(pattern):
        if token["stars"]:
            yield _STAR if len(token["stars"]) == 1 else _STARS
        elif token["any"]:
            yield _ANY_BYTE
        elif token["items"] is not None:
            yield _bracket_regex(token["items"], negated=bool(token["negated"]))
        elif token["broken"]:
            raise _BrokenPatternError(pattern)
        else:
            char = token["escaped"] or token["plain"]
            yield _SLASH if char == "/" else re.escape(char)


def _bracket_regex(items: str, *, negated: bool) -> str:
    members = "".join(_bracket_member(item) for item in _BRACKET_ITEM.finditer(items))
    if negated:
        return f"[^/{members}]"
    return f"(?!/)[{members}]"


def _bracket_member(item: re.Match[str]) -> str:
    if item["kind"] is not None:
        if item["kind"] not in _BRACKET_KINDS:
            raise _BrokenPatternError(item[0])
        return _BRACKET_KINDS[item["kind"]]
    low, high = item["low"][-1], (item["high"] or item["low"])[-1]
    return f"{re.escape(low)}-{re.escape(max(low, high))}"  # git lets the first byte of a backward range match


def _segment_regex(tokens: Sequence[str]) -> str:
    """Translate the part of a pattern between two slashes."""
    first, *rest = ["".join(run) for run in _split(["*" if t == _STARS else t for t in tokens], _STAR)]
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{part})" for part in middle) + f"[^/]*{last}"


def _split(items: Sequence[_T], separator: _T) -> list[list[_T]]:
    runs: list[list[_T]] = [[]]
    for item in items:
        if item == separator:
            runs.append([])
        else:
            runs[-1].append(item)
    return runs

"""Generates texts on which a non-linear regular expression is slow, from the expression itself."""

from __future__ import annotations

from itertools import pairwise
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_USUAL = (" ", "\t", "\n", "\r\n", "a", "A", "0", "_", "é", "中", *"#*/-`'\"\\{[(<.:=,|!&;@~")
_MISMATCHES = ("", "\0")
_OF_CATEGORY = {
    op.CATEGORY_SPACE: " \n",
    op.CATEGORY_NOT_SPACE: "a#",
    op.CATEGORY_DIGIT: "0",
    op.CATEGORY_NOT_DIGIT: "a ",
    op.CATEGORY_WORD: "a0_A",
    op.CATEGORY_NOT_WORD: " #",
}
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_CANDIDATES = "a \n0A_#\t.-/'\"`*:=\\"


def adversarial_texts(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield triples: a prefix, a unit to repeat any number of times, and a suffix.

    The units are texts that the expression itself repeats, alone and after the text that it expects before them.
    """
    written = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = _parser.parse(written, pattern.flags)
    found = dict.fromkeys(("", unit) for unit in _USUAL)
    pumps = list(dict.fromkeys(_pumps(tree, "")))
    found |= dict.fromkeys(pumps)
    found |= dict.fromkeys(("", before + unit) for before, unit in pumps)
    found |= dict.fromkeys(("", before) for before, _ in pumps if before)
    found |= dict.fromkeys((one[0], one[1] + other[1]) for one, other in pairwise(pumps))
    found |= dict.fromkeys(("", f"{between}{_example(tree)}") for between in ("", "\n"))
    for before, unit in found:
        for end in _MISMATCHES:
            if unit:
                yield before, unit, end


def _pumps(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """Yield for each repetition an example of the text before it and a text that it repeats."""
    for kind, value in tree:
        if kind in _REPEATS:
            least, most, body = value
            if most > least:
                yield from ((before, unit) for unit in _examples(body))
            yield from _pumps(body, before)
        else:
            for inner in _parts(kind, value):
                yield from _pumps(inner, before)
        before += _example([(kind, value)])


def _parts(kind: Any, value: Any) -> list[Any]:
    if kind is op.SUBPATTERN:
        return [value[-1]]
    if kind is op.BRANCH:
        return list(value[1])
    if kind in {op.ASSERT, op.ASSERT_NOT}:
        return [value[1]]
    return [value] if kind is op.ATOMIC_GROUP else []


def _examples(tree: Any) -> list[str]:
    """Return a few matching texts; for a single character set, one for each kind of character in it."""
    if len(tree) == 1 and tree[0][0] is op.IN:
        return list(dict.fromkeys(_members(tree[0][1])))[:6]
    if len(tree) == 1 and tree[0][0] is op.ANY:
        return ["a", " ", "\n"]
    if len(tree) == 1 and tree[0][0] is op.SUBPATTERN:
        return _examples(tree[0][1][-1])
    if len(tree) == 1 and tree[0][0] is op.BRANCH:
        return [_example(branch) for branch in tree[0][1][1]][:6]
    return [_example(tree)]


def _example(tree: Any) -> str:
    """Return a short matching text, ignoring look-around assertions."""
    return "".join(_example_of(kind, value) for kind, value in tree)


def _example_of(kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return next(char for char in _CANDIDATES if ord(char) != value)
    if kind is op.ANY:
        return "a"
    if kind is op.IN:
        return _members(value)[0]
    if kind in _REPEATS:
        return _example(value[2]) * max(value[0], 1)
    if kind is op.GROUPREF:
        return "a"
    parts = [] if kind in {op.ASSERT, op.ASSERT_NOT} else _parts(kind, value)
    return _example(parts[0]) if parts else ""


def _members(items: Any) -> str:
    if items[0][0] is op.NEGATE:
        out = _members(items[1:])
        return "".join(char for char in _CANDIDATES if char not in out) or "\1"
    found = ""
    for kind, value in items:
        if kind is op.LITERAL:
            found += chr(value)
        elif kind is op.RANGE:
            found += chr(value[0]) + chr(value[1])
        else:
            found += _OF_CATEGORY[value]
    return found

"""Matches paths against ignore files.

Hides the syntax of `.gitignore` lines (comments, negation, escapes, anchors) and how many rules are matched at once.
Rules without wildcards are looked up. The others are compiled into alternations, last rule first, so that the first
matching alternative is the deciding rule. An ignore file may be hostile, so rules beyond the limits are not applied.
Only the entry itself is compared; the caller skips the content of ignored folders.
"""

from __future__ import annotations

import codecs
import logging
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from sourcewise.mining.regular_files import read_regular_file
from sourcewise.mining.wildmatch import as_bytes_text, has_wildcards, name_regex, path_regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

_MOST_BYTES = 1_000_000
_MOST_RULES = 50_000
# Every name is compared with all rules with wildcards of its folder. A rule costs its length, or at least this.
_LEAST_COST = 20
_MOST_COST_OF_ONE = 1_000
_MOST_COST = 100_000
# A failed alternative resets the groups before it, so one alternation of all rules would take quadratic time.
_ALTERNATIVES = 100
# Compiling a file takes milliseconds, and every update of a single file needs the ignore files of its parent folders.
_CACHED_FILES = 256
_LARGE = 16_000
_CACHED_LARGE_FILES = 8


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of an ignore file.

    Attributes:
        pattern: the unchanged line.
        origin: the file, relative to the indexed folder, for messages.
        line: from 1.
        folders_only: True if it ends in `/`.
        by_name: True if the pattern is compared with the name, False if with the path.
        glob: the pattern for that name or path, with one character per byte.
        wildcards: False if the name or path must equal the glob.
    """

    pattern: str
    origin: str
    line: int
    negated: bool
    folders_only: bool
    by_name: bool
    glob: str
    wildcards: bool

    def __str__(self) -> str:
        return f"{self.pattern} ({self.origin}:{self.line})"

    @property
    def cost(self) -> int:
        """The cost of compiling the rule and comparing it with a name; 0 if it is looked up."""
        return max(_LEAST_COST, len(self.glob)) if self.wildcards else 0

    @property
    def regex(self) -> str:
        """The expression that matches the whole name or path."""
        return name_regex(self.glob) if self.by_name else path_regex(self.glob)


def parse_rules(data: bytes, origin: str, room: int = _MOST_COST) -> list[IgnoreRule]:
    """Parse the rules of an ignore file, without comments and blank lines.

    The log names each limit that the file exceeds.

    Args:
        data: the content of the file.
        origin: the file, for messages.
        room: the maximum total cost of the rules; rules with wildcards beyond it are not applied.
    """
    if len(data) > _MOST_BYTES:
        _warn(origin, f"of its first {_MOST_BYTES:,} bytes")
        data = data[: data.rfind(b"\n", 0, _MOST_BYTES) + 1]
    rules = list(islice(_all_rules(data, origin), _MOST_RULES + 1))
    if len(rules) > _MOST_RULES:
        _warn(origin, f"up to line {rules.pop().line - 1:,}")
    if any(rule.cost > _MOST_COST_OF_ONE for rule in rules):
        _warn(origin, f"with wildcards of at most {_MOST_COST_OF_ONE:,} bytes")
        rules = [rule for rule in rules if rule.cost <= _MOST_COST_OF_ONE]
    spent = [*accumulate(rule.cost for rule in rules)]
    if not spent or spent[-1] <= room:
        return rules
    first = rules[bisect_right(spent, room)]
    _warn(origin, f"with wildcards up to line {first.line - 1:,}")
    return [rule for rule in rules if not rule.wildcards or rule.line < first.line]


def _all_rules(data: bytes, origin: str) -> Iterator[IgnoreRule]:
    lines = _as_utf8(data).decode("latin-1").split("\n")
    rules = (_parse_line(line.removesuffix("\r"), origin, number) for number, line in enumerate(lines, 1))
    return (rule for rule in rules if rule)


def _as_utf8(data: bytes) -> bytes:
    """Return the content of a file without a byte order mark, and in UTF-8 if the mark says UTF-16.

    Redirection in Windows PowerShell writes UTF-16, which git does not read.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _warn(origin: str, applied: str) -> None:
    _log.warning("Of the ignore file %s, Sourcewise applies only rules %s. Shorten the file.", origin, applied)


def _parse_line(line: str, origin: str, number: int) -> IgnoreRule | None:
    if line.startswith("#"):
        return None
    kept = _without_trailing_spaces(line)
    negated = kept.startswith("!")
    pattern = kept.removeprefix("!")
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    if not pattern:
        return None
    by_name = "/" not in pattern
    glob = pattern if by_name else pattern.removeprefix("/")
    readable = kept if kept.isascii() else kept.encode("latin-1").decode("utf-8", "backslashreplace")
    return IgnoreRule(readable, origin, number, negated, folders_only, by_name, glob, has_wildcards(glob))


def _without_trailing_spaces(line: str) -> str:
    kept = line.rstrip(" ")
    escapes = len(kept) - len(kept.rstrip("\\"))
    return line[: len(kept) + 1] if escapes % 2 else kept


class IgnoreFile:
    """The rules of one ignore file.

    Args:
        rules: in the order of the file.
        inside: the path of its folder below the indexed folder (`src/`), which is not compared with its patterns.
        above: for a file above the indexed folder, the path down to it (`packages/app/`), which is compared.
    """

    def __init__(self, rules: Sequence[IgnoreRule], *, inside: str = "", above: str = "", ignore_case: bool) -> None:
        self._made_of = (tuple(rules), inside, above, ignore_case)
        self._inside = len(inside)
        self._above = as_bytes_text(above)
        self._ignore_case = ignore_case
        self.cost = sum(rule.cost for rule in rules)

    def __eq__(self, other: object) -> bool:
        """Return whether both have the same rules for the same folder."""
        return isinstance(other, IgnoreFile) and self._made_of == other._made_of

    def __hash__(self) -> int:
        """Return a hash consistent with `__eq__`."""
        return hash(self._made_of)

    def match(self, path: str, *, is_folder: bool) -> IgnoreRule | None:
        """Return the deciding rule for a path (relative to the indexed folder), if there is one."""
        deciders = self._for_folders if is_folder else self._for_files
        return deciders.match(self._above + as_bytes_text(path[self._inside :]))

    @cached_property
    def _for_folders(self) -> _Deciders:
        return _Deciders(self._made_of[0], ignore_case=self._ignore_case)

    @cached_property
    def _for_files(self) -> _Deciders:
        return _Deciders([rule for rule in self._made_of[0] if not rule.folders_only], ignore_case=self._ignore_case)


class _Deciders:
    """Rules compiled for files or for folders."""

    def __init__(self, rules: Sequence[IgnoreRule], *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._by_name = _Decider([rule for rule in rules if rule.by_name], ignore_case=ignore_case)
        self._by_path = _Decider([rule for rule in rules if not rule.by_name], ignore_case=ignore_case)

    def match(self, subject: str) -> IgnoreRule | None:
        subject = _lower(subject) if self._ignore_case else subject
        by_name = self._by_name.last_match(subject[subject.rfind("/") + 1 :])
        by_path = self._by_path.last_match(subject)
        return _later(by_name, by_path)


class _Decider:
    """Finds the last of some rules that matches a subject."""

    def __init__(self, rules: Sequence[IgnoreRule], *, ignore_case: bool) -> None:
        fold = _lower if ignore_case else str
        flags = re.DOTALL | re.ASCII | (re.IGNORECASE if ignore_case else 0)
        self._equal = {fold(rule.glob): rule for rule in rules if not rule.wildcards}
        last_first = [rule for rule in reversed(rules) if rule.wildcards]
        groups = (last_first[at : at + _ALTERNATIVES] for at in range(0, len(last_first), _ALTERNATIVES))
        self._alike = [(_compiled(group, flags), group) for group in groups]

    def last_match(self, subject: str) -> IgnoreRule | None:
        equal = self._equal.get(subject)
        for expression, rules in self._alike:
            found = expression.fullmatch(subject)
            if found and found.lastindex:
                return _later(equal, rules[found.lastindex - 1])
        return equal


def _compiled(rules: Iterable[IgnoreRule], flags: int) -> re.Pattern[str]:
    return re.compile("|".join(f"({rule.regex})" for rule in rules), flags)


def _later(one: IgnoreRule | None, other: IgnoreRule | None) -> IgnoreRule | None:
    if one and other:
        return one if one.line > other.line else other
    return one or other


def _lower(text: str) -> str:
    """Return a text with one character per byte, with ASCII letters in lower case, as git compares them."""
    return text.encode("latin-1").lower().decode("latin-1")


@dataclass(frozen=True, slots=True)
class IgnoreStack:
    """The ignore files that apply to a folder; the deepest is first and takes precedence."""

    files: tuple[IgnoreFile, ...] = ()
    ignore_case: bool = False

    def with_file(self, location: Path, origin: str, *, inside: str = "", above: str = "") -> IgnoreStack:
        """Return the stack with one more ignore file on top; a missing or empty file changes nothing."""
        room = _MOST_COST - sum(file.cost for file in self.files)
        content = _content(location)
        made = _large_ignore_file if len(content) > _LARGE else _ignore_file
        added = made(content, origin, room, inside=inside, above=above, ignore_case=self.ignore_case)
        return IgnoreStack((added, *self.files), self.ignore_case) if added else self

    def match(self, path: str, *, is_folder: bool) -> IgnoreRule | None:
        """Return the deciding rule for a path, if there is one."""
        for file in self.files:
            if rule := file.match(path, is_folder=is_folder):
                return rule
        return None


def _read_ignore_file(
    data: bytes, origin: str, room: int, *, inside: str, above: str, ignore_case: bool
) -> IgnoreFile | None:
    rules = parse_rules(data, origin, room)
    return IgnoreFile(rules, inside=inside, above=above, ignore_case=ignore_case) if rules else None


_ignore_file = lru_cache(maxsize=_CACHED_FILES)(_read_ignore_file)
_large_ignore_file = lru_cache(maxsize=_CACHED_LARGE_FILES)(_read_ignore_file)


def _content(location: Path) -> bytes:
    """Read an ignore file as git does: links, pipes and unreadable files count as empty."""
    try:
        return read_regular_file(location, _MOST_BYTES + 1)[0]
    except OSError:
        return b""

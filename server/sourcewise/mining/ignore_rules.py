"""What an ignore file says about a path.

Hides the syntax of `.gitignore` lines (comments, negation, escapes, anchors) and how many rules are asked at once: all
rules of a file are one alternation, last rule first, so the first alternative that matches is the rule that decides.
Only the entry itself is compared. That an ignored folder takes its content with it is the business of who walks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sourcewise.mining.regular_files import read_regular_file
from sourcewise.mining.wildmatch import as_bytes_text, name_regex, path_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_BOM = b"\xef\xbb\xbf"
# To compile one takes milliseconds, and every update of a single file asks those on the way to it.
_REMEMBERED_FILES = 256


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of an ignore file.

    Attributes:
        pattern: the line as it stands there.
        origin: the file, as a person would name it from the indexed folder.
        line: from 1.
        folders_only: True where it ends in `/`.
        by_name: True where the pattern is compared with the name alone, False for the path.
        regex: matches that name or path.
    """

    pattern: str
    origin: str
    line: int
    negated: bool
    folders_only: bool
    by_name: bool
    regex: str

    def __str__(self) -> str:
        return f"{self.pattern} ({self.origin}:{self.line})"


def parse_rules(data: bytes, origin: str) -> list[IgnoreRule]:
    """Read the rules of an ignore file; comments and blank lines give none."""
    lines = data.removeprefix(_BOM).decode("latin-1").split("\n")
    rules = (_parse_line(line.removesuffix("\r"), origin, number) for number, line in enumerate(lines, 1))
    return [rule for rule in rules if rule]


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
    regex = name_regex(pattern) if by_name else path_regex(pattern.removeprefix("/"))
    readable = kept.encode("latin-1").decode("utf-8", "backslashreplace")
    return IgnoreRule(readable, origin, number, negated, folders_only, by_name, regex)


def _without_trailing_spaces(line: str) -> str:
    kept = line.rstrip(" ")
    escapes = len(kept) - len(kept.rstrip("\\"))
    return line[: len(kept) + 1] if escapes % 2 else kept


class IgnoreFile:
    """The compiled rules of one ignore file.

    Args:
        rules: in the order of the file.
        inside: where the file lies below the indexed folder (`src/`), which its patterns do not see.
        above: for a file above the indexed folder, the way down to it (`packages/app/`), which they do.
    """

    def __init__(self, rules: Sequence[IgnoreRule], *, inside: str = "", above: str = "", ignore_case: bool) -> None:
        self._made_of = (tuple(rules), inside, above, ignore_case)
        self._inside = len(inside)
        self._above = as_bytes_text(above)
        flags = re.DOTALL | re.ASCII | (re.IGNORECASE if ignore_case else 0)
        self._for_folders = _Deciders(rules, flags)
        self._for_files = _Deciders([rule for rule in rules if not rule.folders_only], flags)

    def __eq__(self, other: object) -> bool:
        """Tell whether the other says the same."""
        return isinstance(other, IgnoreFile) and self._made_of == other._made_of

    def __hash__(self) -> int:
        """Go with `__eq__`."""
        return hash(self._made_of)

    def match(self, path: str, *, is_folder: bool) -> IgnoreRule | None:
        """Return the rule that decides about a path (relative to the indexed folder), if one does."""
        deciders = self._for_folders if is_folder else self._for_files
        return deciders.match(self._above + as_bytes_text(path[self._inside :]))


class _Deciders:
    """Rules compiled for one sort of entry."""

    def __init__(self, rules: Sequence[IgnoreRule], flags: int) -> None:
        self._by_name = _decider([rule for rule in rules if rule.by_name], flags)
        self._by_path = _decider([rule for rule in rules if not rule.by_name], flags)

    def match(self, subject: str) -> IgnoreRule | None:
        by_name = self._by_name(subject[subject.rfind("/") + 1 :])
        by_path = self._by_path(subject)
        if by_name and by_path:
            return max(by_name, by_path, key=lambda rule: rule.line)
        return by_name or by_path


def _decider(rules: Sequence[IgnoreRule], flags: int) -> Callable[[str], IgnoreRule | None]:
    """Return a function from a subject to the last rule that matches it."""
    if not rules:
        return lambda _subject: None
    last_first = rules[::-1]
    fullmatch = re.compile("|".join(f"({rule.regex})" for rule in last_first), flags).fullmatch

    def decide(subject: str) -> IgnoreRule | None:
        found = fullmatch(subject)
        return last_first[found.lastindex - 1] if found and found.lastindex else None

    return decide


@dataclass(frozen=True, slots=True)
class IgnoreStack:
    """Ignore files that hold for a folder, the deepest, which wins, first."""

    files: tuple[IgnoreFile, ...] = ()
    ignore_case: bool = False

    def with_file(self, location: Path, origin: str, *, inside: str = "", above: str = "") -> IgnoreStack:
        """Return the stack with one more ignore file on top; a file that is not there or empty changes nothing."""
        added = _compiled(_content(location), origin, inside, above, self.ignore_case)
        return IgnoreStack((added, *self.files), self.ignore_case) if added else self

    def match(self, path: str, *, is_folder: bool) -> IgnoreRule | None:
        """Return the rule that decides about a path, if one does."""
        for file in self.files:
            if rule := file.match(path, is_folder=is_folder):
                return rule
        return None


@lru_cache(maxsize=_REMEMBERED_FILES)
def _compiled(data: bytes, origin: str, inside: str, above: str, ignore_case: bool) -> IgnoreFile | None:
    rules = parse_rules(data, origin)
    return IgnoreFile(rules, inside=inside, above=above, ignore_case=ignore_case) if rules else None


def _content(location: Path) -> bytes:
    """Read an ignore file as git does: links, pipes and unreadable files count as empty."""
    try:
        return read_regular_file(location)[0]
    except OSError:
        return b""

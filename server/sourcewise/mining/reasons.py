"""Describes in a sentence why a file is indexed or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sourcewise.domain.code import SkipReason
from sourcewise.domain.file_role import FileRole
from sourcewise.mining.abridging import is_abridged
from sourcewise.mining.file_rules import HEURISTICS, MOST_BYTES_OF_ANY, UNDECODABLE
from sourcewise.mining.folder_rules import BUILT_IN, BUILT_IN_FOR

if TYPE_CHECKING:
    from sourcewise.domain.code import SkippedFile

_WORDS = {
    SkipReason.IGNORED: "is ignored",
    SkipReason.BINARY: "is binary",
    SkipReason.TOO_LARGE: "is too large",
    SkipReason.MINIFIED: "is minified",
    SkipReason.GENERATED: "is generated",
    SkipReason.PLACEHOLDER: "is only a placeholder",
    SkipReason.SECRET: "may hold a secret",
    SkipReason.EMPTY: "is empty",
    SkipReason.UNREADABLE: "cannot be read",
    SkipReason.SYMLINK: "is a symbolic link",
    SkipReason.VANISHED: "is not there",
    SkipReason.SPECIAL: "is not a regular file",
}

_ROLES = {
    FileRole.CODE: "code",
    FileRole.TEST: "a test",
    FileRole.BENCHMARK: "a benchmark",
    FileRole.EXAMPLE: "an example",
    FileRole.DOCUMENTATION: "documentation",
    FileRole.CHANGELOG: "a changelog",
    FileRole.CONFIGURATION: "configuration",
    FileRole.GENERATED: "a generated file",
    FileRole.VENDORED: "vendored code",
    FileRole.DATA: "data",
}

_INCLUDED = "The rule "
_ALTHOUGH = "includes it although it "


def why_sentence(path: str, verdict: SkippedFile | None, role: FileRole | None = None) -> str:
    """Return the result of `CodeMiner.explain` for a path as sentences, with the rule that would include it.

    Args:
        path: a file or folder.
        verdict: why it is not indexed; None if it is.
        role: the role of the file; None for a folder, or to leave it out.
    """
    if verdict is None:
        return f"{path} belongs to the index{f' as {_ROLES[role]}' if role else ''}."
    size = f"{verdict.stamp.size:,} bytes" if verdict.reason is SkipReason.TOO_LARGE else ""
    detail = f": {', '.join(filter(None, (size, verdict.detail)))}" if size or verdict.detail else ""
    pattern = _inclusion_pattern(path, verdict)
    hint = f" To index it anyway, add `{pattern}` to .sourcewiseignore." if pattern else ""
    return f"{path} stays out of the index because it {_WORDS[verdict.reason]}{detail}.{hint}"


def _inclusion_pattern(path: str, verdict: SkippedFile) -> str:
    """Return the line for `.sourcewiseignore` that includes a skipped file or folder; empty if none can."""
    if verdict.detail.startswith(BUILT_IN):
        folder = verdict.detail.removeprefix(BUILT_IN_FOR) if verdict.detail != BUILT_IN else f"{path.rstrip('/')}/"
        return "" if f"/{folder}".endswith("/.git/") else f"!/{_escaped(folder)}"
    is_possible = verdict.reason in HEURISTICS and verdict.stamp.size <= MOST_BYTES_OF_ANY
    is_useless = verdict.detail == UNDECODABLE or verdict.reason is SkipReason.PLACEHOLDER
    return f"!/{_escaped(path)}" if is_possible and not is_useless else ""


def _escaped(path: str) -> str:
    """Return the pattern that matches exactly this path."""
    return re.sub(r"[\\*?\[]| $", lambda found: f"\\{found[0]}", path)


def inclusion_note(rule: str, reason: SkipReason, detail: str) -> str:
    """Return the sentence about a file that a rule of `.sourcewiseignore` includes, which a heuristic would skip."""
    return f"{_INCLUDED}{rule} {_ALTHOUGH}{_WORDS[reason]}{f': {detail}' if detail else ''}."


def unabridged_note(rule: str) -> str:
    """Return the sentence about a file with data that a rule of `.sourcewiseignore` includes completely."""
    return f"{_INCLUDED}{rule} includes its long lines and rows of data."


def included_although(note: str) -> SkipReason | None:
    """Return the reason for which a file would be skipped without a rule that includes it; None if there is none."""
    _, included, reason = note.partition(_ALTHOUGH)
    return next((each for each, words in _WORDS.items() if included and reason.startswith(words)), None)


def is_outdated(reason: SkipReason | None, detail: str, *, included: bool) -> bool:
    """Return whether the rules of `.sourcewiseignore` for a file have changed since it was read.

    Args:
        reason: why the file was skipped; None if it was indexed.
        detail: the detail of the reason, or the note on the indexed file.
        included: whether a rule includes the file now.
    """
    if not included:
        return reason is None and detail.startswith(_INCLUDED)
    return is_abridged(detail) if reason is None else reason in HEURISTICS and detail != UNDECODABLE

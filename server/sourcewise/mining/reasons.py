"""Describes in a sentence why a file is indexed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.code import SkipReason

if TYPE_CHECKING:
    from sourcewise.domain.code import SkippedFile

_WORDS = {
    SkipReason.IGNORED: "is ignored",
    SkipReason.BINARY: "is binary",
    SkipReason.TOO_LARGE: "is too large",
    SkipReason.MINIFIED: "is minified",
    SkipReason.GENERATED: "is generated",
    SkipReason.SECRET: "may hold a secret",
    SkipReason.EMPTY: "is empty",
    SkipReason.UNREADABLE: "cannot be read",
    SkipReason.SYMLINK: "is a symbolic link",
    SkipReason.VANISHED: "is not there",
    SkipReason.SPECIAL: "is not a regular file",
}


def why_sentence(path: str, verdict: SkippedFile | None) -> str:
    """Return what `CodeMiner.explain` found about a path, in words."""
    if verdict is None:
        return f"{path} belongs to the index."
    size = f"{verdict.stamp.size:,} bytes" if verdict.reason is SkipReason.TOO_LARGE else ""
    detail = f": {', '.join(filter(None, (size, verdict.detail)))}" if size or verdict.detail else ""
    return f"{path} stays out of the index because it {_WORDS[verdict.reason]}{detail}."

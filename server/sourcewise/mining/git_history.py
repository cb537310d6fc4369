"""Which files somebody works on, as git knows it.

Hides how git is asked without running what a repository configures: filters, which it would run to compare a file with
what is stored, are switched off, so that a filtered file may count as changed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sourcewise.mining.git import ask_git
from sourcewise.mining.regular_files import is_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMITS = 100
_SECONDS = 5.0
_LOG = ("log", "-z", "--format=", "--name-only", "--relative", "--no-renames", "--no-show-signature", "--no-ext-diff")
_STATUS = ("status", "-z", "--porcelain", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")


def recently_changed(folder: Path, limit: int) -> list[str]:
    """Return files of a folder that were changed lately, most recent first; none where git cannot tell.

    Files with changes that are not committed come first, new ones among them, then those of the last commits.

    Args:
        folder: may be a part of a repository; the paths are relative to it.
        limit: how many at most.
    """
    found: dict[str, None] = {}
    for path in _changed(folder):
        if len(found) == limit:
            break
        if is_regular_file(folder / path):
            found[path] = None
    return list(found)


def _changed(folder: Path) -> Iterator[str]:
    yield from sorted(_uncommitted(folder), key=lambda path: _last_change(folder / path), reverse=True)
    commits = ask_git(folder, *_LOG, f"--max-count={_COMMITS}", "--", ".", seconds=_SECONDS)
    yield from (path.lstrip("\n") for path in commits.split("\0") if path)


def _uncommitted(folder: Path) -> list[str]:
    """Return what differs from the last commit, deleted files included."""
    prefix = ask_git(folder, "rev-parse", "--show-prefix", seconds=_SECONDS).removesuffix("\n")
    filters = _without_filters(folder)
    if filters is None:
        return []
    states = ask_git(folder, *filters, *_STATUS, "--", ".", seconds=_SECONDS).split("\0")
    return [state[3:].removeprefix(prefix) for state in states if state]


def _without_filters(folder: Path) -> list[str] | None:
    """Return options that switch off the filters which are configured; None where one has a name they cannot hold."""
    output = ask_git(folder, "config", "--null", "--name-only", "--get-regexp", r"^filter\.", seconds=_SECONDS)
    filters = {name.rpartition(".")[0] for name in output.split("\0") if name}
    if any("=" in name for name in filters):
        return None
    off = [f"{name}.{key}" for name in sorted(filters) for key in ("clean=", "process=", "required=false")]
    return [part for option in off for part in ("-c", option)]


def _last_change(location: Path) -> int:
    try:
        return os.lstat(location).st_mtime_ns
    except OSError:
        return 0

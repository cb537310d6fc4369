"""Which files somebody works on, and what they left where, as git knows it.

Hides how git is asked without running what a repository configures: filters, which it would run to compare a file with
what is stored, are switched off, so that a filtered file may count as changed.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from sourcewise.errors import QuestionError
from sourcewise.mining.git import ask_git, may_be_asked, repository_around, run_git
from sourcewise.mining.regular_files import is_regular_file
from sourcewise.processes.environment import find_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMITS = 100
_SECONDS = 5.0
# Who asks what has changed waits for it, and cannot be answered without.
_COMPARE_SECONDS = 20.0
_NAMED_BRANCHES = 5
_LOG = ("log", "-z", "--format=", "--name-only", "--relative", "--no-renames", "--no-show-signature", "--no-ext-diff")
_STATUS = ("status", "-z", "--porcelain", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
_DIFF = ("diff", "-z", "--name-only", "--relative", "--no-renames", "--no-ext-diff", "--diff-filter=d")
_UNTRACKED = ("ls-files", "-z", "--others", "--exclude-standard")
_COMMIT = re.compile(r"[0-9a-f]{40,64}\n")


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


def changed_since(folder: Path, revision: str) -> list[str]:
    """Return the files of a folder that are not as they were when its work left a branch, a tag or a commit.

    That is where the history of what is checked out and that of the revision parted. Changes that are not committed
    count, and so do new files that git does not ignore; deleted ones are not named. A repository inside that this one
    does not track is one path, which ends in `/`; a submodule counts as unchanged.

    Args:
        folder: may be a part of a repository; the paths are relative to it.
        revision: anything that git takes for a commit.

    Raises:
        QuestionError: git cannot tell.
    """
    base, filters = _parting(folder, revision), _without_filters(folder)
    if filters is None:
        raise QuestionError(
            "Git cannot compare files here without running a filter whose name has a `=`.",
            "Rename that filter in git's configuration, or ask without what has changed.",
        )
    edited = run_git(folder, *filters, *_DIFF, "--ignore-submodules=all", base, "--", ".", seconds=_COMPARE_SECONDS)
    new = run_git(folder, *_UNTRACKED, "--", ".", seconds=_COMPARE_SECONDS)
    if edited is None or new is None:
        raise QuestionError(
            f"Git could not say within {_COMPARE_SECONDS:.0f} seconds what has changed since {revision}.",
            "Try again, or name the files and folders that you mean.",
        )
    return [path for path in f"{edited}{new}".split("\0") if path]


def branches(folder: Path, limit: int) -> list[str]:
    """Return the branches of a folder's repository, those with the latest commits first; none where git cannot tell."""
    latest = ("for-each-ref", f"--count={limit}", "--sort=-committerdate", "--format=%(refname:lstrip=2)")
    found = ask_git(folder, *latest, "refs/heads", "refs/remotes", seconds=_SECONDS).splitlines()
    return [branch for branch in found if not branch.endswith("/HEAD")]


def _parting(folder: Path, revision: str) -> str:
    """Return the commit in which the history of what is checked out and that of a revision parted."""
    if run_git(folder, "rev-parse", "--is-inside-work-tree", seconds=_SECONDS) != "true\n":
        raise _no_work_tree(folder)
    named = f"{revision}^{{commit}}"
    commit = ask_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", named, seconds=_SECONDS)
    if not _COMMIT.fullmatch(commit):
        known = ", ".join(branches(folder, _NAMED_BRANCHES))
        raise QuestionError(
            f"Git knows no branch, tag or commit {revision} here.",
            f"The latest branches are {known}." if known else "Commit something first: there is no branch yet.",
        )
    base = ask_git(folder, "merge-base", "HEAD", commit.strip(), seconds=_COMPARE_SECONDS)
    if not base:
        raise QuestionError(
            f"What is checked out has no history in common with {revision}.",
            "Name a branch that it comes from; a shallow clone has its history after `git fetch --unshallow`.",
        )
    return base.strip()


def _no_work_tree(folder: Path) -> QuestionError:
    if find_program("git", outside=folder) is None:
        return QuestionError(
            "Git is not installed, and only git knows what has changed.", "Install it, or ask without what has changed."
        )
    return QuestionError(
        f"{folder} is not in a working tree of git, so nobody knows what has changed.",
        "Run `git status` there to see what git says, or ask without what has changed.",
    )


def _changed(folder: Path) -> Iterator[str]:
    root = repository_around(folder)
    prefix = run_git(folder, "rev-parse", "--show-prefix", seconds=_SECONDS) if root and may_be_asked(root) else None
    if prefix is None:
        return
    yield from sorted(
        _uncommitted(folder, prefix.removesuffix("\n")), key=lambda path: _last_change(folder / path), reverse=True
    )
    commits = ask_git(folder, *_LOG, f"--max-count={_COMMITS}", "--", ".", seconds=_SECONDS)
    yield from (path.lstrip("\n") for path in commits.split("\0") if path)


def _uncommitted(folder: Path, prefix: str) -> list[str]:
    """Return what differs from the last commit, deleted files included."""
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

"""Lists recently changed files, files changed since a revision, and branches, from git.

Hides how git runs without executing anything that a repository configures. Git would run filters to compare a file with
its stored version, so filters are disabled; a filtered file may therefore count as changed.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from sourcewise.errors import QuestionError
from sourcewise.mining.git import ask_git, is_safe_to_query, repository_around, run_git
from sourcewise.mining.regular_files import is_regular_file
from sourcewise.processes.environment import find_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMITS = 100
_SECONDS = 5.0
# A question about changed files needs the comparison, and waits for it.
_COMPARE_SECONDS = 20.0
_NAMED_BRANCHES = 5
_LOG = ("log", "-z", "--format=", "--name-only", "--relative", "--no-renames", "--no-show-signature", "--no-ext-diff")
_STATUS = ("status", "-z", "--porcelain", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
_DIFF = ("diff", "-z", "--name-only", "--relative", "--no-renames", "--no-ext-diff", "--diff-filter=d")
_UNTRACKED = ("ls-files", "-z", "--others", "--exclude-standard")
_COMMIT = re.compile(r"[0-9a-f]{40,64}\n")


def recently_changed(folder: Path, limit: int) -> list[str]:
    """Return recently changed files of a folder, most recent first; none without git or a repository.

    Files with uncommitted changes, including new files, precede those of the last commits.

    Args:
        folder: may be a part of a repository; the paths are relative to it.
        limit: the maximum number of files.
    """
    found: dict[str, None] = {}
    for path in _changed(folder):
        if len(found) == limit:
            break
        if is_regular_file(folder / path):
            found[path] = None
    return list(found)


def changed_since(folder: Path, revision: str) -> list[str]:
    """Return the files of a folder that changed since the merge base of HEAD and a branch, a tag or a commit.

    The result includes uncommitted changes and new files that git does not ignore, but no deleted files. A nested
    repository that is not tracked is one path, which ends in `/`; a submodule counts as unchanged.

    Args:
        folder: may be a part of a repository; the paths are relative to it.
        revision: anything that git resolves to a commit.

    Raises:
        QuestionError: git cannot compare.
    """
    base, filters = _merge_base(folder, revision), _without_filters(folder)
    if filters is None:
        raise QuestionError(
            "Git cannot compare files here without running a filter whose name contains `=`.",
            "Rename that filter in git's configuration, or ask without the filter for changed files.",
        )
    edited = run_git(folder, *filters, *_DIFF, "--ignore-submodules=all", base, "--", ".", seconds=_COMPARE_SECONDS)
    new = run_git(folder, *_UNTRACKED, "--", ".", seconds=_COMPARE_SECONDS)
    if edited is None or new is None:
        raise QuestionError(
            f"Git did not list the changes since {revision} within {_COMPARE_SECONDS:.0f} seconds.",
            "Try again, or name the files and folders in question.",
        )
    return [path for path in f"{edited}{new}".split("\0") if path]


def branches(folder: Path, limit: int) -> list[str]:
    """Return the branches of a folder's repository by latest commit; none without git or a repository."""
    latest = ("for-each-ref", f"--count={limit}", "--sort=-committerdate", "--format=%(refname:lstrip=2)")
    found = ask_git(folder, *latest, "refs/heads", "refs/remotes", seconds=_SECONDS).splitlines()
    return [branch for branch in found if not branch.endswith("/HEAD")]


def _merge_base(folder: Path, revision: str) -> str:
    """Return the merge base of HEAD and a revision."""
    if run_git(folder, "rev-parse", "--is-inside-work-tree", seconds=_SECONDS) != "true\n":
        raise _no_work_tree(folder)
    named = f"{revision}^{{commit}}"
    commit = ask_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", named, seconds=_SECONDS)
    if not _COMMIT.fullmatch(commit):
        known = ", ".join(branches(folder, _NAMED_BRANCHES))
        raise QuestionError(
            f"There is no branch, tag or commit named {revision} in this repository.",
            f"The latest branches are {known}." if known else "Make a commit first: there is no branch yet.",
        )
    base = ask_git(folder, "merge-base", "HEAD", commit.strip(), seconds=_COMPARE_SECONDS)
    if not base:
        raise QuestionError(
            f"The current branch shares no history with {revision}.",
            "Name a related branch. In a shallow clone, run `git fetch --unshallow` first.",
        )
    return base.strip()


def _no_work_tree(folder: Path) -> QuestionError:
    if find_program("git", outside=folder) is None:
        return QuestionError(
            "Git is not installed, and changed files are found with git.",
            "Install git, or ask without the filter for changed files.",
        )
    return QuestionError(
        f"{folder} is not in a git working tree, so changed files are unknown.",
        "Run `git status` there to see the reason, or ask without the filter for changed files.",
    )


def _changed(folder: Path) -> Iterator[str]:
    root = repository_around(folder)
    prefix = (
        run_git(folder, "rev-parse", "--show-prefix", seconds=_SECONDS) if root and is_safe_to_query(root) else None
    )
    if prefix is None:
        return
    yield from sorted(
        _uncommitted(folder, prefix.removesuffix("\n")), key=lambda path: _last_change(folder / path), reverse=True
    )
    commits = ask_git(folder, *_LOG, f"--max-count={_COMMITS}", "--", ".", seconds=_SECONDS)
    yield from (path.lstrip("\n") for path in commits.split("\0") if path)


def _uncommitted(folder: Path, prefix: str) -> list[str]:
    """Return the files that differ from the last commit, including deleted files."""
    filters = _without_filters(folder)
    if filters is None:
        return []
    states = ask_git(folder, *filters, *_STATUS, "--", ".", seconds=_SECONDS).split("\0")
    return [state[3:].removeprefix(prefix) for state in states if state]


def _without_filters(folder: Path) -> list[str] | None:
    """Return options that disable all configured filters; None if an option cannot express the name of one."""
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

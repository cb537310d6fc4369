"""Finds git's excludes for a folder, apart from the `.gitignore` files in it.

Hides the locations of a repository's and its user's exclude files, the two queries that need git (its configuration,
and the tracked files that its rules would ignore), and when a cached answer is valid. Without git, defaults apply.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from sourcewise.mining.git import is_safe_to_query, own_folder, repository_around, run_git, shared_folder
from sourcewise.mining.ignore_rules import IgnoreStack

_log = logging.getLogger(__name__)

_SECONDS = 15.0

_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class GitExcludes:
    """Git's excludes for the content of a folder.

    Attributes:
        rules: the user's, the repository's, and those of `.gitignore` files above the folder.
        tracked: files that git tracks although its rules ignore them, relative to the indexed folder.
        tracked_folders: the folders that contain them.
    """

    rules: IgnoreStack
    tracked: frozenset[str]
    tracked_folders: frozenset[str]


@dataclass(frozen=True, slots=True)
class _CachedExcludes:
    """The excludes of a folder, and the stamps of the files that git's answers depend on."""

    excludes: GitExcludes
    settings: dict[str, str]
    config: tuple[_Stamp | None, ...]
    index: _Stamp | None


class Repositories:
    """Git's excludes for an indexed folder and the repositories in it, cached between scans. Thread-safe."""

    def __init__(self) -> None:
        self._cached: dict[tuple[Path, str], _CachedExcludes] = {}
        self._git = _TimeLimitedGit()

    def excludes(self, folder: Path, inside: str = "", *, refresh: bool) -> tuple[GitExcludes, bool]:
        """Return git's excludes, and whether they are new or differ from those of the previous call.

        Args:
            folder: the indexed folder, or a repository in it.
            inside: the path of `folder` in the indexed folder, `vendor/library/`; empty for the indexed folder itself.
            refresh: ask git in any case. A `.gitignore` below may have changed, and git's answer depends on it.
        """
        folder = folder.resolve()
        if not inside:  # a scan begins
            self._git = _TimeLimitedGit()
        before = None if refresh else self._cached.get((folder, inside))
        now = _look(folder, inside, before, self._git)
        known = self._cached.get((folder, inside))
        self._cached[folder, inside] = now
        return now.excludes, known is None or known.excludes != now.excludes


class _TimeLimitedGit:
    """Runs git for one scan, within a time limit for all repositories of the scan together."""

    def __init__(self) -> None:
        self._left = _SECONDS

    def ask(self, folder: Path, *arguments: str) -> str:
        """Return the output of a git command; empty if it refuses or the time for the scan is used up."""
        if self._left <= 0:
            return ""
        started = time.monotonic()
        answer = run_git(folder, *arguments, seconds=self._left)
        took = time.monotonic() - started
        if answer is None and took >= self._left:
            _log.warning("Git did not answer within %.0f seconds in %s. Run `git status` there.", self._left, folder)
            self._left = 0.0
        return answer or ""


def _look(folder: Path, inside: str, before: _CachedExcludes | None, git: _TimeLimitedGit) -> _CachedExcludes:
    """Return git's excludes, and ask git only if the cached answer is no longer valid."""
    root = repository_around(folder)
    # Stamps are taken first, so that a change during the query is detected by the next scan.
    config = tuple(_stamp(file) for file in _config_files(root))
    index = _stamp(own_folder(root) / "index") if root else None
    asked_in = folder if root is None or is_safe_to_query(root) else None
    settings = (
        before.settings if before and before.config == config else _settings(git, asked_in or Path(folder.anchor))
    )
    rules = _rules(folder, root or folder, inside, settings)
    if before and (before.index, before.excludes.rules) == (index, rules):
        return _CachedExcludes(before.excludes, settings, config, index)
    tracked = _tracked_but_ignored(git, folder, inside) if root and asked_in else frozenset()
    parents = {parent.as_posix() for path in tracked for parent in Path(path).parents}
    return _CachedExcludes(GitExcludes(rules, tracked, frozenset(parents)), settings, config, index)


def _rules(folder: Path, root: Path, inside: str, settings: dict[str, str]) -> IgnoreStack:
    ancestors = [parent for parent in reversed(folder.parents) if parent.is_relative_to(root)]
    above = _above(root, folder)
    rules = IgnoreStack(ignore_case=settings.get("core.ignorecase") == "true")
    if users := _users_file(root, settings):
        rules = rules.with_file(users, users.as_posix(), inside=inside, above=above)
    exclude = shared_folder(root) / "info" / "exclude"
    rules = rules.with_file(exclude, _origin(exclude, folder, inside), inside=inside, above=above)
    for parent in ancestors:
        file = parent / ".gitignore"
        rules = rules.with_file(file, _origin(file, folder, inside), inside=inside, above=_above(parent, folder))
    return rules


def _above(parent: Path, folder: Path) -> str:
    return "" if parent == folder else f"{folder.relative_to(parent).as_posix()}/"


def _origin(file: Path, folder: Path, inside: str) -> str:
    """Return the path of a file relative to the indexed folder, for messages."""
    return os.path.normpath(f"{inside}{_relative(file, folder)}").replace(os.sep, "/")


def _relative(file: Path, folder: Path) -> str:
    try:
        return os.path.relpath(file, folder)
    except ValueError:  # another drive on Windows
        return str(file)


def _config_files(root: Path | None) -> list[Path]:
    """Return the usual files of git's configuration. Changes of included files are found by the next full scan."""
    files = [shared_folder(root) / "config", own_folder(root) / "config.worktree"] if root else []
    try:
        return [*files, Path.home() / ".gitconfig", _users_git_folder() / "config"]
    except RuntimeError:  # a user without a home
        return files


def _users_file(root: Path, settings: dict[str, str]) -> Path | None:
    try:
        if chosen := settings.get("core.excludesfile"):
            return root / Path(chosen).expanduser()
        return _users_git_folder() / "ignore"
    except RuntimeError:  # a user without a home
        return None


def _users_git_folder() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "git"


def _settings(git: _TimeLimitedGit, folder: Path) -> dict[str, str]:
    output = git.ask(folder, "config", "--null", "--get-regexp", r"^core\.(excludesfile|ignorecase)$")
    return {name: value for name, _, value in (entry.partition("\n") for entry in output.split("\0"))}


def _tracked_but_ignored(git: _TimeLimitedGit, folder: Path, inside: str) -> frozenset[str]:
    output = git.ask(folder, "ls-files", "-z", "--cached", "--ignored", "--exclude-standard")
    return frozenset(inside + path for path in output.split("\0") if path)


def _stamp(file: Path) -> _Stamp | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino

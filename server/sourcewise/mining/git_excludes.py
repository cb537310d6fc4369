"""What git excludes around a folder, besides the `.gitignore` files in it.

Hides where a repository begins, where it and the user keep their exclude files, and the two questions that only git can
answer: its configuration and which tracked files its rules would ignore. Without git the defaults hold. Nothing that a
repository configures is executed, and git is kept from the network.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sourcewise.mining.ignore_rules import IgnoreStack
from sourcewise.mining.regular_files import exists, is_regular_file

_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
_GIT_SECONDS = 30
# A hook or an alias that starts this program would otherwise point git at its own repository.
_REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE")


@dataclass(frozen=True, slots=True)
class GitExcludes:
    """What git says about the content of a folder.

    Attributes:
        rules: the user's, the repository's, and those of `.gitignore` files above the folder.
        tracked: files that git tracks though its rules ignore them, relative to the indexed folder.
        tracked_folders: the folders that hold them.
    """

    rules: IgnoreStack
    tracked: frozenset[str]
    tracked_folders: frozenset[str]


def is_repository(folder: Path) -> bool:
    """Tell whether a repository, worktree or submodule begins here."""
    marker = folder / ".git"
    return exists(marker / "HEAD") or is_regular_file(marker)


def git_excludes(folder: Path, inside: str = "") -> GitExcludes:
    """Ask what git excludes.

    Args:
        folder: the indexed folder, or a repository in it.
        inside: where `folder` lies in the indexed folder, `vendor/library/`; empty for the indexed folder itself.
    """
    folder = folder.resolve()
    root = next((place for place in (folder, *folder.parents) if is_repository(place)), None)
    settings = _settings(folder)
    tracked = _tracked_but_ignored(folder, inside) if root else frozenset()
    rules = _rules(folder, root or folder, inside, settings)
    parents = {parent.as_posix() for path in tracked for parent in Path(path).parents}
    return GitExcludes(rules, tracked, frozenset(parents))


def _rules(folder: Path, root: Path, inside: str, settings: dict[str, str]) -> IgnoreStack:
    way_down = [parent for parent in reversed(folder.parents) if parent.is_relative_to(root)]
    above = _above(root, folder)
    rules = IgnoreStack(ignore_case=settings.get("core.ignorecase") == "true")
    if users := _users_file(root, settings):
        rules = rules.with_file(users, users.as_posix(), inside=inside, above=above)
    exclude = _git_folder(root) / "info" / "exclude"
    rules = rules.with_file(exclude, _origin(exclude, folder, inside), inside=inside, above=above)
    for parent in way_down:
        file = parent / ".gitignore"
        rules = rules.with_file(file, _origin(file, folder, inside), inside=inside, above=_above(parent, folder))
    return rules


def _above(parent: Path, folder: Path) -> str:
    return "" if parent == folder else f"{folder.relative_to(parent).as_posix()}/"


def _origin(file: Path, folder: Path, inside: str) -> str:
    """Name a file as seen from the indexed folder."""
    return os.path.normpath(f"{inside}{_relative(file, folder)}").replace(os.sep, "/")


def _relative(file: Path, folder: Path) -> str:
    try:
        return os.path.relpath(file, folder)
    except ValueError:  # another drive on Windows
        return str(file)


def _git_folder(root: Path) -> Path:
    """Return where the repository keeps what its worktrees share."""
    git = root / ".git"
    if is_regular_file(git):
        git = root / _first_line(git).removeprefix("gitdir:").strip()
    common = _first_line(git / "commondir")
    return git / common if common else git


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").partition("\n")[0]
    except OSError:
        return ""


def _users_file(root: Path, settings: dict[str, str]) -> Path | None:
    try:
        if chosen := settings.get("core.excludesfile"):
            return root / Path(chosen).expanduser()
        home = os.environ.get("XDG_CONFIG_HOME")
        return (Path(home) if home else Path.home() / ".config") / "git" / "ignore"
    except RuntimeError:  # a user without a home
        return None


def _settings(folder: Path) -> dict[str, str]:
    output = _git(folder, "config", "--null", "--get-regexp", r"^core\.(excludesfile|ignorecase)$")
    return {name: value for name, _, value in (entry.partition("\n") for entry in output.split("\0"))}


def _tracked_but_ignored(folder: Path, inside: str) -> frozenset[str]:
    output = _git(folder, "ls-files", "-z", "--cached", "--ignored", "--exclude-standard")
    return frozenset(inside + path for path in output.split("\0") if path)


def _git(folder: Path, *arguments: str) -> str:
    """Return what a git command prints; nothing when there is no git or it refuses."""
    environment = {name: value for name, value in os.environ.items() if name not in _REPOSITORY_VARIABLES}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(
            [*_GIT, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return os.fsdecode(done.stdout) if done.returncode == 0 else ""

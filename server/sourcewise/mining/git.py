"""Runs git, and finds the roots of repositories.

Hides how git is prevented from executing anything that a repository configures, from using the network, from taking
locks, and from waiting forever. If git is missing or refuses, every query returns nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sourcewise.mining.regular_files import exists, is_regular_file, read_regular_file, reads_without_blocking
from sourcewise.processes.environment import find_program, git_variables

if sys.platform == "linux":
    import resource

if TYPE_CHECKING:
    from pathlib import Path

_SAFE_SETTINGS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_GIT_SECONDS = 30.0
# Unlike `protocol.allow`, these variables cannot be overridden by the configuration of a repository.
_CAREFUL = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}

_MOST_MEMORY = 2 * 1024**3
_LONGEST_LINE = 8_192  # twice the longest path of Linux


def ask_git(folder: Path, *arguments: str, seconds: float = _GIT_SECONDS) -> str:
    """Return the output of a git command; empty if git is missing, refuses, or exceeds the time limit."""
    return run_git(folder, *arguments, seconds=seconds) or ""


def run_git(folder: Path, *arguments: str, seconds: float = _GIT_SECONDS) -> str | None:
    """Return the output of a git command; None if git is missing, fails, or exceeds the time limit."""
    program = find_program("git", outside=folder)
    if program is None:
        return None
    try:
        output = _output_of([program, *_SAFE_SETTINGS, *arguments], folder, seconds)
    except (OSError, ValueError):  # an argument with a null character raises ValueError
        return None
    return None if output is None else os.fsdecode(output)


def _output_of(command: list[str], folder: Path, seconds: float) -> bytes | None:
    """Run a command and return its output; None if it fails, takes too long or needs too much memory."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=git_variables() | _CAREFUL,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        _limit_memory(process.pid)
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    return output if process.returncode == 0 else None


def _limit_memory(pid: int) -> None:
    """Limit the memory of git on Linux: it reads an ignore file of any size into memory."""
    if sys.platform == "linux":
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))


def is_repository(folder: Path) -> bool:
    """Return whether a folder is the root of a repository, worktree or submodule."""
    marker = folder / ".git"
    return exists(marker / "HEAD") or is_regular_file(marker)


def repository_around(folder: Path) -> Path | None:
    """Return the root of the repository that contains a folder."""
    return next((place for place in (folder, *folder.parents) if is_repository(place)), None)


def is_safe_to_query(root: Path) -> bool:
    """Return whether git can read a repository without blocking on a pipe or a device."""
    own, shared = own_folder(root), shared_folder(root)
    files = (own / "HEAD", own / "index", own / "commondir", own / "config.worktree", shared / "config")
    return all(reads_without_blocking(file) for file in (root / ".git", *files, shared / "info" / "exclude"))


def own_folder(root: Path) -> Path:
    """Return the git folder of this working tree, which has for example its index."""
    marker = root / ".git"
    return root / _first_line(marker).removeprefix("gitdir:").strip() if is_regular_file(marker) else marker


def shared_folder(root: Path) -> Path:
    """Return the git folder that all working trees of the repository share."""
    own = own_folder(root)
    common = _first_line(own / "commondir")
    return own / common if common else own


def _first_line(file: Path) -> str:
    """Return the path in a file of git; empty if there is none or it cannot be a path."""
    try:
        content, _ = read_regular_file(file, _LONGEST_LINE)
    except OSError:
        return ""
    line = os.fsdecode(content.partition(b"\n")[0])
    return "" if "\0" in line else line

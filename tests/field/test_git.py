"""Git's rules as users configure them, and repositories that git refuses to read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from git_repository import git

if TYPE_CHECKING:
    from conftest import CommandLine

_CODE = "x = 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reserves symbolic links for administrators")
def test_an_exclude_file_that_is_a_link_is_obeyed(command: CommandLine) -> None:
    (command.user / "dotfiles").mkdir()
    (command.user / "dotfiles" / "ignore").write_text("scratch_*\n")
    (command.user / ".config" / "git").mkdir(parents=True)
    (command.user / ".config" / "git" / "ignore").symlink_to("../../dotfiles/ignore")
    git(command.folder, "init", "-q")
    command.write({"scratch_a.py": _CODE})
    assert command.result("why", "scratch_a.py")["reason"] == "ignored"


def test_yes_means_true_in_the_configuration_of_git(command: CommandLine) -> None:
    git(command.folder, "init", "-q")
    git(command.folder, "config", "core.ignorecase", "yes")
    command.write({".gitignore": "OUTPUT/\n", "output/x.py": _CODE})
    assert command.result("why", "output/x.py")["reason"] == "ignored"


def test_an_empty_exclude_file_replaces_the_default_one(command: CommandLine) -> None:
    git(command.folder, "init", "-q")
    (command.user / ".config" / "git").mkdir(parents=True)
    (command.user / ".config" / "git" / "ignore").write_text("keep*\n")
    (command.user / ".gitconfig").write_text("[core]\n\texcludesFile =\n")
    command.write({"keep.py": _CODE})
    assert command.result("why", "keep.py")["indexed"]


def test_the_refusal_of_git_is_shown(command: CommandLine) -> None:
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("only root can give a folder to another user")
    git(command.folder, "init", "-q")
    command.write({".gitignore": "output/\n", "output/x.py": _CODE})
    git(command.folder, "add", "-f", ".")
    assert command.result("why", "output/x.py")["indexed"]
    for entry in (command.folder, *command.folder.rglob("*")):
        os.chown(entry, 12345, 12345, follow_symlinks=False)
    assert "git refuses" in command.result("why", "output/x.py")["detail"]

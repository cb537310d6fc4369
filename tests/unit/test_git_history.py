"""Which files git says were changed lately, asked of git itself."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from sourcewise.mining.git_history import recently_changed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _plain_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    git(place, "init", "-q")
    return place


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    subprocess.run(command, capture_output=True, check=True)


def put(folder: Path, path: str, text: str = "x = 1\n", second: int = 0) -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    if second:
        os.utime(place, (second, second))


def commit(folder: Path, *paths: str) -> None:
    for path in paths:
        put(folder, path, f"{path}\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "work")


def test_the_last_commits_come_first(folder: Path) -> None:
    commit(folder, "old.py", "often.py")
    commit(folder, "middle.py")
    put(folder, "often.py", "again\n")
    commit(folder, "new file é.py")
    assert recently_changed(folder, 10) == ["new file é.py", "often.py", "middle.py", "old.py"]
    assert recently_changed(folder, 2) == ["new file é.py", "often.py"]


def test_what_is_not_committed_comes_before_what_is(folder: Path) -> None:
    put(folder, ".gitignore", "*.log\n")
    commit(folder, "a.py", "b.py", "c.py")
    put(folder, "a.py", "edited\n", second=2_000_000_000)
    put(folder, "sub/untracked.py", second=2_000_000_002)
    put(folder, "staged.py", second=2_000_000_001)
    put(folder, "ignored.log")
    git(folder, "add", "staged.py")
    assert recently_changed(folder, 10) == [
        "sub/untracked.py",
        "staged.py",
        "a.py",
        ".gitignore",
        "b.py",
        "c.py",
    ]


def test_a_part_of_a_repository_has_its_own_files(folder: Path) -> None:
    commit(folder, "outside.py", "packages/app/a.py", "packages/app/deep/b.py")
    put(folder, "packages/app/deep/b.py", "edited\n")
    put(folder, "new.py")
    assert recently_changed(folder / "packages" / "app", 10) == ["deep/b.py", "a.py"]


def test_only_files_that_are_there_are_named(folder: Path) -> None:
    commit(folder, "deleted.py", "moved.py", "kept.py")
    (folder / "deleted.py").unlink()
    git(folder, "mv", "moved.py", "place.py")
    (folder / "link.py").symlink_to("kept.py")
    assert recently_changed(folder, 10) == ["place.py", "kept.py"]


def test_a_repository_without_commits_has_new_files(folder: Path) -> None:
    put(folder, "a.py")
    assert recently_changed(folder, 10) == ["a.py"]


def test_without_a_repository_or_without_git_nothing_is_known(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "plain/a.py")
    assert recently_changed(tmp_path / "plain", 10) == []
    assert recently_changed(tmp_path / "missing", 10) == []
    put(folder, "a.py")
    monkeypatch.setenv("PATH", "")
    assert recently_changed(folder, 10) == []


@pytest.mark.parametrize("name", ["evil", "evil=name"])
def test_what_a_repository_configures_is_not_executed(folder: Path, name: str) -> None:
    put(folder, ".gitattributes", "*.py filter=evil diff=evil\n*.txt filter=evil=name\n")
    commit(folder, "a.py", "a.txt")
    hook = folder / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {folder}/executed\ncat\n")
    hook.chmod(0o755)
    for key in (f"filter.{name}.clean", f"filter.{name}.process", "diff.evil.command", "core.fsmonitor", "gpg.program"):
        subprocess.run(["git", "-C", str(folder), "config", key, str(hook)], check=True)
    git(folder, "config", "log.showSignature", "true")
    put(folder, "a.py", "b.py\n", second=2_000_000_000)
    put(folder, "a.txt", "b.txt\n", second=2_000_000_000)
    assert set(recently_changed(folder, 10)) >= {"a.py", "a.txt"}
    assert not (folder / "executed").exists()

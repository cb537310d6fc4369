"""Recently changed files, files changed since a revision, and branches, with a real git."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from git_repository import git

from sourcewise.errors import QuestionError
from sourcewise.mining.git_history import branches, changed_since, recently_changed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("plain_git")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    git(place, "init", "-q")
    return place


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


def test_files_of_the_last_commits_are_first(folder: Path) -> None:
    commit(folder, "old.py", "often.py")
    commit(folder, "middle.py")
    put(folder, "often.py", "again\n")
    commit(folder, "new file é.py")
    assert recently_changed(folder, 10) == ["new file é.py", "often.py", "middle.py", "old.py"]
    assert recently_changed(folder, 2) == ["new file é.py", "often.py"]


def test_uncommitted_files_precede_committed_ones(folder: Path) -> None:
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


def test_deleted_files_are_not_listed(folder: Path) -> None:
    commit(folder, "deleted.py", "moved.py", "kept.py")
    (folder / "deleted.py").unlink()
    git(folder, "mv", "moved.py", "place.py")
    (folder / "link.py").symlink_to("kept.py")
    assert recently_changed(folder, 10) == ["place.py", "kept.py"]


def test_a_repository_without_commits_has_new_files(folder: Path) -> None:
    put(folder, "a.py")
    assert recently_changed(folder, 10) == ["a.py"]


def test_without_a_repository_or_without_git_no_file_is_listed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "plain/a.py")
    assert recently_changed(tmp_path / "plain", 10) == []
    assert recently_changed(tmp_path / "missing", 10) == []
    put(folder, "a.py")
    monkeypatch.setenv("PATH", "")
    assert recently_changed(folder, 10) == []


@pytest.mark.parametrize("name", ["evil", "evil=name"])
def test_programs_that_a_repository_configures_are_not_executed(folder: Path, name: str) -> None:
    trap(folder, name)
    assert set(recently_changed(folder, 10)) >= {"a.py", "a.txt"}
    assert not (folder / "executed").exists()


def trap(folder: Path, name: str) -> None:
    """Edit two files in a repository that configures programs to execute, one of them a filter of this name."""
    put(folder, ".gitattributes", "*.py filter=evil diff=evil\n*.txt filter=evil=name\n")
    commit(folder, "a.py", "a.txt")
    hook = folder / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {folder}/executed\ncat\n")
    hook.chmod(0o755)
    commands = (f"filter.{name}.clean", f"filter.{name}.process", "diff.evil.command", "diff.evil.textconv")
    for key in (*commands, "diff.external", "core.fsmonitor", "gpg.program"):
        subprocess.run(["git", "-C", str(folder), "config", key, str(hook)], check=True)
    git(folder, "config", "log.showSignature", "true")
    put(folder, "a.py", "b.py\n", second=2_000_000_000)
    put(folder, "a.txt", "b.txt\n", second=2_000_000_000)


# --- changed since ----------------------------------------------------------------------------------------


@pytest.fixture
def branched(folder: Path) -> Path:
    """Return a repository on branch `work`; its base branch `main` has a newer commit."""
    git(folder, "checkout", "-q", "-b", "main")
    put(folder, ".gitignore", "*.log\n")
    commit(folder, "same.py", "edited.py", "deleted.py", "lib/deep/edited.py")
    git(folder, "checkout", "-q", "-b", "work")
    commit(folder, "committed.py")
    git(folder, "checkout", "-q", "main")
    commit(folder, "of_main.py")
    git(folder, "checkout", "-q", "work")
    return folder


def test_files_that_differ_from_the_merge_base_have_changed(branched: Path) -> None:
    put(branched, "edited.py", "edited\n")
    put(branched, "staged é.py")
    git(branched, "add", "staged é.py")
    put(branched, "lib/untracked.py")
    put(branched, "ignored.log")
    (branched / "deleted.py").unlink()
    assert set(changed_since(branched, "main")) == {"edited.py", "committed.py", "staged é.py", "lib/untracked.py"}


def test_nothing_has_changed_since_the_current_branch(branched: Path) -> None:
    assert changed_since(branched, "work") == []
    assert changed_since(branched, "HEAD") == []


def test_a_revision_may_be_a_tag_or_a_commit(branched: Path) -> None:
    git(branched, "tag", "-a", "v1", "-m", "first", "main")
    commit_of_main = git(branched, "rev-parse", "main").strip()
    assert changed_since(branched, "v1") == changed_since(branched, commit_of_main) == ["committed.py"]


def test_a_part_of_a_repository_has_its_own_changes(branched: Path) -> None:
    put(branched, "edited.py", "edited\n")
    put(branched, "lib/deep/edited.py", "edited\n")
    put(branched, "lib/deep/new.py")
    assert set(changed_since(branched / "lib" / "deep", "main")) == {"edited.py", "new.py"}


def test_an_untracked_nested_repository_is_one_path(branched: Path) -> None:
    put(branched, "vendor/a.py")
    git(branched / "vendor", "init", "-q")
    commit(branched / "vendor", "a.py")
    assert set(changed_since(branched, "main")) == {"committed.py", "vendor/"}


@pytest.mark.parametrize("revision", ["missing", "--all", "-p", "", "^main", "main..work", "a\0b", "same.py"])
def test_an_unknown_revision_is_an_error_that_lists_branches(branched: Path, revision: str) -> None:
    with pytest.raises(QuestionError, match="no branch, tag or commit") as caught:
        changed_since(branched, revision)
    assert "work" in caught.value.hint
    assert "main" in caught.value.hint


def test_unrelated_histories_are_an_error(branched: Path) -> None:
    git(branched, "checkout", "-q", "--orphan", "other")
    git(branched, "commit", "-q", "-m", "restart")
    with pytest.raises(QuestionError, match="shares no history with main") as caught:
        changed_since(branched, "main")
    assert caught.value.hint


def test_without_a_repository_or_without_git_a_question_is_an_error(
    branched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "plain/a.py")
    with pytest.raises(QuestionError, match="not in a git working tree"):
        changed_since(tmp_path / "plain", "main")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(QuestionError, match="Git is not installed"):
        changed_since(branched, "main")


def test_a_repository_without_commits_has_no_branch(folder: Path) -> None:
    with pytest.raises(QuestionError, match="no branch, tag or commit named main") as caught:
        changed_since(folder, "main")
    assert "Make a commit first" in caught.value.hint


def test_comparing_executes_no_configured_program(folder: Path) -> None:
    trap(folder, "evil")
    assert set(changed_since(folder, "HEAD")) >= {"a.py", "a.txt"}
    assert not (folder / "executed").exists()


def test_a_filter_that_cannot_be_disabled_is_an_error(folder: Path) -> None:
    trap(folder, "evil=name")
    with pytest.raises(QuestionError, match="without running a filter"):
        changed_since(folder, "HEAD")
    assert not (folder / "executed").exists()


def test_comparing_takes_no_lock(branched: Path) -> None:
    put(branched, "same.py", "same.py\n", second=2_000_000_000)  # git would update the index for it
    index = (branched / ".git" / "index").read_bytes()
    (branched / ".git" / "index.lock").touch()
    assert changed_since(branched, "main") == ["committed.py"]
    assert (branched / ".git" / "index").read_bytes() == index


def test_branches_are_ordered_by_latest_commit(branched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for branch, second in (("main", 2_000_000_000), ("older", 1_000_000_000)):
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"{second} +0000")
        git(branched, "checkout", "-q", "-B", branch)
        commit(branched, f"of_{branch}.txt")
    git(branched, "update-ref", "refs/remotes/origin/old", "older")
    git(branched, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/old")
    assert branches(branched, 2) == ["main", "work"]
    assert set(branches(branched, 10)[2:]) == {"older", "origin/old"}
    assert branches(branched.parent, 10) == []

"""The files of a folder that are found, on real file systems and compared with git."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pygls
import pytest
import rich
from git_repository import git

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason, SourceFile
from sourcewise.errors import FolderError
from sourcewise.mining.miner import CodeMiner
from sourcewise.mining.reasons import why_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("plain_git")

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    return place


def put(folder: Path, path: str, text: str | bytes = "x = 1\n") -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode() if isinstance(text, str) else text)
    return place


def kept(folder: Path) -> list[str]:
    return [found.path for found in CodeMiner().mine_all(folder) if isinstance(found, SourceFile)]


def skipped(folder: Path, **options: int) -> dict[str, tuple[SkipReason, str]]:
    found = CodeMiner(**options).mine_all(folder)
    return {skip.path: (skip.reason, skip.detail) for skip in found if isinstance(skip, SkippedFile)}


# --- git --------------------------------------------------------------------------------------------------

RICH_IGNORES = """\
*.py[cod]
*.so
/_termui_impl.py
!important.pyc
docs/_build/
**/generated/**
_win*.py
!_windows.py
*~
[._]*.sw?
/*.md
build/
"""


@pytest.mark.parametrize("package", [click, rich, pygls])
def test_agrees_with_git_on_real_trees(folder: Path, package: object) -> None:
    source = Path(str(getattr(package, "__file__", None))).parent
    repository = folder / "repository"
    shutil.copytree(source, repository)
    put(repository, ".gitignore", RICH_IGNORES)
    for path in (
        "README.md",
        "docs/a.md",
        "docs/_build/a.html",
        "build/lib/a.py",
        "a/generated/b/c.py",
        "a/build/kept.py",
    ):
        put(repository, path)
    put(repository, "a/.gitignore", "!build/\nsecond*\n!*/second.py\n/deep\n")
    for path in ("a/second.py", "a/b/second.py", "a/deep/x.py", "a/b/deep/x.py", "a/x.swp", "a/.x.swp", "é/ü ö.py"):
        put(repository, path)
    git(repository, "init", "-q")
    put(repository, ".git/info/exclude", "excluded.py\n")
    put(repository, "excluded.py")
    git(repository, "add", "-f", "build/lib/a.py", "README.md", "a/deep")
    put(repository, "build/lib/untracked.py")
    put(repository, "a/deep/y.py")
    theirs = set(git(repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")) - {""}
    found = list(CodeMiner().scan(repository))
    ours = {f.path for f in found if not (isinstance(f, SkippedFile) and f.reason is SkipReason.IGNORED)}
    built_in = {f.path for f in found if isinstance(f, SkippedFile) and f.detail == "built-in"}
    assert ours == theirs
    assert built_in >= {".git/"}
    assert {"build/lib/a.py", "README.md", "a/deep/x.py"} <= ours
    assert not {"build/lib/untracked.py", "a/deep/y.py", "excluded.py"} & ours


def test_rules_of_the_repository_around_the_folder_apply(folder: Path) -> None:
    git(folder, "init", "-q")
    put(folder, ".gitignore", "*.log\n/packages/app/out/\napp/\n")
    put(folder, "packages/.gitignore", "/app/local.py\n")
    put(folder, ".git/info/exclude", "private.py\n")
    app = folder / "packages/app"
    for path in ("a.py", "a.log", "out/a.py", "local.py", "sub/private.py"):
        put(app, path)
    assert kept(app) == ["a.py"]
    assert skipped(app) == {
        "a.log": (SkipReason.IGNORED, "*.log (../../.gitignore:1)"),
        "local.py": (SkipReason.IGNORED, "/app/local.py (../.gitignore:1)"),
        "out/": (SkipReason.IGNORED, "/packages/app/out/ (../../.gitignore:2)"),
        "sub/private.py": (SkipReason.IGNORED, "private.py (../../.git/info/exclude:1)"),
    }


def test_the_exclude_file_of_the_user_applies(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    put(folder, "a.orig")
    put(folder, "a.rej")
    default = put(tmp_path, "home/.config/git/ignore", "*.orig\n")
    assert skipped(folder)["a.orig"] == (SkipReason.IGNORED, f"*.orig ({default}:1)")
    put(tmp_path, "home/mine", "*.rej\n")
    put(tmp_path, "home/.gitconfig", "[core]\n\texcludesFile = ~/mine\n")
    assert kept(folder) == ["a.orig"]


def test_a_worktree_uses_the_exclude_file_of_its_repository(folder: Path) -> None:
    main = folder / "main"
    put(main, "a.py")
    git(main, "init", "-q")
    git(main, "add", ".")
    git(main, "commit", "-q", "-m", "first")
    git(main, "worktree", "add", "-q", str(folder / "tree"))
    put(main, ".git/info/exclude", "b.py\n")
    put(folder / "tree", "b.py")
    assert kept(folder / "tree") == ["a.py"]


def test_in_a_nested_repository_only_its_own_rules_apply(folder: Path) -> None:
    git(folder, "init", "-q")
    put(folder, ".gitignore", "*.txt\n")
    put(folder, "vendor/library/a.txt")
    put(folder, "vendor/library/b.c")
    put(folder, "vendor/a.txt")
    git(folder / "vendor/library", "init", "-q")
    put(folder, "vendor/library/.git/info/exclude", "*.c\n")
    assert kept(folder) == [".gitignore", "vendor/library/a.txt"]
    assert skipped(folder)["vendor/library/b.c"] == (SkipReason.IGNORED, "*.c (vendor/library/.git/info/exclude:1)")


def test_ignore_files_apply_without_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, ".gitignore", "*.log\n")
    put(folder, "a.log")
    monkeypatch.setenv("PATH", "")
    assert kept(folder) == [".gitignore"]


def test_programs_that_a_repository_configures_are_not_executed(folder: Path) -> None:
    git(folder, "init", "-q")
    put(folder, "a.py")
    hook = put(folder, "hook.sh", f"#!/bin/sh\ntouch {folder}/executed\n")
    hook.chmod(0o755)
    git(folder, "config", "core.fsmonitor", str(hook))
    assert "a.py" in kept(folder)
    assert not (folder / "executed").exists()


@needs_posix
def test_git_is_queried_again_only_if_its_answer_may_have_changed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "init", "-q")
    put(folder, ".gitignore", "*.log\n")
    put(folder, "src/a.py")
    asked = tmp_path / "asked"
    wrapper = put(tmp_path, "bin/git", f'#!/bin/sh\necho >> {asked}\nexec {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    miner = CodeMiner()

    def questions(*within: str) -> int:
        asked.write_text("")
        list(miner.scan(folder, within))
        return len(asked.read_text())

    assert questions("src/a.py") == 2
    assert questions("src/a.py") == questions("src/gone.py") == questions("node_modules/x") == 0
    put(folder, "src/.gitignore", "a.py\n")
    assert questions("src/.gitignore") == 2
    git(folder, "add", "src")
    assert questions("src/a.py") == 1
    assert questions("src/a.py") == 0


# --- sourcewiseignore and built-in rules -------------------------------------------------------------------


def test_sourcewiseignore_adds_rules_and_includes_files_again(folder: Path) -> None:
    put(folder, ".gitignore", "*.log\nout/\n")
    put(folder, ".sourcewiseignore", "!keep.log\n!out/a.py\nfixtures/\n")
    for path in ("keep.log", "other.log", "out/a.py", "fixtures/a.py"):
        put(folder, path)
    assert kept(folder) == [".gitignore", "keep.log"]
    assert skipped(folder)["fixtures/"] == (SkipReason.IGNORED, "fixtures/ (.sourcewiseignore:3)")


def test_sourcewiseignore_excludes_tracked_files(folder: Path) -> None:
    put(folder, ".sourcewiseignore", "a.py\n")
    put(folder, ".gitignore", "a.py\n")
    put(folder, "a.py")
    git(folder, "init", "-q")
    git(folder, "add", "-f", "a.py")
    assert "a.py" not in kept(folder)


@pytest.mark.parametrize("name", ["node_modules", "__pycache__", ".hg", ".svn", ".tox", ".mypy_cache", ".ruff_cache"])
def test_some_folders_are_never_entered(folder: Path, name: str) -> None:
    put(folder, f"sub/{name}/a.py")
    assert skipped(folder) == {f"sub/{name}/": (SkipReason.IGNORED, "built-in")}


def test_a_virtual_environment_is_recognized_by_pyvenv_cfg(folder: Path) -> None:
    put(folder, ".venv/pyvenv.cfg", "home = /usr/bin\n")
    put(folder, "venv/a.py")
    put(folder, ".vscode/settings.json", "{}\n")
    assert kept(folder) == [".vscode/settings.json", "venv/a.py"]
    assert skipped(folder) == {".venv/": (SkipReason.IGNORED, "built-in")}


def test_every_reason_is_recorded(folder: Path) -> None:
    put(folder, "empty.py", "")
    put(folder, "nul.py", b"a\0b")
    put(folder, "logo.png", b"\x89PNG")
    put(folder, "large.txt", "a line\n" * 1000)
    put(folder, "lib.min.js")
    put(folder, "one_line.js", "a;" * 1500)
    put(folder, "model.py", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 123\n")
    put(folder, "api.go", "// Code generated by x. DO NOT EDIT.\n")
    put(folder, ".env", "A=1\n")
    put(folder, "ok.py")
    assert skipped(folder, max_file_bytes=5000) == {
        ".env": (SkipReason.SECRET, "its name is like .env"),
        "api.go": (SkipReason.GENERATED, "it says so in line 1"),
        "empty.py": (SkipReason.EMPTY, ""),
        "large.txt": (SkipReason.TOO_LARGE, "the limit is 5,000 bytes"),
        "lib.min.js": (SkipReason.MINIFIED, "its name says so"),
        "logo.png": (SkipReason.BINARY, "*.png"),
        "nul.py": (SkipReason.BINARY, "its bytes are not text"),
        "model.py": (SkipReason.PLACEHOLDER, "a Git LFS pointer; run `git lfs pull` to download the content"),
        "one_line.js": (SkipReason.MINIFIED, "100% of it is in dense long lines"),
    }


def test_a_file_with_a_secret_is_skipped_and_the_secret_is_not_shown(folder: Path) -> None:
    token = "ghp" + "_" + hashlib.sha256(b"token").hexdigest()[:36]
    put(folder, "a.py", f"\n\nTOKEN = '{token}'\n")
    assert skipped(folder) == {"a.py": (SkipReason.SECRET, "GitHub token in line 3")}


# --- reading ----------------------------------------------------------------------------------------------


def test_a_file_is_read_with_its_digest_and_encoding(folder: Path) -> None:
    data = b"\xff\xfe" + "x = 'ä'\r\n".encode("utf-16-le")
    put(folder, "a.py", data)
    (found,) = CodeMiner().mine_all(folder)
    assert isinstance(found, SourceFile)
    assert (found.text, found.language, found.encoding) == ("x = 'ä'\r\n", "python", "utf-16-le")
    assert found.digest == hashlib.blake2b(data, digest_size=16).hexdigest()
    assert found.stamp == FileStamp("a.py", len(data), (folder / "a.py").stat().st_mtime_ns)


def test_files_are_in_the_order_of_their_names(folder: Path) -> None:
    for path in ("b/z.py", "b/a.py", "a.py", "c.py", "B.py"):
        put(folder, path)
    assert kept(folder) == ["B.py", "a.py", "b/a.py", "b/z.py", "c.py"]


def scanned(folder: Path, path: str) -> FileStamp:
    return next(f for f in CodeMiner().scan(folder) if isinstance(f, FileStamp) and f.path == path)


def test_a_file_that_vanishes_or_becomes_a_folder_after_the_scan_is_reported(folder: Path) -> None:
    place = put(folder, "a.py")
    stamp = scanned(folder, "a.py")
    place.unlink()
    gone = CodeMiner().read(folder, stamp)
    place.mkdir()
    turned = CodeMiner().read(folder, stamp)
    assert [gone.reason, turned.reason] == [SkipReason.VANISHED, SkipReason.VANISHED]  # type: ignore[union-attr]


def test_a_file_that_changed_after_the_scan_gets_a_new_stamp(folder: Path) -> None:
    put(folder, "a.py", "old\n")
    stamp = scanned(folder, "a.py")
    put(folder, "a.py", "longer\n")
    found = CodeMiner().read(folder, stamp)
    assert isinstance(found, SourceFile)
    assert (found.text, found.stamp.size) == ("longer\n", 7)


def test_a_file_that_grew_beyond_the_limit_is_not_read_to_its_end(folder: Path) -> None:
    place = put(folder, "a.py")
    stamp = scanned(folder, "a.py")
    os.truncate(place, 10**13)
    found = CodeMiner(max_file_bytes=1000).read(folder, stamp)
    assert isinstance(found, SkippedFile)
    assert (found.reason, found.stamp.size) == (SkipReason.TOO_LARGE, 10**13)
    assert why_sentence("a.py", found).endswith("too large: 10,000,000,000,000 bytes, the limit is 1,000 bytes.")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file whose reading fails")
def test_a_read_error_is_reported() -> None:
    found = CodeMiner().read(Path("/proc/self"), FileStamp("mem", 1, 1))
    assert isinstance(found, SkippedFile)
    assert (found.reason, found.detail) == (SkipReason.UNREADABLE, "Input/output error")


# --- odd file systems -------------------------------------------------------------------------------------


@needs_posix
def test_links_are_reported_and_not_followed(folder: Path) -> None:
    put(folder, "real/a.py")
    (folder / "real/loop").symlink_to(folder)
    (folder / "file.py").symlink_to(folder / "real/a.py")
    (folder / "broken.py").symlink_to("nowhere")
    assert kept(folder) == ["real/a.py"]
    assert {reason for reason, _ in skipped(folder).values()} == {SkipReason.SYMLINK}


@needs_posix
def test_a_folder_that_became_a_link_after_the_scan_is_not_followed(folder: Path, tmp_path: Path) -> None:
    place = put(folder, "sub/a.py")
    stamp = scanned(folder, "sub/a.py")
    place.parent.rename(tmp_path / "elsewhere")
    (folder / "sub").symlink_to(tmp_path / "elsewhere")
    found = CodeMiner().read(folder, stamp)
    assert isinstance(found, SkippedFile)
    assert (found.reason, found.detail) == (SkipReason.SYMLINK, "links are not followed")


@needs_posix
def test_an_ignore_file_that_is_a_link_or_a_pipe_is_not_followed(folder: Path, tmp_path: Path) -> None:
    put(tmp_path, "rules", "*.py\n")
    (folder / ".gitignore").symlink_to(tmp_path / "rules")
    os.mkfifo(folder / ".sourcewiseignore")
    put(folder, "a.py")
    assert kept(folder) == ["a.py"]


@needs_posix
def test_pipes_and_sockets_are_never_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "pipe.py")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        assert skipped(folder) == {
            "pipe.py": (SkipReason.SPECIAL, "a pipe"),
            "socket.py": (SkipReason.SPECIAL, "a socket"),
        }
    found = CodeMiner().read(folder, FileStamp("pipe.py", 5, 1))
    assert isinstance(found, SkippedFile)
    assert found.reason is SkipReason.SPECIAL


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf_8_are_reported_with_escapes(folder: Path) -> None:
    for name in (b"caf\xe9.py", b"na\xefve/a.py", b"\xe9.log"):
        place = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        place.parent.mkdir(exist_ok=True)
        place.write_text("x = 1\n")
    put(folder, ".gitignore", b"\xe9.*\n")
    assert skipped(folder) == {
        "caf\\xe9.py": (SkipReason.UNREADABLE, "its name is not valid UTF-8"),
        "na\\xefve/": (SkipReason.UNREADABLE, "its name is not valid UTF-8"),
        "\\xe9.log": (SkipReason.IGNORED, "\\xe9.* (.gitignore:1)"),
    }


@contextmanager
def without_privileges() -> Iterator[None]:
    """Run as a user to whom permissions apply."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@needs_posix
def test_entries_without_read_permission_are_reported(folder: Path) -> None:
    for place in (folder, *folder.parents[:4]):
        place.chmod(0o755)
    put(folder, "closed/a.py")
    put(folder, "a.py").chmod(0o000)
    put(folder, "b.py")
    (folder / "closed").chmod(0o000)
    with without_privileges():
        assert kept(folder) == ["b.py"]
        assert skipped(folder) == {
            "a.py": (SkipReason.UNREADABLE, "Permission denied"),
            "closed/": (SkipReason.UNREADABLE, "Permission denied"),
        }
    (folder / "closed").chmod(0o755)


def test_a_missing_folder_is_an_error(folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(FolderError, match="cannot be listed"):
        list(CodeMiner().scan(folder))


@needs_posix
def test_a_very_deep_tree_is_walked_as_deep_as_the_system_allows(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("deeper", dir_fd=here)
        inner = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    ((path, (reason, _)),) = skipped(folder).items()
    assert path.endswith(("deeper", "deeper/"))
    assert reason is SkipReason.UNREADABLE
    subprocess.run(["rm", "-rf", str(folder)], check=True)


# --- explaining -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "reason", "detail"),
    [
        ("src/deep/a.log", SkipReason.IGNORED, "*.log (src/.gitignore:2)"),
        ("build/x/y.py", SkipReason.IGNORED, "build/ (.gitignore:1)"),
        ("build", SkipReason.IGNORED, "build/ (.gitignore:1)"),
        ("build/", SkipReason.IGNORED, "build/ (.gitignore:1)"),
        ("node_modules/a/b.js", SkipReason.IGNORED, "built-in rule for node_modules/"),
        ("node_modules", SkipReason.IGNORED, "built-in"),
        ("nul.py", SkipReason.BINARY, "its bytes are not text"),
        ("empty.py", SkipReason.EMPTY, ""),
        ("missing.py", SkipReason.VANISHED, "No such file or directory"),
        ("a.py/b.py", SkipReason.VANISHED, "its parent is a file"),
        ("../a.py", SkipReason.IGNORED, "outside the folder"),
        ("/etc/passwd", SkipReason.IGNORED, "outside the folder"),
        ("src/../../a.py", SkipReason.IGNORED, "outside the folder"),
        ("a\0b", SkipReason.IGNORED, "outside the folder"),
        ("half/\ud800.py", SkipReason.IGNORED, "outside the folder"),
    ],
)
def test_explain_names_the_rule_of_a_skipped_entry(folder: Path, path: str, reason: SkipReason, detail: str) -> None:
    put(folder, ".gitignore", "build/\n")
    put(folder, "src/.gitignore", "# logs\n*.log\n")
    for name in ("src/deep/a.log", "build/x/y.py", "node_modules/a/b.js", "a.py"):
        put(folder, name)
    put(folder, "nul.py", b"a\0b")
    put(folder, "empty.py", "")
    found = CodeMiner().explain(folder, path)
    assert found is not None
    assert (found.reason, found.detail) == (reason, detail)
    assert found.path == path.rstrip("/").encode("utf-8", "backslashreplace").decode()


def test_explain_returns_nothing_for_an_indexed_entry(folder: Path) -> None:
    put(folder, "src/a.py")
    assert CodeMiner().explain(folder, "src/a.py") is None
    assert CodeMiner().explain(folder, str(folder / "src" / "a.py")) is None
    assert CodeMiner().explain(folder, "src") is None
    assert CodeMiner().explain(folder, "src/../src//a.py") is None
    assert CodeMiner().explain(folder, "") is None


def test_explain_agrees_with_the_scan(folder: Path) -> None:
    put(folder, ".gitignore", "*.log\nout/\n!keep.log\n")
    put(folder, "sub/.gitignore", "keep.log\n")
    for path in ("a.py", "a.log", "keep.log", "sub/keep.log", "out/a.py", "sub/out/b.py", "sub/.env", "sub/x.png"):
        put(folder, path)
    for found in CodeMiner().mine_all(folder):
        explained = CodeMiner().explain(folder, found.path)
        assert (explained is None) == isinstance(found, SourceFile)
        if isinstance(found, SkippedFile):
            assert explained is not None
            assert (explained.reason, explained.detail) == (found.reason, found.detail)


# --- speed ------------------------------------------------------------------------------------------------


def test_ten_thousand_files_are_scanned_in_under_a_second(folder: Path) -> None:
    names = [f"module_{number}.{suffix}" for number in range(5) for suffix in ("py", "ts", "log", "pyc")]
    for number in range(500):
        place = folder / f"package_{number % 25}" / f"part_{number}"
        place.mkdir(parents=True)
        for name in names:
            (place / name).write_text("x\n")
    rules = [f"*.{suffix}" for suffix in ("pyc", "o", "so", "tmp", "bak", "swp", "class")]
    rules += [f"/cache_{number}/" for number in range(20)] + [f"**/generated_{number}/*.py" for number in range(10)]
    rules += [f"local_{number}" for number in range(20)] + ["!keep.pyc", "*.egg-info/", "docs/_build/"]
    put(folder, ".gitignore", "\n".join(rules))
    seconds = []
    for _ in range(3):
        started = time.process_time()
        found = list(CodeMiner().scan(folder))
        seconds.append(time.process_time() - started)
        assert len(found) == 10_001
    assert min(seconds) < 0.8


# --- rules with `!` override heuristics -------------------------------------------------------------------

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0f' * 32}\nsize 90405214\n"
OVERRIDDEN = {
    "api.go": "// Code generated by x. DO NOT EDIT.\npackage api\n",
    "yarn.lock": "left-pad@1:\n",
    "lib.min.js": "x = 1\n",
    "one_line.js": "a;" * 1500,
    "notes.bin": "text in spite of its name\n",
    "large.txt": "a line\n" * 1000,
    "model.py": POINTER,
}


def included(folder: Path, limit: int = 5_000) -> dict[str, str]:
    """Return the notes on all files that are indexed."""
    found = CodeMiner(max_file_bytes=limit).mine_all(folder)
    return {file.path: file.note for file in found if isinstance(file, SourceFile)}


@pytest.mark.parametrize("name", OVERRIDDEN)
def test_a_rule_includes_a_file_that_a_heuristic_would_skip(folder: Path, name: str) -> None:
    put(folder, f"src/{name}", OVERRIDDEN[name])
    assert included(folder) == {}
    why = CodeMiner(max_file_bytes=5_000).explain(folder, f"src/{name}")
    assert why is not None
    is_pointer = why.reason is SkipReason.PLACEHOLDER  # to include the pointer itself is rarely useful
    assert (f"add `!/src/{name}` to" in why_sentence(f"src/{name}", why)) is not is_pointer
    put(folder, "src/.sourcewiseignore", f"# mine\n!{name}\n")
    (note,) = included(folder).values()
    assert note.startswith(f"The rule !{name} (src/.sourcewiseignore:2) includes it although it is ")
    assert CodeMiner(max_file_bytes=5_000).explain(folder, f"src/{name}") is None
    assert CodeMiner(max_file_bytes=5_000).note(folder, f"src/{name}") == note


def test_a_later_rule_skips_the_file_again(folder: Path) -> None:
    put(folder, "api.go", OVERRIDDEN["api.go"])
    put(folder, ".sourcewiseignore", "!*.go\napi.go\n")
    assert skipped(folder)["api.go"] == (SkipReason.IGNORED, "api.go (.sourcewiseignore:2)")


def test_no_rule_includes_a_secret_or_bytes_that_are_no_text(folder: Path) -> None:
    token = "ghp" + "_" + hashlib.sha256(b"token").hexdigest()[:36]
    put(folder, ".sourcewiseignore", "!*\n")
    put(folder, ".env", "A=1\n")
    put(folder, "a.py", f"# This file is generated by x\nTOKEN = '{token}'\n")
    put(folder, "nul.py", b"a\0b")
    put(folder, "empty.py", "")
    put(folder, "a.ipynb", '{"cells": [{"cell_type": "code", "outputs": ["' + token + '"], "source": ["x"]}]}')
    assert included(folder) == {}
    assert {path: reason for path, (reason, _) in skipped(folder).items()} == {
        ".env": SkipReason.SECRET,
        ".sourcewiseignore": SkipReason.IGNORED,
        "a.ipynb": SkipReason.SECRET,
        "a.py": SkipReason.SECRET,
        "empty.py": SkipReason.EMPTY,
        "nul.py": SkipReason.BINARY,
    }
    assert "add `" not in why_sentence("nul.py", CodeMiner().explain(folder, "nul.py"))


def test_a_rule_includes_files_up_to_a_hard_limit(folder: Path) -> None:
    put(folder, ".sourcewiseignore", "!large.txt\n")
    os.truncate(put(folder, "large.txt"), 20_000_001)
    why = CodeMiner().explain(folder, "large.txt")
    assert why is not None
    assert (why.reason, why.detail) == (SkipReason.TOO_LARGE, "the limit is 20,000,000 bytes")
    assert "add `" not in why_sentence("large.txt", why)


@pytest.mark.parametrize("name", ["node_modules", "__pycache__", ".tox", "venv"])
def test_a_rule_includes_a_built_in_folder(folder: Path, name: str) -> None:
    put(folder, f"fixtures/{name}/left/index.js")
    put(folder, "fixtures/venv/pyvenv.cfg", "home = /usr/bin\n")
    why = CodeMiner().explain(folder, f"fixtures/{name}/left/index.js")
    assert why is not None
    sentence = why_sentence(f"fixtures/{name}/left/index.js", why)
    assert f"add `!/fixtures/{name}/` to .sourcewiseignore" in sentence
    put(folder, ".sourcewiseignore", f"!/fixtures/{name}/\n")
    assert f"fixtures/{name}/left/index.js" in kept(folder)


@pytest.mark.parametrize("name", ["[a] *.min.js", "b\\?.min.js", "c.min.js "])
def test_the_suggested_rule_includes_exactly_this_file(folder: Path, name: str) -> None:
    put(folder, name, "// This file is generated.\n")
    why = CodeMiner().explain(folder, name)
    assert why is not None
    put(folder, ".sourcewiseignore", why_sentence(name, why).partition("add `")[2].partition("` to")[0])
    assert kept(folder) == [name]


def test_no_rule_includes_the_git_folder(folder: Path) -> None:
    put(folder, ".git/config", "[core]\n")
    put(folder, ".sourcewiseignore", "!.git/\n!*\n")
    assert skipped(folder)[".git/"] == (SkipReason.IGNORED, "built-in")


def test_a_rule_includes_all_rows_of_data(folder: Path) -> None:
    table = "x,y\n" + "1,2\n" * 300
    put(folder, "points.csv", table)
    (found,) = CodeMiner().mine_all(folder)
    assert isinstance(found, SourceFile)
    assert found.text.count("1,2") == 3
    assert found.note == "Lines 5 to 301 are rows of data and left out."
    put(folder, ".sourcewiseignore", "!*.csv\n")
    whole = CodeMiner().read(folder, found.stamp)
    assert isinstance(whole, SourceFile)
    assert whole.text == table
    assert whole.note == "The rule !*.csv (.sourcewiseignore:1) includes its long lines and rows of data."
    assert whole.digest != found.digest


def test_a_notebook_is_measured_without_its_outputs(folder: Path) -> None:
    image = '"' + "iVBORw0KGgo" * 1000 + '"'
    put(folder, "a.ipynb", '{"cells": [{"cell_type": "code", "outputs": [' + image + '], "source": ["x = 1"]}]}')
    put(folder, "b.ipynb", '{"cells": [{"cell_type": "code", "outputs": [], "source": ["' + "x = 1;" * 1000 + '"]}]}')
    (found,) = [file for file in CodeMiner(5_000).mine_all(folder) if isinstance(file, SourceFile)]
    assert (found.path, found.language, found.text) == ("a.ipynb", "python", "# %%\nx = 1\n")
    assert skipped(folder, max_file_bytes=5_000) == {"b.ipynb": (SkipReason.TOO_LARGE, "the limit is 5,000 bytes")}


# --- the configuration of git -----------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["true", "yes", "On", "1", "0x2", "1k", None])
def test_case_is_ignored_if_git_reads_the_value_as_true(folder: Path, value: str | None) -> None:
    git(folder, "init", "-q")
    line = "ignorecase" if value is None else f"ignorecase = {value}"
    config = folder / ".git/config"
    config.write_text(config.read_text() + f"[core]\n\t{line}\n")
    put(folder, ".gitignore", "BUILD/\n")
    put(folder, "build/a.py")
    assert git(folder, "check-ignore", "build/a.py")
    assert kept(folder) == [".gitignore"]


@pytest.mark.parametrize("value", ["false", "no", "OFF", "0", ""])
def test_case_matters_if_git_reads_the_value_as_false(folder: Path, value: str) -> None:
    git(folder, "init", "-q")
    git(folder, "config", "core.ignorecase", value)
    put(folder, ".gitignore", "BUILD/\n")
    put(folder, "build/a.py")
    assert kept(folder) == [".gitignore", "build/a.py"]


def test_an_empty_exclude_file_disables_the_default_one(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    put(tmp_path, "home/.config/git/ignore", "a*\n")
    put(folder, "a.py")
    assert kept(folder) == []
    put(tmp_path, "home/.gitconfig", "[core]\n\texcludesFile =\n")
    assert kept(folder) == ["a.py"]


@needs_posix
def test_the_exclude_file_of_the_user_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    git(folder, "init", "-q")
    put(folder, "a.orig")
    put(tmp_path, "home/dotfiles/ignore", "*.orig\n")
    default = put(tmp_path, "home/.config/git/ignore")
    default.unlink()
    default.symlink_to("link")
    (default.parent / "link").symlink_to("../../dotfiles/ignore")
    assert kept(folder) == []


@needs_posix
@pytest.mark.parametrize("target", ["missing", "pipe", "ignore", "/dev/zero", "."])
def test_an_exclude_file_that_links_to_no_file_counts_as_empty(folder: Path, tmp_path: Path, target: str) -> None:
    git(folder, "init", "-q")
    put(folder, "a.orig")
    default = put(tmp_path, "home/.config/git/ignore")
    os.mkfifo(default.parent / "pipe")
    default.unlink()
    default.symlink_to(target)
    assert kept(folder) == ["a.orig"]


@needs_posix
def test_a_refusal_of_git_is_reported_with_each_file_that_git_ignores(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    git(folder, "init", "-q")
    put(folder, ".gitignore", "build/\n*.log\n")
    put(folder, "build/a.py")
    put(folder, "a.log")
    refusing = put(
        tmp_path,
        "bin/git",
        "#!/bin/sh\ncase $* in *ls-files*) printf 'fatal: detected dubious ownership\\nmore' >&2; exit 128;; esac\n",
    )
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{refusing.parent}:{os.environ['PATH']}")
    refusal = "; git refuses to list tracked files (see `git status`): detected dubious ownership"
    assert skipped(folder)["build/"] == (SkipReason.IGNORED, f"build/ (.gitignore:1){refusal}")
    assert skipped(folder)["a.log"] == (SkipReason.IGNORED, f"*.log (.gitignore:2){refusal}")
    assert "detected dubious ownership" in caplog.text


def test_a_broken_configuration_is_a_refusal_that_a_later_scan_forgets(folder: Path) -> None:
    git(folder, "init", "-q")
    put(folder, ".gitignore", "*.log\n")
    put(folder, "a.log")
    git(folder, "add", "-f", "a.log")
    config = folder / ".git/config"
    before = config.read_text()
    config.write_text("[core\n")
    miner = CodeMiner()
    (detail,) = [found.detail for found in miner.scan(folder) if found.path == "a.log"]  # type: ignore[union-attr]
    assert "git refuses to list tracked files (see `git status`): bad config line" in detail
    config.write_text(before)
    assert any(isinstance(found, FileStamp) and found.path == "a.log" for found in miner.scan(folder, ["a.log"]))

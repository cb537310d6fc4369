"""No unusual file prevents mining: pipes and huge files in the git folder, and times outside the database's range."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.mining import git_excludes
from sourcewise.mining.git import is_safe_to_query, own_folder, run_git, shared_folder
from sourcewise.mining.git_history import recently_changed
from sourcewise.mining.miner import CodeMiner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    pytest.mark.usefixtures("plain_git"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system"),
]

_SPARSE = 20 * 2**30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    (place / "vendor").mkdir(parents=True)
    (place / "vendor" / "a.py").write_text("x = 1\n")
    return place


def kept(folder: Path) -> list[str]:
    """Mine a folder in a thread, because it may block."""
    found: list[str] = []
    miner = threading.Thread(
        target=lambda: found.extend(f.path for f in CodeMiner().mine_all(folder) if isinstance(f, SourceFile)),
        daemon=True,
    )
    miner.start()
    miner.join(10)
    assert not miner.is_alive(), "mining blocks"
    return found


def _pipe(place: Path) -> None:
    os.mkfifo(place)


def _giant(place: Path) -> None:
    place.touch()
    os.truncate(place, _SPARSE)


def _device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def _null(place: Path) -> None:
    place.write_bytes(b"a\0b")


def _directory(place: Path) -> None:
    place.mkdir()


def _socket(place: Path) -> None:
    here = os.getcwd()
    os.chdir(place.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(place.name)
    finally:
        os.chdir(here)


def _endless_loop(place: Path) -> None:
    place.symlink_to(place.name)


ODD = (_pipe, _giant, _device, _null, _directory, _socket, _endless_loop)


@pytest.mark.parametrize("make", ODD)
@pytest.mark.parametrize(
    "name", [".git/HEAD", ".git/commondir", ".git/config", ".git/index", ".git/info/exclude", ".git/config.worktree"]
)
def test_an_unusual_file_in_the_git_folder_does_not_stop_mining(
    folder: Path, name: str, make: Callable[[Path], None]
) -> None:
    subprocess.run(["git", "init", "-q", str(folder / "vendor")], check=True)
    place = folder / "vendor" / name
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    make(place)
    assert kept(folder) == ["vendor/a.py"]
    assert recently_changed(folder / "vendor", 5) in ([], ["a.py"])
    assert CodeMiner().explain(folder, "vendor/a.py") is None


@pytest.mark.parametrize("make", ODD)
def test_an_unusual_git_entry_does_not_stop_mining(folder: Path, make: Callable[[Path], None]) -> None:
    make(folder / "vendor" / ".git")
    assert kept(folder) == ["vendor/a.py"]


@pytest.mark.parametrize("make", [_pipe, _device, _null, _directory, _socket, _endless_loop])
@pytest.mark.parametrize("name", [".gitignore", ".sourcewiseignore"])
def test_an_unusual_ignore_file_does_not_stop_mining(folder: Path, name: str, make: Callable[[Path], None]) -> None:
    make(folder / "vendor" / name)
    assert "vendor/a.py" in kept(folder)


@pytest.mark.parametrize("name", [".gitignore", ".sourcewiseignore"])
def test_a_huge_ignore_file_is_read_in_part(folder: Path, name: str) -> None:
    _giant(folder / name)
    with (folder / name).open("r+b") as file:
        file.write(b"vendor/\n")
    assert kept(folder) == []


@pytest.mark.parametrize("target", ["/dev/zero", "pipe", "socket", "vendor", "x" * 5_000, "..", "", "a\0b"])
def test_a_git_file_may_name_any_path(folder: Path, target: str) -> None:
    _pipe(folder / "pipe")
    _socket(folder / "socket")
    (folder / "vendor" / ".git").write_text(f"gitdir: {target if target.startswith('/') else f'../{target}'}\n")
    assert "vendor/a.py" in kept(folder)


def test_only_the_first_line_of_a_git_file_is_read(folder: Path) -> None:
    marker = folder / ".git"
    marker.write_text("gitdir: place\nmore\n")
    (folder / "place").mkdir()
    assert own_folder(folder) == folder / "place"
    (folder / "place" / "commondir").write_text("../shared\n")
    assert shared_folder(folder) == folder / "place" / "../shared"
    assert is_safe_to_query(folder)


def test_a_git_that_does_not_answer_delays_a_scan_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "two", "three", "four"):
        subprocess.run(["git", "init", "-q", str(folder / name)], check=True)
        (folder / name / "a.py").write_text("x = 1\n")
    monkeypatch.setattr(git_excludes, "_SECONDS", 1.0)
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 100\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    started = time.monotonic()
    assert kept(folder) == ["four/a.py", "one/a.py", "three/a.py", "two/a.py", "vendor/a.py"]
    assert time.monotonic() - started < 3
    assert "Git did not answer within 1 seconds" in caplog.text


@pytest.mark.parametrize("seconds", [-(2**33), -1, 0, 9_300_000_000, 10_413_792_000, 15_032_385_535])
def test_a_file_of_any_time_is_mined(folder: Path, seconds: int) -> None:
    os.utime(folder / "vendor" / "a.py", (seconds, seconds))
    files = [file for file in CodeMiner().mine_all(folder) if isinstance(file, SourceFile)]
    assert [file.path for file in files] == ["vendor/a.py"]
    assert -(2**63) <= files[0].stamp.mtime_ns < 2**63


@pytest.mark.parametrize("mtime_ns", [2**63, -(2**63) - 1, 2**64 + 5, 10**30, -(10**30)])
def test_a_time_beyond_64_bits_wraps_around_and_still_shows_a_change(folder: Path, mtime_ns: int) -> None:
    class Status:
        st_size = 2**63 + 1
        st_mtime_ns = mtime_ns

    stamp = FileStamp.of("a.py", Status())  # type: ignore[arg-type]
    assert -(2**63) <= stamp.mtime_ns < 2**63
    assert -(2**63) <= stamp.size < 2**63
    Status.st_mtime_ns += 1
    assert FileStamp.of("a.py", Status()) != stamp  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a\nb.py", "a\x1b[31m.py", "A.PY", "n" * 252 + ".py", " .py", "\u202ea.py"])
def test_a_file_of_any_name_is_mined(folder: Path, name: str) -> None:
    (folder / "vendor" / name).write_text("y = 1\n")
    assert sorted(kept(folder)) == sorted(["vendor/a.py", f"vendor/{name}"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can limit another process")
def test_git_cannot_use_up_the_memory(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real git would read an ignore file of 20 GB into memory."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nwhile [ "$(ulimit -d)" = unlimited ]; do :; done\nulimit -d\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert run_git(folder, "ls-files") == f"{2 * 1024**2}\n"

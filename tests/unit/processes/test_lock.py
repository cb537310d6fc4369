"""Ownership: one process at a time has it, and the end of that process releases it."""

from __future__ import annotations

import errno
import fcntl
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import StorageError
from sourcewise.processes.lock import claim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CLAIM = """
import sys
from pathlib import Path
from sourcewise.processes.lock import claim
ownership = claim(Path(sys.argv[1]))
print("owner" if ownership else "follower", flush=True)
sys.stdin.read()
"""


class Claimer:
    """Another process that claims a lock and keeps it until it is killed."""

    def __init__(self, lock: Path) -> None:
        command = [sys.executable, "-c", _CLAIM, str(lock)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def role(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.communicate()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "lock"


@pytest.fixture
def claimers(lock: Path) -> Iterator[list[Claimer]]:
    claimers = [Claimer(lock) for _ in range(2)]
    yield claimers
    for claimer in claimers:
        claimer.end()


def test_only_one_of_two_processes_becomes_owner(claimers: list[Claimer]) -> None:
    assert sorted(claimer.role() for claimer in claimers) == ["follower", "owner"]


def test_a_killed_owner_holds_nothing(lock: Path, claimers: list[Claimer]) -> None:
    # Both have answered before the owner ends: a claimer that is still starting would take the lock in its turn.
    owner = {claimer.role(): claimer for claimer in claimers}["owner"]
    assert claim(lock) is None
    owner.end()
    ownership = claim(lock)
    assert ownership is not None
    ownership.release()


def test_only_one_claim_within_a_process_succeeds(lock: Path) -> None:
    first = claim(lock)
    assert first is not None
    assert claim(lock) is None
    first.release()


def test_one_thread_may_release_the_lock_of_another(lock: Path) -> None:
    first = claim(lock)
    assert first is not None
    thread = threading.Thread(target=first.release)
    thread.start()
    thread.join()
    second = claim(lock)
    assert second is not None
    second.release()


def test_releasing_twice_does_not_affect_the_next_owner(lock: Path) -> None:
    first = claim(lock)
    assert first is not None
    first.release()
    second = claim(lock)
    assert second is not None
    first.release()
    assert claim(lock) is None
    second.release()


def test_an_impossible_folder_is_reported_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be locked") as caught:
        claim(tmp_path / "file" / "lock")
    assert "SOURCEWISE_HOME" in caught.value.hint


def test_a_disk_without_locks_is_reported_in_a_sentence(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StorageError, match="Function not implemented"):
        claim(lock)


def test_a_full_disk_is_reported_with_a_next_step(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StorageError, match="No space left on device") as caught:
        claim(lock)
    assert "Free some space" in caught.value.hint

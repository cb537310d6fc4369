"""The worker process: results, errors, order, death."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import QuestionError, WorkerError
from sourcewise.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path


class Service:
    """What runs in the child in these tests."""

    def __init__(self, greeting: str) -> None:
        self.greeting = greeting
        self.calls: list[str] = []

    def greet(self, name: str) -> str:
        self.calls.append(name)
        return f"{self.greeting} {name}"

    def order(self) -> list[str]:
        return self.calls

    def count(self, number: int) -> Generator[int, None, str]:
        yield from range(number)
        return "counted"

    def pid(self) -> int:
        return os.getpid()

    def refuse(self) -> None:
        raise QuestionError("No.", "Ask something else.")

    def break_down(self) -> None:
        raise ZeroDivisionError("by hand")

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def print_and_read(self) -> str:
        print("this must not reach the pipe")  # noqa: T201
        return sys.stdin.read()

    def hold(self, started: str, release: str) -> None:
        with open(started, "w"):
            pass
        with open(release):  # a named pipe: blocks until the test writes
            pass


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.path.dirname(__file__), *sys.path]))
    worker = Worker("test_worker:Service", {"greeting": "Hello"}, "test")
    yield worker
    worker.close()


def test_returns_what_the_method_returns(worker: Worker) -> None:
    assert worker.call("greet", "Ada") == "Hello Ada"


def test_generator_method_gives_items_and_a_result(worker: Worker) -> None:
    items: list[int] = []
    assert worker.call("count", 3, on_item=items.append) == "counted"
    assert items == [0, 1, 2]


def test_nothing_runs_before_the_first_call(worker: Worker) -> None:
    assert not worker.running
    worker.call("pid")
    assert worker.running


def test_user_error_arrives_with_its_hint_and_the_child_lives(worker: Worker) -> None:
    pid = worker.call("pid")
    with pytest.raises(QuestionError) as caught:
        worker.call("refuse")
    assert (caught.value.message, caught.value.hint) == ("No.", "Ask something else.")
    assert worker.call("pid") == pid


def test_unexpected_error_becomes_a_worker_error(worker: Worker) -> None:
    with pytest.raises(WorkerError, match="ZeroDivisionError: by hand"):
        worker.call("break_down")


def test_death_is_reported_and_the_next_call_starts_anew(worker: Worker) -> None:
    first = worker.call("pid")
    with pytest.raises(WorkerError, match="stopped in the middle"):
        worker.call("die")
    assert worker.call("pid") != first


def test_prints_of_the_service_do_not_corrupt_the_messages(worker: Worker) -> None:
    assert worker.call("print_and_read") == ""
    assert worker.call("greet", "Ada") == "Hello Ada"


def test_kill_from_another_thread_ends_a_call_under_way(worker: Worker, tmp_path: Path) -> None:
    started, release = _pipes(tmp_path)
    failures: list[BaseException] = []

    def hold() -> None:
        try:
            worker.call("hold", started, release)
        except WorkerError as error:
            failures.append(error)

    thread = threading.Thread(target=hold)
    thread.start()
    open(started).close()
    worker.kill()
    thread.join(timeout=30)
    assert len(failures) == 1


def test_urgent_call_goes_before_those_that_wait(worker: Worker, tmp_path: Path) -> None:
    started, release = _pipes(tmp_path)
    threads = [threading.Thread(target=worker.call, args=("hold", started, release))]
    threads[0].start()
    open(started).close()
    threads += [threading.Thread(target=worker.call, args=("greet", f"patient {number}")) for number in range(3)]
    urgent = threading.Thread(target=worker.call, args=("greet", "urgent"), kwargs={"urgent": True})
    for thread in (*threads[1:], urgent):
        thread.start()
    while worker._urgent_waiting == 0:
        os.sched_yield()
    open(release, "w").close()
    for thread in (*threads, urgent):
        thread.join(timeout=30)
    assert worker.call("order")[0] == "urgent"


def test_child_leaves_when_its_parent_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent is a process of its own, killed hard in the middle of a call of its worker."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.path.dirname(__file__), *sys.path]))
    started, release = _pipes(tmp_path)
    parent = os.spawnv(
        os.P_NOWAIT,
        sys.executable,
        [
            sys.executable,
            "-c",
            "from sourcewise.worker import Worker\n"
            "worker = Worker('test_worker:Service', {'greeting': ''}, 'test')\n"
            f"open({str(tmp_path / 'pid')!r}, 'w').write(str(worker.call('pid')))\n"
            f"worker.call('hold', {started!r}, {release!r})",
        ],
    )
    open(started).close()
    child = int((tmp_path / "pid").read_text())
    descriptor = os.pidfd_open(child)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    _wait_for_end(descriptor)


def _wait_for_end(descriptor: int) -> None:
    ready, _, _ = select.select([descriptor], [], [], 30)
    os.close(descriptor)
    assert ready, "the child outlived its parent"


def _pipes(folder: Path) -> tuple[str, str]:
    started, release = str(folder / "started"), str(folder / "release")
    os.mkfifo(started)
    os.mkfifo(release)
    return started, release

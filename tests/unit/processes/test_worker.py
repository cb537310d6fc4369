"""The worker process: results, errors, order, death."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import QuestionError, WorkerDiedError, WorkerError
from sourcewise.processes.worker import Worker

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Generator, Iterator
    from pathlib import Path


class Service:
    """The service of the child in these tests."""

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

    def priority(self) -> int:
        return os.getpriority(os.PRIO_PROCESS, 0)

    def refuse(self) -> None:
        raise QuestionError("No.", "Ask something else.")

    def break_down(self) -> None:
        raise ZeroDivisionError("by hand")

    def fail_with(self, words: str) -> None:
        raise RuntimeError(words)

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
def worker() -> Iterator[Worker]:
    worker = Worker("test_worker:Service", {"greeting": "Hello"}, "test")
    yield worker
    worker.close()


def test_a_call_returns_the_result_of_the_method(worker: Worker) -> None:
    assert worker.call("greet", "Ada") == "Hello Ada"


def test_a_generator_method_returns_items_and_a_result(worker: Worker) -> None:
    items: list[int] = []
    assert worker.call("count", 3, on_item=items.append) == "counted"
    assert items == [0, 1, 2]


def test_nothing_runs_before_the_first_call(worker: Worker) -> None:
    assert not worker.running
    worker.call("pid")
    assert worker.running


def test_a_user_error_keeps_its_hint_and_the_child_lives(worker: Worker) -> None:
    pid = worker.call("pid")
    with pytest.raises(QuestionError) as caught:
        worker.call("refuse")
    assert (caught.value.message, caught.value.hint) == ("No.", "Ask something else.")
    assert worker.call("pid") == pid


def test_unexpected_error_becomes_a_worker_error(worker: Worker) -> None:
    with pytest.raises(WorkerError, match=r"process failed unexpectedly \(ZeroDivisionError\)"):
        worker.call("break_down")


@pytest.mark.parametrize("words", ["std::bad_alloc", "Failed to allocate memory for requested buffer of size 9"])
def test_words_of_a_library_about_memory_become_a_message(worker: Worker, words: str) -> None:
    with pytest.raises(WorkerError, match=r"not enough memory for the test process") as failure:
        worker.call("fail_with", words)
    assert words not in str(failure.value)
    assert failure.value.hint


def test_a_crash_is_reported_and_the_next_call_starts_a_new_child(worker: Worker) -> None:
    first = worker.call("pid")
    with pytest.raises(WorkerDiedError, match="stopped unexpectedly"):
        worker.call("die")
    assert worker.call("pid") != first


def test_prints_of_the_service_do_not_corrupt_the_messages(worker: Worker) -> None:
    assert worker.call("print_and_read") == ""
    assert worker.call("greet", "Ada") == "Hello Ada"


def test_kill_from_another_thread_ends_a_running_call(worker: Worker, tmp_path: Path) -> None:
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
    [failure] = failures
    assert not isinstance(failure, WorkerDiedError), "an end that we wanted is no crash"


def test_close_ends_running_and_waiting_calls(worker: Worker, tmp_path: Path) -> None:
    started, release = _pipes(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(worker.call, "hold", started, release)
        open(started).close()
        waiting = [threads.submit(worker.call, "greet", "Ada", urgent=urgent) for urgent in (False, True, True)]
        while worker._urgent_waiting < 2:
            os.sched_yield()
        worker.close()
        for call in (held, *waiting):
            with pytest.raises(WorkerError, match="was ended"):
                call.result(30)
    assert not worker.running
    assert worker.call("greet", "Ada") == "Hello Ada"


def test_close_ends_a_child_that_is_just_starting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class SlowStart(Worker):
        starting, closed = threading.Event(), threading.Event()

        def _start(self) -> subprocess.Popen[bytes]:
            process = super()._start()
            self.starting.set()
            assert self.closed.wait(30)
            return process

    worker = SlowStart("test_worker:Service", {"greeting": "Hello"}, "test")
    started, release = _pipes(tmp_path)
    with ThreadPoolExecutor(1) as threads:
        held = threads.submit(worker.call, "hold", started, release)
        assert worker.starting.wait(30)
        worker.close()
        worker.closed.set()
        with pytest.raises(WorkerError, match="was ended"):
            held.result(30)
    assert not worker.running


def test_restart_lets_a_running_call_end(worker: Worker, tmp_path: Path) -> None:
    started, release = _pipes(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        held = threads.submit(worker.call, "hold", started, release)
        open(started).close()
        restarted = threads.submit(worker.restart, {"greeting": "Good day"})
        open(release, "w").close()
        assert held.result(30) is None
        restarted.result(30)
    assert worker.call("greet", "Ada") == "Good day Ada"


def test_an_idle_child_ends_and_the_next_call_starts_another() -> None:
    idle: list[float | None] = [None]
    worker = Worker("test_worker:Service", {"greeting": "Hello"}, "test", idle_seconds=lambda: idle[0])
    try:
        kept = worker.call("pid")
        assert worker.call("pid") == kept
        child = os.pidfd_open(kept)
        idle[0] = 0.001
        worker.call("pid")
        _wait_for_end(child)
        assert worker.call("pid") != kept
    finally:
        worker.close()


def test_a_call_that_begins_when_an_idle_child_ends_is_served() -> None:
    worker = Worker("test_worker:Service", {"greeting": "Hello"}, "test", idle_seconds=lambda: 0.0)
    try:
        with ThreadPoolExecutor(3) as threads:
            assert set(threads.map(lambda name: worker.call("greet", name), ["Ada"] * 24)) == {"Hello Ada"}
    finally:
        worker.close()


@pytest.mark.skipif(sys.platform == "win32", reason="has classes instead of numbers")
def test_low_priority_is_ten_below_ours() -> None:
    worker = Worker("test_worker:Service", {"greeting": "Hello"}, "test", low_priority=True)
    try:
        assert worker.call("priority") == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    finally:
        worker.close()


def test_an_urgent_call_overtakes_waiting_calls(worker: Worker, tmp_path: Path) -> None:
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


def test_the_child_ends_when_its_parent_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent is another process, killed during a call of its worker."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([os.path.dirname(__file__), *sys.path]))
    started, release = _pipes(tmp_path)
    parent = os.spawnv(
        os.P_NOWAIT,
        sys.executable,
        [
            sys.executable,
            "-c",
            "from sourcewise.processes.worker import Worker\n"
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
    assert ready, "the child lives on"


def _pipes(folder: Path) -> tuple[str, str]:
    started, release = str(folder / "started"), str(folder / "release")
    os.mkfifo(started)
    os.mkfifo(release)
    return started, release

"""When to look at a folder again, and at what; time is given, so nothing waits."""

from __future__ import annotations

import pytest

from sourcewise.workspace.pending_changes import PendingChanges


@pytest.fixture
def pending() -> PendingChanges:
    return PendingChanges()


def test_nothing_is_due_while_nothing_changed(pending: PendingChanges) -> None:
    pending.add([], 1.0)
    assert not pending
    assert pending.seconds_until_due(5.0) is None


def test_it_is_due_once_things_are_quiet(pending: PendingChanges) -> None:
    pending.add(["a.py"], 10.0)
    assert pending.seconds_until_due(10.0) == pytest.approx(0.3)
    pending.add(["b.py"], 10.2)
    assert pending.seconds_until_due(10.3) == pytest.approx(0.2)
    assert pending.seconds_until_due(10.6) == 0.0


def test_a_stream_of_changes_is_not_waited_out(pending: PendingChanges) -> None:
    for tenth in range(100):
        pending.add(["log.txt"], tenth / 10)
    assert pending.seconds_until_due(9.9) == 0.0


def test_one_who_is_in_a_hurry_does_not_wait_for_quiet(pending: PendingChanges) -> None:
    pending.add(["a.py"], 1.0)
    pending.hurry()
    assert pending.seconds_until_due(1.0) == 0.0
    pending.take()
    pending.add(["a.py"], 2.0)
    assert pending.seconds_until_due(2.0) == pytest.approx(0.3), "a hurry is over with what it was about"


def test_what_changed_is_taken_once(pending: PendingChanges) -> None:
    pending.add(["a.py", "b.py"], 1.0)
    pending.add(["a.py"], 1.1)
    assert pending.take() == {"a.py", "b.py"}
    assert not pending


def test_everything_swallows_single_paths(pending: PendingChanges) -> None:
    pending.add(["a.py"], 1.0)
    pending.add(None, 1.1)
    pending.add(["b.py"], 1.2)
    assert pending.take() is None


def test_too_many_paths_become_everything(pending: PendingChanges) -> None:
    pending.add([f"{number}.py" for number in range(6_000)], 1.0)
    assert pending.take() is None

"""Pending changes, and the time of the next update; the tests pass the time, so nothing waits."""

from __future__ import annotations

import pytest

from sourcewise.workspace.pending_changes import PendingChanges


@pytest.fixture
def pending() -> PendingChanges:
    return PendingChanges()


def test_without_changes_nothing_is_due(pending: PendingChanges) -> None:
    pending.add([], 1.0)
    assert not pending
    assert pending.seconds_until_due(5.0) is None


def test_an_update_is_due_when_no_more_changes_arrive(pending: PendingChanges) -> None:
    pending.add(["a.py"], 10.0)
    assert pending.seconds_until_due(10.0) == pytest.approx(0.3)
    pending.add(["b.py"], 10.2)
    assert pending.seconds_until_due(10.3) == pytest.approx(0.2)
    assert pending.seconds_until_due(10.6) == 0.0


def test_a_stream_of_changes_does_not_delay_the_update_beyond_its_limit(pending: PendingChanges) -> None:
    for tenth in range(100):
        pending.add(["log.txt"], tenth / 10)
    assert pending.seconds_until_due(9.9) == 0.0


def test_an_expedited_update_is_due_immediately(pending: PendingChanges) -> None:
    pending.add(["a.py"], 1.0)
    pending.expedite()
    assert pending.seconds_until_due(1.0) == 0.0
    pending.take()
    pending.add(["a.py"], 2.0)
    assert pending.seconds_until_due(2.0) == pytest.approx(0.3), "expediting applies to one update"


def test_changes_are_taken_once(pending: PendingChanges) -> None:
    pending.add(["a.py", "b.py"], 1.0)
    pending.add(["a.py"], 1.1)
    assert pending.take() == {"a.py", "b.py"}
    assert not pending


def test_all_files_include_single_paths(pending: PendingChanges) -> None:
    pending.add(["a.py"], 1.0)
    pending.add(None, 1.1)
    pending.add(["b.py"], 1.2)
    assert pending.take() is None


def test_too_many_paths_become_all_files(pending: PendingChanges) -> None:
    pending.add([f"{number}.py" for number in range(6_000)], 1.0)
    assert pending.take() is None

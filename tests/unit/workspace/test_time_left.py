from __future__ import annotations

import pytest

from sourcewise.workspace.time_left import TimeLeft


def recorded(*points: tuple[float, int], total: int = 1000) -> TimeLeft:
    time_left = TimeLeft()
    for now, done in points:
        time_left.record(now, done, total)
    return time_left


def test_there_is_no_estimate_before_any_work_is_done() -> None:
    assert TimeLeft().seconds is None
    assert recorded((0, 0)).seconds is None
    assert recorded((0, 0), (9, 0)).seconds is None


def test_the_first_steps_give_no_estimate() -> None:
    assert recorded((0, 0), (1, 10)).seconds is None


@pytest.mark.parametrize(("now", "done", "left"), [(1, 50, 19), (5, 10, 495)])
def test_a_twentieth_of_the_work_or_five_seconds_are_enough(now: float, done: int, left: float) -> None:
    assert recorded((0, 0), (now, done)).seconds == pytest.approx(left)


def test_only_the_recent_speed_counts() -> None:
    quick = [(second, second * 10) for second in range(11)]
    slow = [(10 + second, 100 + second) for second in range(1, 60)]
    assert recorded(*quick, *slow).seconds == pytest.approx(1000 - 159, rel=0.02)


def test_at_the_end_no_time_is_left() -> None:
    assert recorded((0, 0), (10, 1000)).seconds == 0


def test_without_a_total_there_is_no_estimate() -> None:
    assert recorded((0, 0), (10, 5), total=0).seconds is None

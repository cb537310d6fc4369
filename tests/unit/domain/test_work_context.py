"""A work context reports the progress of a stage to its listener, and passes cancellation on."""

from __future__ import annotations

import threading

import pytest

from sourcewise.domain.index_state import IndexProgress, Stage
from sourcewise.domain.work_context import UNATTENDED, WorkContext
from sourcewise.errors import CancelledError


def test_each_stage_reports_under_its_own_name() -> None:
    reported: list[IndexProgress] = []
    context = WorkContext(reported.append)
    context.for_stage(Stage.READING).report(1, 4)
    context.for_stage(Stage.EMBEDDING).report(2, 3)
    context.without_progress().report(9, 9)
    assert reported == [IndexProgress(Stage.READING, 1, 4), IndexProgress(Stage.EMBEDDING, 2, 3)]


def test_cancelling_reaches_every_stage() -> None:
    cancelled = threading.Event()
    context = WorkContext(cancelled=cancelled)
    stages = [context, context.for_stage(Stage.READING), context.without_progress()]
    cancelled.set()
    for stage in stages:
        with pytest.raises(CancelledError):
            stage.raise_if_cancelled()
        with pytest.raises(CancelledError):
            list(stage.cancellable([1]))


def test_unattended_work_reports_nothing_and_goes_on() -> None:
    UNATTENDED.report(1, 2)
    UNATTENDED.raise_if_cancelled()

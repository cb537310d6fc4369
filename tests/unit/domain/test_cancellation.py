"""Cancelled work finishes the current item and raises before the next one."""

from __future__ import annotations

import threading

import pytest

from sourcewise.domain.cancellation import cancellable, is_cancelled, raise_if_cancelled
from sourcewise.errors import CancelledError


def test_work_without_an_event_is_never_cancelled() -> None:
    assert not is_cancelled(None)
    raise_if_cancelled(None)
    assert list(cancellable([1, 2], None)) == [1, 2]


def test_a_set_event_raises_with_the_message() -> None:
    cancelled = threading.Event()
    raise_if_cancelled(cancelled)
    cancelled.set()
    with pytest.raises(CancelledError, match="The download was stopped"):
        raise_if_cancelled(cancelled, "The download was stopped.")


def test_items_end_before_the_next_one() -> None:
    cancelled = threading.Event()
    items = cancellable(range(5), cancelled)
    assert [next(items), next(items)] == [0, 1]
    cancelled.set()
    with pytest.raises(CancelledError):
        next(items)

"""Cancels long work: one thread sets an event, and the working thread checks it between two items.

The current item is always finished, and everything stored so far is kept, so that the next run continues from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sourcewise.errors import CancelledError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")


def is_cancelled(cancelled: threading.Event | None) -> bool:
    """Return whether the event is set; None means that the work cannot be cancelled."""
    return cancelled is not None and cancelled.is_set()


def raise_if_cancelled(cancelled: threading.Event | None, message: str = "") -> None:
    """Raise CancelledError if the event is set, with this message."""
    if is_cancelled(cancelled):
        raise CancelledError(message)


def cancellable(items: Iterable[Item], cancelled: threading.Event | None) -> Iterator[Item]:
    """Yield the items; once the event is set, raise CancelledError before the next one."""
    for item in items:
        raise_if_cancelled(cancelled)
        yield item

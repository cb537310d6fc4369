"""Cancels long work: one thread sets an event, and the thread that works checks it between two items.

The item under way is always finished, and everything stored so far stays, so that the next run continues from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sourcewise.errors import CancelledError

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")


def is_cancelled(cancelled: threading.Event | None) -> bool:
    """Return whether the event is set; None stands for work that cannot be cancelled."""
    return cancelled is not None and cancelled.is_set()


def raise_if_cancelled(cancelled: threading.Event | None, what: str = "") -> None:
    """Raise CancelledError if the event is set, with this message."""
    if is_cancelled(cancelled):
        raise CancelledError(what)


def cancellable(items: Iterable[Item], cancelled: threading.Event | None) -> Iterator[Item]:
    """Yield the items; raise CancelledError before the next one once the event is set."""
    for item in items:
        raise_if_cancelled(cancelled)
        yield item

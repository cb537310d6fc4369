"""The interface that the watches of every operating system implement, and their common message."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

OnChanges = Callable[[Collection[str] | None], None]
OnProblem = Callable[[str], None]


class Watches(Protocol):
    """The watches of one folder; every method may be called from any thread."""

    def watch(self, path: str) -> None:
        """Watch a folder, also one that is already watched; empty for the root folder."""

    @property
    def events_arrive(self) -> bool:
        """Whether changes are reported."""

    def close(self) -> None:
        """Stop watching."""


def folder_gone(folder: str) -> str:
    """Return the message for a root folder that no longer exists."""
    return f"The folder {folder} was moved or deleted. Restore it, or open it at its new location."

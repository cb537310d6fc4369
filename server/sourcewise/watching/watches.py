"""What every operating system's way of watching looks like from above, and what all of them have to say."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

OnChanges = Callable[[Collection[str] | None], None]
OnProblem = Callable[[str], None]


class Watches(Protocol):
    """The watches of one folder; every method may be called from any thread."""

    def watch(self, path: str) -> None:
        """Watch a folder, which may be known already; empty for the folder itself."""

    @property
    def events_arrive(self) -> bool:
        """Whether changes are told."""

    def close(self) -> None:
        """Stop watching."""


def folder_gone(folder: str) -> str:
    """Say that there is nothing left to watch."""
    return f"The folder {folder} was moved or deleted. Put it back, or open it where it is now."

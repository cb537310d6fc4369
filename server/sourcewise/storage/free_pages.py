"""The pages of a SQLite file that hold nothing any more, and how the disk gets them back.

Hides how SQLite counts and moves pages. A file that was made to shrink in steps does so page by page, beside readers.
One of an early program is first written anew, which keeps writers waiting and takes its size twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_PAGES_A_STEP = 1000
# Less is soon used again.
_SHARE_THAT_PAYS = 0.2
_BYTES_THAT_PAY = 16_000_000


@dataclass(frozen=True, slots=True)
class PageUse:
    """How the pages of a file are used.

    Attributes:
        size: bytes of a page.
        total: pages of the file; `free` is how many of them hold nothing.
        in_steps: whether the file can shrink in steps.
    """

    size: int
    total: int
    free: int
    in_steps: bool

    @property
    def used_bytes(self) -> int:
        """How big the file would be without its free pages."""
        return (self.total - self.free) * self.size

    @property
    def worth_giving_back(self) -> bool:
        """Whether so much is free that the work pays."""
        return self.free > self.total * _SHARE_THAT_PAYS and self.free * self.size > _BYTES_THAT_PAY


def shrink_in_steps(connection: sqlite3.Connection) -> None:
    """Make a file that can shrink in steps; heard only while the file is empty, or by `write_anew`."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")


def page_use(connection: sqlite3.Connection) -> PageUse:
    """Return how the pages are used."""
    query = """SELECT page_size, page_count, freelist_count, auto_vacuum
        FROM pragma_page_size, pragma_page_count, pragma_freelist_count, pragma_auto_vacuum"""
    size, total, free, automatic = connection.execute(query).fetchone()
    return PageUse(size, total, free, automatic != 0)


def give_some_back(connection: sqlite3.Connection) -> bool:
    """Give some free pages back, within a transaction that the caller began; return whether there are more."""
    free = page_use(connection).free
    # One at a time: of a statement without rows, Python's module makes a single step, which gives back a single page.
    for _ in range(min(_PAGES_A_STEP, free)):
        connection.execute("PRAGMA incremental_vacuum(1)")
    return free > _PAGES_A_STEP


def write_anew(connection: sqlite3.Connection) -> None:
    """Write the whole file anew, without free pages, as one that can shrink in steps; outside of transactions."""
    connection.execute("PRAGMA temp_store = FILE")  # the copy may be too big for the memory
    try:
        connection.execute("VACUUM")
    finally:
        connection.execute("PRAGMA temp_store = MEMORY")


def shorten(connection: sqlite3.Connection) -> None:
    """Bring what was given back from the write-ahead log to the file; as far as readers let it, never waiting."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

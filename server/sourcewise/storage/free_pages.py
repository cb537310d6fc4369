"""Returns the free pages of a SQLite file to the file system.

Hides how SQLite counts and moves pages. A file with incremental vacuum shrinks page by page, without blocking readers.
A file of an early version is rewritten once instead, which blocks writers and temporarily takes twice its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_PAGES_A_STEP = 1000
# Fewer free pages are soon reused.
_SHARE_THAT_PAYS = 0.2
_BYTES_THAT_PAY = 16_000_000


@dataclass(frozen=True, slots=True)
class PageUse:
    """How the pages of a file are used.

    Attributes:
        size: bytes of a page.
        total: number of pages in the file.
        free: number of them without content.
        in_steps: whether the file can shrink in steps (incremental vacuum).
    """

    size: int
    total: int
    free: int
    in_steps: bool

    @property
    def used_bytes(self) -> int:
        """The size of the file without its free pages."""
        return (self.total - self.free) * self.size

    @property
    def worth_compacting(self) -> bool:
        """Whether enough pages are free for the work to pay."""
        return self.free > self.total * _SHARE_THAT_PAYS and self.free * self.size > _BYTES_THAT_PAY


def shrink_in_steps(connection: sqlite3.Connection) -> None:
    """Let a file shrink in steps; takes effect only while the file is empty, or at the next `rewrite`."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")


def page_use(connection: sqlite3.Connection) -> PageUse:
    """Return how the pages of the file are used."""
    query = """SELECT page_size, page_count, freelist_count, auto_vacuum
        FROM pragma_page_size, pragma_page_count, pragma_freelist_count, pragma_auto_vacuum"""
    size, total, free, automatic = connection.execute(query).fetchone()
    return PageUse(size, total, free, automatic != 0)


def release_some(connection: sqlite3.Connection) -> bool:
    """Release some free pages within the caller's transaction; return whether there are more."""
    free = page_use(connection).free
    # One page at a time: Python's module runs a statement without rows for a single step, which releases one page.
    for _ in range(min(_PAGES_A_STEP, free)):
        connection.execute("PRAGMA incremental_vacuum(1)")
    return free > _PAGES_A_STEP


def rewrite(connection: sqlite3.Connection) -> None:
    """Rewrite the whole file without free pages, so that it can shrink in steps; only outside of transactions."""
    connection.execute("PRAGMA temp_store = FILE")  # the copy may be too big for the memory
    try:
        connection.execute("VACUUM")
    finally:
        connection.execute("PRAGMA temp_store = MEMORY")


def checkpoint(connection: sqlite3.Connection) -> None:
    """Copy the write-ahead log to the file, which shrinks it; as far as readers permit, without waiting."""
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

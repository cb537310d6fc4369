"""When each embedding of the cache was used last, and which of them go where there are too many.

Hides how uses are noted: by the day, beside the embeddings, so that a use costs a few bytes. Programs of before know
nothing of it and share the cache; what they put counts as used when this first sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.storage.free_pages import page_use

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from sourcewise.storage.database import Database

TABLES = (
    "CREATE TABLE IF NOT EXISTS uses (key TEXT PRIMARY KEY, day INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS uses_by_day ON uses (day)",
    "CREATE TABLE IF NOT EXISTS evictions (day INTEGER PRIMARY KEY)",
)
_EVICTED_A_STEP = 1000
_NOTED_A_STEP = 10_000


def note_use(connection: sqlite3.Connection, keys: Sequence[str], today: int) -> None:
    """Note that these are used today; days are counted from the epoch."""
    connection.executemany("INSERT OR REPLACE INTO uses VALUES (?, ?)", [(key, today) for key in keys])


def evict(database: Database, most_bytes: int, most_days: int, today: int) -> int:
    """Evict embeddings that were not used for long, then the least recently used ones above the limit; once a day.

    What was used today or yesterday stays, however much it is.

    Returns:
        The number of evicted embeddings.
    """
    if not _begin_day(database, today):
        return 0
    _note_unknown(database, today)
    old = _let_go(database, min(today - most_days, today - 1), until_bytes=0)
    return old + _let_go(database, today - 1, most_bytes)


def _begin_day(database: Database, today: int) -> bool:
    """Note that today has had its eviction, and return whether it had none before."""
    with database.write() as connection:
        if connection.execute("SELECT 1 FROM evictions WHERE day = ?", (today,)).fetchone():
            return False
        connection.execute("DELETE FROM evictions")
        connection.execute("INSERT INTO evictions VALUES (?)", (today,))
        # The clock was ahead once: what lies in the future would stay for ever.
        connection.execute("UPDATE uses SET day = ?1 WHERE day > ?1", (today,))
    return True


def _note_unknown(database: Database, today: int) -> None:
    with database.read() as connection:
        query = "SELECT (SELECT count(*) FROM embeddings) = (SELECT count(*) FROM uses)"
        (all_known,) = connection.execute(query).fetchone()
    last = ""

    def note_some(connection: sqlite3.Connection) -> bool:
        nonlocal last
        query = "SELECT key FROM embeddings WHERE key > ? ORDER BY key LIMIT ?"
        keys = connection.execute(query, (last, _NOTED_A_STEP)).fetchall()
        connection.executemany("INSERT OR IGNORE INTO uses VALUES (?, ?)", [(key, today) for (key,) in keys])
        last = keys[-1][0] if keys else last
        return len(keys) == _NOTED_A_STEP

    if not all_known:
        database.write_in_steps(note_some)


def _let_go(database: Database, before: int, until_bytes: int) -> int:
    """Remove what was last used before a day, the oldest first, until the rest is no bigger than this; count it."""
    removed = 0

    def remove_some(connection: sqlite3.Connection) -> bool:
        nonlocal removed
        if page_use(connection).used_bytes <= until_bytes:
            return False
        query = "SELECT key FROM uses WHERE day < ? ORDER BY day LIMIT ?"
        keys = connection.execute(query, (before, _EVICTED_A_STEP)).fetchall()
        connection.executemany("DELETE FROM embeddings WHERE key = ?", keys)
        connection.executemany("DELETE FROM uses WHERE key = ?", keys)
        removed += len(keys)
        return len(keys) == _EVICTED_A_STEP

    database.write_in_steps(remove_some)
    return removed

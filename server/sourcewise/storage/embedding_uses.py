"""Records when each embedding of the cache was last used, and evicts the least recently used ones.

Hides how uses are recorded: by the day, in a separate table, so that a use costs a few bytes. Older versions of
Sourcewise share the cache without recording uses; their embeddings count as used when this version first sees them.
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
_EVICTED_PER_STEP = 1000
_RECORDED_PER_STEP = 10_000


def note_use(connection: sqlite3.Connection, keys: Sequence[str], today: int) -> None:
    """Record that these embeddings are used today; days are counted from the epoch."""
    connection.executemany("INSERT OR REPLACE INTO uses VALUES (?, ?)", [(key, today) for key in keys])


def evict(database: Database, most_bytes: int, most_days: int, today: int) -> int:
    """Evict embeddings unused for too long, then the least recently used above the size limit; once a day.

    Embeddings used today or yesterday are never evicted.

    Returns:
        The number of evicted embeddings.
    """
    if not _begin_day(database, today):
        return 0
    _record_unknown(database, today)
    old = _evict_oldest(database, min(today - most_days, today - 1), until_bytes=0)
    return old + _evict_oldest(database, today - 1, most_bytes)


def _begin_day(database: Database, today: int) -> bool:
    """Record today's eviction, and return whether it is the first of today."""
    with database.write() as connection:
        if connection.execute("SELECT 1 FROM evictions WHERE day = ?", (today,)).fetchone():
            return False
        connection.execute("DELETE FROM evictions")
        connection.execute("INSERT INTO evictions VALUES (?)", (today,))
        # If the clock was ahead once, embeddings used in the future would never be evicted.
        connection.execute("UPDATE uses SET day = ?1 WHERE day > ?1", (today,))
    return True


def _record_unknown(database: Database, today: int) -> None:
    with database.read() as connection:
        query = "SELECT (SELECT count(*) FROM embeddings) = (SELECT count(*) FROM uses)"
        (all_known,) = connection.execute(query).fetchone()
    last = ""

    def record_some(connection: sqlite3.Connection) -> bool:
        nonlocal last
        query = "SELECT key FROM embeddings WHERE key > ? ORDER BY key LIMIT ?"
        keys = connection.execute(query, (last, _RECORDED_PER_STEP)).fetchall()
        connection.executemany("INSERT OR IGNORE INTO uses VALUES (?, ?)", [(key, today) for (key,) in keys])
        last = keys[-1][0] if keys else last
        return len(keys) == _RECORDED_PER_STEP

    if not all_known:
        database.write_in_steps(record_some)


def _evict_oldest(database: Database, before: int, until_bytes: int) -> int:
    """Evict embeddings last used before a day, the oldest first, until the cache is small enough; return how many."""
    evicted = 0

    def evict_some(connection: sqlite3.Connection) -> bool:
        nonlocal evicted
        if page_use(connection).used_bytes <= until_bytes:
            return False
        query = "SELECT key FROM uses WHERE day < ? ORDER BY day LIMIT ?"
        keys = connection.execute(query, (before, _EVICTED_PER_STEP)).fetchall()
        connection.executemany("DELETE FROM embeddings WHERE key = ?", keys)
        connection.executemany("DELETE FROM uses WHERE key = ?", keys)
        evicted += len(keys)
        return len(keys) == _EVICTED_PER_STEP

    database.write_in_steps(evict_some)
    return evicted

"""Upgrades the keyword index of a catalog of version 2, in which runs of scripts without spaces were single words.

Only chunks with such scripts get other words, and no vector changes. The upgrade runs in steps and continues after a
crash. The catalog gets its new version before the first step, so that earlier versions of Sourcewise no longer use it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sourcewise.storage import keyword_index
from sourcewise.storage.catalog_schema import SCHEMA
from sourcewise.storage.chunk_rows import chunks_after
from sourcewise.storage.database import raise_version
from sourcewise.text.scripts import changes_words
from sourcewise.text.words import words_without_bigrams

if TYPE_CHECKING:
    import sqlite3

    from sourcewise.domain.code import Chunk
    from sourcewise.storage.database import Database

logger = logging.getLogger(__name__)

# While an upgrade is incomplete, `meta` has under this key the key of the last upgraded chunk.
_PROGRESS = "words upgraded"
_CHUNKS_PER_STEP = 1000


def upgrade_words(database: Database) -> None:
    """Bring the keyword index up to date, if it is not; for the only process that writes to the catalog."""
    with database.write() as connection:
        if raise_version(connection, SCHEMA):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, '0')", (_PROGRESS,))
        is_incomplete = _progress(connection) is not None
    if is_incomplete:
        logger.info("Upgrading the keyword index to version %d", SCHEMA.version)
        database.write_in_steps(_upgrade_some)


def _progress(connection: sqlite3.Connection) -> int | None:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_PROGRESS,)).fetchone()
    return int(row[0]) if row else None


def _upgrade_some(connection: sqlite3.Connection) -> bool:
    """Upgrade the next chunks; return whether there are more."""
    chunks = chunks_after(connection, _progress(connection) or 0, _CHUNKS_PER_STEP)
    changed = [(key, chunk) for key, chunk in chunks if _has_other_words(chunk)]
    for key, chunk in changed:
        _replace_words(connection, key, chunk)
    keyword_index.count_removed(connection, len(changed))
    if len(chunks) < _CHUNKS_PER_STEP:
        connection.execute("DELETE FROM meta WHERE key = ?", (_PROGRESS,))
        return False
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", (str(chunks[-1][0]), _PROGRESS))
    return True


def _replace_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    old_words = tuple(map(words_without_bigrams, keyword_index.indexed_texts(chunk)))
    keyword_index.remove_exact_words(connection, key, old_words)
    keyword_index.add_words(connection, key, chunk)


def _has_other_words(chunk: Chunk) -> bool:
    return any(map(changes_words, keyword_index.indexed_texts(chunk)))

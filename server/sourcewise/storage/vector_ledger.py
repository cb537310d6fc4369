"""The account between the catalog and the vector store: which vectors should exist, which are owed, which are too many.

Hides the states that a chunk's vectors go through. Entries change in the transaction of the change that causes them, so
a crash loses no obligation; doing one twice is harmless.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sourcewise.storage.catalog_schema import VectorState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from sourcewise.storage.database import Database

_PENDING, _STORED, _STALE, _REMOVED = (state.value for state in VectorState)
_MODEL = "model = (SELECT key FROM models WHERE name = ?)"


def chunk_added(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Owe its vectors for every model; a removal that is still due is off."""
    connection.execute(
        f"""INSERT INTO vectors (chunk_id, model, state) SELECT ?, key, {_PENDING} FROM models WHERE true
            ON CONFLICT (chunk_id, model) DO UPDATE SET state = {_PENDING}""",
        (chunk_id,),
    )


def chunk_moved(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Owe the store its new place."""
    connection.execute(f"UPDATE vectors SET state = {_STALE} WHERE chunk_id = ? AND state = {_STORED}", (chunk_id,))


def chunk_gone(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Owe the removal of what is stored of it."""
    connection.execute("DELETE FROM vectors WHERE chunk_id = ? AND windows = 0", (chunk_id,))
    connection.execute(f"UPDATE vectors SET state = {_REMOVED} WHERE chunk_id = ?", (chunk_id,))


def embedded(connection: sqlite3.Connection, model: str) -> int:
    """Return how many chunks have vectors."""
    query = f"SELECT count(*) FROM vectors WHERE {_MODEL} AND state IN ({_STORED}, {_STALE})"
    count: int = connection.execute(query, (model,)).fetchone()[0]
    return count


class VectorLedger:
    """The `vectors` and `models` tables of a catalog. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what is due --------------------------------------------------------------------------------------

    def pending(self, model: str, limit: int, first: Sequence[str]) -> list[str]:
        """Return ids of chunks without vectors: those in `first`, then in order of addition."""
        self._register(model)
        due = f"SELECT chunk_id FROM vectors WHERE {_MODEL} AND state = {_PENDING}"
        with self._database.read() as connection:
            urgent = {
                chunk_id
                for (chunk_id,) in connection.execute(
                    f"{due} AND chunk_id IN (SELECT value FROM json_each(?))", (model, json.dumps(list(first)))
                )
            }
            ids = dict.fromkeys(chunk_id for chunk_id in first if chunk_id in urgent)
            rest = connection.execute(f"{due} ORDER BY key LIMIT ?", (model, limit + len(ids)))
            ids.update((chunk_id, None) for (chunk_id,) in rest)
        return list(ids)[:limit]

    def stale(self, model: str, limit: int) -> dict[str, int]:
        """Return ids of chunks that moved since they were stored, with their windows."""
        return dict(self._in_state(_STALE, model, limit))

    def to_remove(self, model: str, limit: int) -> list[tuple[str, int]]:
        """Return ids with stored windows that nothing needs."""
        return self._in_state(_REMOVED, model, limit)

    def count(self, model: str) -> int:
        """Return how many windows the store has."""
        with self._database.read() as connection:
            query = f"SELECT coalesce(sum(windows), 0) FROM vectors WHERE {_MODEL}"
            windows: int = connection.execute(query, (model,)).fetchone()[0]
        return windows

    def stored(self, model: str, ids: Sequence[str]) -> dict[str, int]:
        """Return those of these chunks that have vectors, with their windows."""
        query = f"""SELECT chunk_id, windows FROM vectors WHERE {_MODEL} AND state IN ({_STORED}, {_STALE})
            AND chunk_id IN (SELECT value FROM json_each(?))"""
        with self._database.read() as connection:
            return dict(connection.execute(query, (model, json.dumps(list(ids)))).fetchall())

    def models(self) -> list[str]:
        """Return the models with anything in the store."""
        query = f"""SELECT name FROM models WHERE EXISTS
            (SELECT 1 FROM vectors WHERE model = models.key AND state <> {_PENDING}) ORDER BY name"""
        with self._database.read() as connection:
            return [name for (name,) in connection.execute(query)]

    # --- what was done ------------------------------------------------------------------------------------

    def mark_stored(self, model: str, windows: Mapping[str, int]) -> None:
        """Record how many windows of each id are in the store."""
        self._register(model)
        # Fewer windows than before leave old ones behind them: all of them go, and the chunk is pending again.
        with self._database.write() as connection:
            connection.executemany(
                f"""INSERT INTO vectors (chunk_id, model, windows, state) SELECT ?1, key, ?2,
                    iif(EXISTS (SELECT 1 FROM chunks WHERE id = ?1), {_STORED}, {_REMOVED}) FROM models WHERE name = ?3
                    ON CONFLICT (chunk_id, model) DO UPDATE SET windows = max(windows, excluded.windows),
                    state = iif(excluded.windows < windows, {_REMOVED}, excluded.state)""",
                [(chunk_id, count, model) for chunk_id, count in windows.items()],
            )

    def mark_fresh(self, model: str, ids: Sequence[str]) -> None:
        """Record that the store knows their places."""
        with self._database.write() as connection:
            connection.executemany(
                f"UPDATE vectors SET state = {_STORED} WHERE {_MODEL} AND chunk_id = ? AND state = {_STALE}",
                [(model, chunk_id) for chunk_id in ids],
            )

    def mark_removed(self, model: str, ids: Sequence[str]) -> None:
        """Record that the store has nothing of these ids."""
        values = [(model, chunk_id) for chunk_id in ids]
        with self._database.write() as connection:
            connection.executemany(
                f"""UPDATE vectors SET windows = 0, state = {_PENDING} WHERE {_MODEL} AND chunk_id = ?
                    AND chunk_id IN (SELECT id FROM chunks)""",
                values,
            )
            connection.executemany(
                f"""DELETE FROM vectors WHERE {_MODEL} AND chunk_id = ? AND state = {_REMOVED}""",
                values,
            )

    def forget(self, model: str) -> None:
        """Record that the store has nothing of this model."""
        with self._database.write() as connection:
            connection.execute(f"DELETE FROM vectors WHERE {_MODEL}", (model,))
            connection.execute("DELETE FROM models WHERE name = ?", (model,))

    def _in_state(self, state: int, model: str, limit: int) -> list[tuple[str, int]]:
        query = f"SELECT chunk_id, windows FROM vectors WHERE {_MODEL} AND state = ? ORDER BY key LIMIT ?"
        with self._database.read() as connection:
            return connection.execute(query, (model, state, limit)).fetchall()

    def _register(self, model: str) -> None:
        """Owe all vectors of a model that is asked for the first time."""
        with self._database.read() as connection:
            if connection.execute("SELECT 1 FROM models WHERE name = ?", (model,)).fetchone():
                return
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO models (name) VALUES (?)", (model,))
            connection.execute(
                f"""INSERT OR IGNORE INTO vectors (chunk_id, model, state)
                    SELECT id, (SELECT key FROM models WHERE name = ?), {_PENDING} FROM chunks ORDER BY key""",
                (model,),
            )

"""The account between the catalog and the vector store: which vectors should exist, which are owed, which are too many.

Hides the states that a chunk's vectors go through. Entries change in the transaction of the change that causes them, so
a crash loses no obligation; doing one twice is harmless.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.storage.catalog_schema import VectorState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.storage.database import Database

_PENDING, _STORED, _STALE, _REMOVED, _FAILED = (state.value for state in VectorState)
_MODEL = "model = (SELECT key FROM models WHERE name = ?)"
_DUE = f"SELECT chunk_id FROM vectors WHERE {_MODEL} AND state = {_PENDING}"
# Whether a chunk is where it was when it was handed out: its id, then its place then.
_IS_THERE = """(SELECT (first_line, last_line, position, total) = (?3, ?4, ?5, ?6) FROM chunks WHERE id = ?1)"""


class VectorTotals(NamedTuple):
    """How many chunks a model has in a state, their windows in the store, and their characters."""

    chunks: int
    windows: int
    characters: int


def chunk_added(connection: sqlite3.Connection, chunk_id: str, characters: int) -> None:
    """Owe its vectors for every model; a removal that is still due is off."""
    connection.execute(
        f"""INSERT INTO vectors (chunk_id, model, state, characters) SELECT ?, key, {_PENDING}, ? FROM models WHERE true
            ON CONFLICT (chunk_id, model) DO UPDATE SET state = {_PENDING}, reason = NULL""",
        (chunk_id, characters),
    )


def chunk_moved(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Owe the store its new place."""
    connection.execute(f"UPDATE vectors SET state = {_STALE} WHERE chunk_id = ? AND state = {_STORED}", (chunk_id,))


def chunk_gone(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Owe the removal of what is stored of it."""
    connection.execute("DELETE FROM vectors WHERE chunk_id = ? AND windows = 0", (chunk_id,))
    connection.execute(f"UPDATE vectors SET state = {_REMOVED} WHERE chunk_id = ?", (chunk_id,))


def totals(connection: sqlite3.Connection, model: str) -> dict[VectorState, VectorTotals]:
    """Return how much there is in each state."""
    query = f"SELECT state, chunks, windows, characters FROM vector_totals WHERE {_MODEL}"
    found = {VectorState(state): VectorTotals(*numbers) for state, *numbers in connection.execute(query, (model,))}
    return {state: found.get(state, VectorTotals(0, 0, 0)) for state in VectorState}


class VectorLedger:
    """The `vectors` and `models` tables of a catalog. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what is due --------------------------------------------------------------------------------------

    def pending(self, model: str, limit: int, first: Sequence[str]) -> list[str]:
        """Return ids of chunks without vectors: those in `first`, then in order of addition."""
        self._register(model)
        # CROSS JOIN: the wanted are looked up one by one, in their order, until there are enough.
        urgent = f"""SELECT chunk_id FROM json_each(?2) AS wanted CROSS JOIN vectors ON chunk_id = wanted.value
            WHERE model = (SELECT key FROM models WHERE name = ?1) AND state = {_PENDING} LIMIT ?3"""
        with self._database.read() as connection:
            ids = dict.fromkeys(connection.execute(urgent, (model, json.dumps(list(first)), limit)))
            ids.update(dict.fromkeys(connection.execute(f"{_DUE} ORDER BY key LIMIT ?", (model, limit + len(ids)))))
        return [chunk_id for (chunk_id,) in ids][:limit]

    def all_pending(self, model: str) -> list[str]:
        """Return ids of all chunks without vectors."""
        self._register(model)
        with self._database.read() as connection:
            return [chunk_id for (chunk_id,) in connection.execute(f"{_DUE} ORDER BY key", (model,))]

    def failed(self, model: str, limit: int) -> dict[str, str]:
        """Return ids of chunks that cannot be embedded, with the reasons."""
        query = f"SELECT chunk_id, reason FROM vectors WHERE {_MODEL} AND state = {_FAILED} ORDER BY key LIMIT ?"
        with self._database.read() as connection:
            return dict(connection.execute(query, (model, limit)).fetchall())

    def stale(self, model: str, limit: int) -> dict[str, int]:
        """Return ids of chunks that moved since they were stored, with their windows."""
        return dict(self._in_state(_STALE, model, limit))

    def to_remove(self, model: str, limit: int) -> list[tuple[str, int]]:
        """Return ids with stored windows that nothing needs."""
        return self._in_state(_REMOVED, model, limit)

    def totals(self, model: str) -> dict[VectorState, VectorTotals]:
        """Return how much there is in each state."""
        with self._database.read() as connection:
            return totals(connection, model)

    def stored(self, model: str, ids: Sequence[str]) -> dict[str, int]:
        """Return those of these chunks that have vectors, with their windows."""
        # The plus keeps SQLite from going through all that is stored, which is nearly all there is.
        query = f"""SELECT chunk_id, windows FROM vectors WHERE {_MODEL} AND +state IN ({_STORED}, {_STALE})
            AND chunk_id IN (SELECT value FROM json_each(?))"""
        with self._database.read() as connection:
            return dict(connection.execute(query, (model, json.dumps(list(ids)))).fetchall())

    def models(self) -> list[str]:
        """Return the models with anything in the store."""
        query = """SELECT name FROM models WHERE EXISTS
            (SELECT 1 FROM vector_totals WHERE model = models.key AND windows > 0) ORDER BY name"""
        with self._database.read() as connection:
            return [name for (name,) in connection.execute(query)]

    # --- what was done ------------------------------------------------------------------------------------

    def mark_coming(self, model: str, windows: Mapping[str, int]) -> None:
        """Record that so many windows of each id may be in the store from now on."""
        self._register(model)
        with self._database.write() as connection:
            connection.executemany(
                f"""INSERT INTO vectors (chunk_id, model, windows, state) SELECT ?1, key, ?2,
                    iif(EXISTS (SELECT 1 FROM chunks WHERE id = ?1), {_PENDING}, {_REMOVED}) FROM models WHERE name = ?3
                    ON CONFLICT (chunk_id, model) DO UPDATE SET windows = max(windows, excluded.windows)""",
                [(chunk_id, count, model) for chunk_id, count in windows.items()],
            )

    def mark_stored(self, model: str, stored: Sequence[tuple[Chunk, int]]) -> None:
        """Record how many windows of each chunk are in the store; one that moved since it was handed out is stale."""
        self._register(model)
        # Fewer windows than before leave old ones behind them: all of them go, and the chunk is pending again.
        with self._database.write() as connection:
            connection.executemany(
                f"""INSERT INTO vectors (chunk_id, model, windows, state) SELECT ?1, key, ?7,
                    CASE {_IS_THERE} WHEN 1 THEN {_STORED} WHEN 0 THEN {_STALE} ELSE {_REMOVED} END
                    FROM models WHERE name = ?2
                    ON CONFLICT (chunk_id, model) DO UPDATE SET windows = max(windows, excluded.windows),
                    state = iif(excluded.windows < windows, {_REMOVED}, excluded.state), reason = NULL""",
                [(*_whereabouts(chunk, model), count) for chunk, count in stored],
            )

    def mark_failed(self, model: str, reasons: Mapping[str, str]) -> None:
        """Record why chunks cannot be embedded; they are not pending any more."""
        with self._database.write() as connection:
            connection.executemany(
                f"""UPDATE vectors SET state = {_FAILED}, reason = ?
                    WHERE {_MODEL} AND chunk_id = ? AND state = {_PENDING}""",
                [(reason, model, chunk_id) for chunk_id, reason in reasons.items()],
            )

    def mark_fresh(self, model: str, chunks: Sequence[Chunk]) -> None:
        """Record that the store knows these places of chunks; one that moved again stays stale."""
        with self._database.write() as connection:
            connection.executemany(
                f"""UPDATE vectors SET state = {_STORED} WHERE chunk_id = ?1 AND state = {_STALE}
                    AND model = (SELECT key FROM models WHERE name = ?2) AND {_IS_THERE}""",
                [_whereabouts(chunk, model) for chunk in chunks],
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
                f"""INSERT OR IGNORE INTO vectors (chunk_id, model, state, characters)
                    SELECT id, (SELECT key FROM models WHERE name = ?), {_PENDING}, length(text) FROM chunks
                    ORDER BY key""",
                (model,),
            )


def _whereabouts(chunk: Chunk, model: str) -> tuple[str, str, int, int, int, int]:
    return chunk.id, model, chunk.first_line, chunk.last_line, chunk.position, chunk.total

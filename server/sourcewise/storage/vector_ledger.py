"""The ledger of a catalog's vectors: which should exist, which are pending, and which the store should remove.

Hides the states of a chunk's vectors. Every state change is stored in the transaction of its cause, so a crash loses no
pending work; doing it twice is harmless.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.storage import vector_rows
from sourcewise.storage.catalog_schema import VectorState
from sourcewise.storage.chunk_rows import chunks_by_id
from sourcewise.storage.vector_rows import OF_MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.storage.database import Database
    from sourcewise.storage.vector_rows import VectorTotals

_PENDING, _STORED, _STALE, _REMOVED, _FAILED = (state.value for state in VectorState)
_PENDING_IDS = f"SELECT chunk_id FROM vectors WHERE {OF_MODEL} AND state = {_PENDING}"
# Whether a chunk still has the location that the caller knows; the parameters are its id, then that location.
_HAS_LOCATION = """(SELECT (first_line, last_line, position, total) = (?3, ?4, ?5, ?6) FROM chunks WHERE id = ?1)"""


class PendingWork(NamedTuple):
    """How much is pending: chunks, and their characters."""

    chunks: int
    characters: int


class VectorLedger:
    """The `vectors` and `models` tables of a catalog. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what is due --------------------------------------------------------------------------------------

    def pending(self, model: str, limit: int, first: Sequence[str] = ()) -> list[Chunk]:
        """Return chunks without vectors of this model: those in `first`, then the rest in the order of addition."""
        self._register(model)
        # CROSS JOIN makes SQLite look up the wanted ids one by one, in their order, until there are enough.
        urgent = f"""SELECT chunk_id FROM json_each(?2) AS wanted CROSS JOIN vectors ON chunk_id = wanted.value
            WHERE model = (SELECT key FROM models WHERE name = ?1) AND state = {_PENDING} LIMIT ?3"""
        others = f"{_PENDING_IDS} ORDER BY key LIMIT ?"
        with self._database.read() as connection:
            ids = dict.fromkeys(connection.execute(urgent, (model, json.dumps(list(first)), limit)))
            ids.update(dict.fromkeys(connection.execute(others, (model, limit + len(ids)))))
            return list(chunks_by_id(connection, [chunk_id for (chunk_id,) in ids][:limit]).values())

    def pending_ids(self, model: str) -> list[str]:
        """Return the ids of all chunks without vectors of this model, in the order of addition."""
        self._register(model)
        with self._database.read() as connection:
            return [chunk_id for (chunk_id,) in connection.execute(f"{_PENDING_IDS} ORDER BY key", (model,))]

    def pending_work(self, model: str) -> PendingWork:
        """Return how much is pending for a model whose pending chunks were queried before."""
        pending = self._totals(model)[VectorState.PENDING]
        return PendingWork(pending.chunks, pending.characters)

    def failed(self, model: str, limit: int) -> list[tuple[Chunk, str]]:
        """Return chunks that cannot be embedded, with the reasons."""
        query = f"SELECT chunk_id, reason FROM vectors WHERE {OF_MODEL} AND state = {_FAILED} ORDER BY key LIMIT ?"
        with self._database.read() as connection:
            reasons: dict[str, str] = dict(connection.execute(query, (model, limit)).fetchall())
            chunks = chunks_by_id(connection, list(reasons))
        return [(chunk, reasons[chunk_id]) for chunk_id, chunk in chunks.items()]

    def stale(self, model: str, limit: int) -> list[tuple[Chunk, int]]:
        """Return chunks that moved since their vectors were stored, with their number of windows."""
        windows = dict(self._in_state(_STALE, model, limit))
        with self._database.read() as connection:
            chunks = chunks_by_id(connection, list(windows))
        return [(chunk, windows[chunk_id]) for chunk_id, chunk in chunks.items()]

    def to_remove(self, model: str, limit: int) -> list[tuple[str, int]]:
        """Return ids, with their number of windows, of chunks whose vectors the store should remove."""
        return self._in_state(_REMOVED, model, limit)

    # --- what the store has -------------------------------------------------------------------------------

    def stored(self, model: str, ids: Sequence[str]) -> dict[str, int]:
        """Return the chunks among these that have vectors of this model, with their number of windows."""
        # The plus keeps SQLite from scanning all stored rows, which are nearly all rows.
        query = f"""SELECT chunk_id, windows FROM vectors WHERE {OF_MODEL} AND +state IN ({_STORED}, {_STALE})
            AND chunk_id IN (SELECT value FROM json_each(?))"""
        with self._database.read() as connection:
            return dict(connection.execute(query, (model, json.dumps(list(ids)))).fetchall())

    def count(self, model: str) -> int:
        """Return the number of vectors of this model that the store should have: the upper one of `bounds`."""
        return self.bounds(model)[1]

    def bounds(self, model: str) -> tuple[int, int]:
        """Return the lowest and the highest possible number of vectors of this model in the store.

        They differ if a crash interrupted the last step.
        """
        totals = self._totals(model)
        least = totals[VectorState.STORED].windows + totals[VectorState.STALE].windows
        return least, sum(state.windows for state in totals.values())

    def models(self) -> list[str]:
        """Return the models that have any vector in the store."""
        query = """SELECT name FROM models WHERE EXISTS
            (SELECT 1 FROM vector_totals WHERE model = models.key AND windows > 0) ORDER BY name"""
        with self._database.read() as connection:
            return [name for (name,) in connection.execute(query)]

    # --- what was done ------------------------------------------------------------------------------------

    def mark_expected(self, model: str, windows: Mapping[str, int]) -> None:
        """Record before storing vectors how many of each chunk the store may have from now on.

        A crash then leaves no vector in the store that the ledger does not know.
        """
        self._register(model)
        with self._database.write() as connection:
            connection.executemany(
                f"""INSERT INTO vectors (chunk_id, model, windows, state) SELECT ?1, key, ?2,
                    iif(EXISTS (SELECT 1 FROM chunks WHERE id = ?1), {_PENDING}, {_REMOVED}) FROM models WHERE name = ?3
                    ON CONFLICT (chunk_id, model) DO UPDATE SET windows = max(windows, excluded.windows)""",
                [(chunk_id, count, model) for chunk_id, count in windows.items()],
            )

    def mark_stored(self, model: str, stored: Sequence[tuple[Chunk, int]]) -> None:
        """Record that the store has the vectors of chunks: each as it was stored, with its number of windows.

        A chunk that moved meanwhile becomes stale; the vectors of a chunk that vanished meanwhile should be removed.
        """
        self._register(model)
        # With fewer windows than before, old ones remain in the store: remove all, and embed the chunk again.
        with self._database.write() as connection:
            connection.executemany(
                f"""INSERT INTO vectors (chunk_id, model, windows, state) SELECT ?1, key, ?7,
                    CASE {_HAS_LOCATION} WHEN 1 THEN {_STORED} WHEN 0 THEN {_STALE} ELSE {_REMOVED} END
                    FROM models WHERE name = ?2
                    ON CONFLICT (chunk_id, model) DO UPDATE SET windows = max(windows, excluded.windows),
                    state = iif(excluded.windows < windows, {_REMOVED}, excluded.state), reason = NULL""",
                [(*_location(chunk, model), count) for chunk, count in stored],
            )

    def mark_failed(self, model: str, reasons: Mapping[str, str]) -> None:
        """Record by id why chunks cannot be embedded; `forget` makes them pending again."""
        with self._database.write() as connection:
            connection.executemany(
                f"""UPDATE vectors SET state = {_FAILED}, reason = ?
                    WHERE {OF_MODEL} AND chunk_id = ? AND state = {_PENDING}""",
                [(reason, model, chunk_id) for chunk_id, reason in reasons.items()],
            )

    def mark_fresh(self, model: str, chunks: Sequence[Chunk]) -> None:
        """Record that the store has the current location of these chunks; a chunk that moved again stays stale."""
        with self._database.write() as connection:
            connection.executemany(
                f"""UPDATE vectors SET state = {_STORED} WHERE chunk_id = ?1 AND state = {_STALE}
                    AND model = (SELECT key FROM models WHERE name = ?2) AND {_HAS_LOCATION}""",
                [_location(chunk, model) for chunk in chunks],
            )

    def mark_removed(self, model: str, ids: Sequence[str]) -> None:
        """Record that the store has no vectors of these chunks; one that is in the catalog again becomes pending."""
        values = [(model, chunk_id) for chunk_id in ids]
        with self._database.write() as connection:
            connection.executemany(
                f"""UPDATE vectors SET windows = 0, state = {_PENDING} WHERE {OF_MODEL} AND chunk_id = ?
                    AND chunk_id IN (SELECT id FROM chunks)""",
                values,
            )
            connection.executemany(
                f"""DELETE FROM vectors WHERE {OF_MODEL} AND chunk_id = ? AND state = {_REMOVED}""",
                values,
            )

    def forget(self, model: str) -> None:
        """Record that the store has no vectors of this model: all its chunks are pending, none to remove."""
        with self._database.write() as connection:
            connection.execute(f"DELETE FROM vectors WHERE {OF_MODEL}", (model,))
            connection.execute("DELETE FROM models WHERE name = ?", (model,))

    def _in_state(self, state: int, model: str, limit: int) -> list[tuple[str, int]]:
        query = f"SELECT chunk_id, windows FROM vectors WHERE {OF_MODEL} AND state = ? ORDER BY key LIMIT ?"
        with self._database.read() as connection:
            return connection.execute(query, (model, state, limit)).fetchall()

    def _totals(self, model: str) -> dict[VectorState, VectorTotals]:
        with self._database.read() as connection:
            return vector_rows.totals(connection, model)

    def _register(self, model: str) -> None:
        """Make all chunks pending for a new model."""
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


def _location(chunk: Chunk, model: str) -> tuple[str, str, int, int, int, int]:
    return chunk.id, model, chunk.first_line, chunk.last_line, chunk.position, chunk.total

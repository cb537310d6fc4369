"""Statements on the `vectors` table for changes of chunks, run within the transaction of the change.

A crash therefore loses no pending work on the vector store; see `vector_ledger`.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sourcewise.storage.catalog_schema import VectorState

if TYPE_CHECKING:
    import sqlite3

_PENDING, _STORED, _STALE, _REMOVED, _FAILED = (state.value for state in VectorState)
OF_MODEL = "model = (SELECT key FROM models WHERE name = ?)"
"""A condition on tables with a `model` column; its parameter is the model's name."""


class VectorTotals(NamedTuple):
    """The number of a model's chunks in a state, of their windows in the store, and of their characters."""

    chunks: int
    windows: int
    characters: int


def chunk_added(connection: sqlite3.Connection, chunk_id: str, characters: int) -> None:
    """Make the chunk pending for every model; this cancels a pending removal."""
    connection.execute(
        f"""INSERT INTO vectors (chunk_id, model, state, characters) SELECT ?, key, {_PENDING}, ? FROM models WHERE true
            ON CONFLICT (chunk_id, model) DO UPDATE SET state = {_PENDING}, reason = NULL""",
        (chunk_id, characters),
    )


def chunk_moved(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Record that the chunk's location in the store is out of date."""
    connection.execute(f"UPDATE vectors SET state = {_STALE} WHERE chunk_id = ? AND state = {_STORED}", (chunk_id,))


def chunk_gone(connection: sqlite3.Connection, chunk_id: str) -> None:
    """Record that the store should remove the vectors of the chunk."""
    connection.execute("DELETE FROM vectors WHERE chunk_id = ? AND windows = 0", (chunk_id,))
    connection.execute(f"UPDATE vectors SET state = {_REMOVED} WHERE chunk_id = ?", (chunk_id,))


def totals(connection: sqlite3.Connection, model: str) -> dict[VectorState, VectorTotals]:
    """Return the totals of a model's chunks in each state."""
    query = f"SELECT state, chunks, windows, characters FROM vector_totals WHERE {OF_MODEL}"
    found = {VectorState(state): VectorTotals(*numbers) for state, *numbers in connection.execute(query, (model,))}
    return {state: found.get(state, VectorTotals(0, 0, 0)) for state in VectorState}

"""Statements on the chunks of a catalog, run within a transaction of the caller.

A chunk changes together with its definitions, its words and its vector records.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from sourcewise.domain.code import Chunk
from sourcewise.storage import keyword_index, vector_rows
from sourcewise.storage.chunk_filter import LISTED
from sourcewise.storage.definition_index import definitions_by_chunk, insert_definitions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

    from sourcewise.storage.chunk_filter import ChunkFilter

_CHUNKS = """SELECT chunks.key, chunks.id, files.path, first_line, last_line, text, chunks.language, position, total,
    symbol, kind, signature, docstring FROM chunks JOIN files ON files.key = chunks.file"""


def replace_chunks(connection: sqlite3.Connection, file_key: int, chunks: Sequence[Chunk]) -> None:
    """Replace the chunks of a file; chunks that exist already, by id, only get their new location."""
    query = "SELECT id, key, first_line, last_line, position, total FROM chunks WHERE file = ?"
    old = {chunk_id: (key, tuple(location)) for chunk_id, key, *location in connection.execute(query, (file_key,))}
    kept = {chunk.id for chunk in chunks}
    _drop_chunks(connection, [key for chunk_id, (key, _) in old.items() if chunk_id not in kept])
    for chunk in chunks:
        if chunk.id in old:
            _move_chunk(connection, chunk, *old[chunk.id])
        else:
            _add_chunk(connection, chunk, file_key)


def drop_chunks_of(connection: sqlite3.Connection, file_keys: Iterable[tuple[int]]) -> None:
    """Remove all chunks of the files with these keys."""
    for file_key in file_keys:
        keys = connection.execute("SELECT key FROM chunks WHERE file = ?", file_key).fetchall()
        _drop_chunks(connection, [key for (key,) in keys])


def chunks_by_id(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Chunk]:
    """Return the chunks with these ids that exist, by id, in the order of the ids."""
    chunks = _with_definitions(connection, f"{_CHUNKS} WHERE chunks.id IN {LISTED}", json.dumps(ids))
    found = {chunk.id: chunk for chunk in chunks}
    return {chunk_id: found[chunk_id] for chunk_id in ids if chunk_id in found}


def chunks_by_path(connection: sqlite3.Connection, path: str) -> list[Chunk]:
    """Return the chunks of a file in their order."""
    return _with_definitions(connection, f"{_CHUNKS} WHERE files.path = ? ORDER BY position", path)


def chunks_after(connection: sqlite3.Connection, key: int, limit: int) -> list[tuple[int, Chunk]]:
    """Return up to `limit` chunks with keys above this one, with their keys, in order, without their definitions."""
    rows = connection.execute(f"{_CHUNKS} WHERE chunks.key > ? ORDER BY chunks.key LIMIT ?", (key, limit))
    return [(row[0], Chunk(*row[1:])) for row in rows]


def chunk_metadata(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, tuple[str, ...], str]]:
    """Return the path, the names of the code that each chunk defines, and the note on its file, by id.

    Headings of prose and keys of data are not names of code. All are in one row, since rows cost more than content.
    """
    names = """SELECT json_group_array(name) FROM definitions
        WHERE chunk = chunks.key AND kind NOT IN ('section', 'key')"""
    query = f"""SELECT json_group_array(json_array(chunks.id, files.path, json(({names})), files.detail))
        FROM chunks JOIN files ON files.key = chunks.file WHERE chunks.id IN {LISTED}"""
    (found,) = connection.execute(query, (json.dumps(list(ids)),)).fetchone()
    return {chunk_id: (path, tuple(names), note) for chunk_id, path, names, note in json.loads(found)}


def ids_passing(connection: sqlite3.Connection, chunk_filter: ChunkFilter, limit: int) -> list[str]:
    """Return the ids of chunks that pass the filter, at most `limit`; a negative limit means no limit."""
    return [chunk_id for (chunk_id,) in connection.execute(*chunk_filter.listing("id", limit))]


def ids_passing_among(connection: sqlite3.Connection, chunk_filter: ChunkFilter, ids: Collection[str]) -> list[str]:
    """Return the ids among these whose chunks exist and pass the filter, in any order."""
    condition, values = chunk_filter.condition("chunks.key")
    query = f"SELECT id FROM chunks WHERE id IN {LISTED}{condition}"
    return [chunk_id for (chunk_id,) in connection.execute(query, (json.dumps(list(ids)), *values))]


def _with_definitions(connection: sqlite3.Connection, query: str, value: str) -> list[Chunk]:
    rows = connection.execute(query, (value,)).fetchall()
    definitions = definitions_by_chunk(connection, [row[0] for row in rows])
    return [replace(Chunk(*row), definitions=tuple(definitions.get(key, ()))) for key, *row in rows]


def _add_chunk(connection: sqlite3.Connection, chunk: Chunk, file_key: int) -> None:
    key = connection.execute(
        """INSERT INTO chunks (id, file, position, total, first_line, last_line, language, symbol, kind, signature,
            docstring, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key""",
        (
            *(chunk.id, file_key, chunk.position, chunk.total, chunk.first_line, chunk.last_line, chunk.language),
            *(chunk.symbol, chunk.kind, chunk.signature, chunk.docstring, chunk.text),
        ),
    ).fetchone()[0]
    keyword_index.add_words(connection, key, chunk)
    insert_definitions(connection, key, chunk)
    vector_rows.chunk_added(connection, chunk.id, len(chunk.text))


def _move_chunk(connection: sqlite3.Connection, chunk: Chunk, key: int, old_location: tuple[int, ...]) -> None:
    location = (chunk.first_line, chunk.last_line, chunk.position, chunk.total)
    connection.execute(
        """UPDATE chunks SET first_line = ?, last_line = ?, position = ?, total = ?, language = ?, kind = ?
            WHERE key = ?""",
        (*location, chunk.language, chunk.kind, key),
    )
    connection.execute("DELETE FROM definitions WHERE chunk = ?", (key,))
    insert_definitions(connection, key, chunk)
    if location != old_location:
        vector_rows.chunk_moved(connection, chunk.id)


def _drop_chunks(connection: sqlite3.Connection, keys: Collection[int]) -> None:
    if keys:
        keyword_index.count_removed(connection, len(keys))
    for key in keys:
        chunk = Chunk(*connection.execute(f"{_CHUNKS} WHERE chunks.key = ?", (key,)).fetchone()[1:])
        keyword_index.remove_words(connection, key, chunk)
        connection.execute("DELETE FROM chunks WHERE key = ?", (key,))
        vector_rows.chunk_gone(connection, chunk.id)

"""Finds the definitions of a catalog by plain or qualified name, ignoring case.

Hides how names are split and folded, and how a definition becomes a row.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.domain.code import Definition
from sourcewise.storage.chunk_filter import ANY_CHUNK, LISTED
from sourcewise.text.names import name_parts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.database import Database

_DEFINITION = """definitions.name, definitions.kind, definitions.first_line, definitions.last_line, definitions.parents,
    definitions.signature, definitions.docstring"""


class DefinitionPlace(NamedTuple):
    """A definition and the chunk in which it begins."""

    chunk_id: str
    path: str
    definition: Definition


def insert_definitions(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Store the definitions of the chunk that has this key."""
    connection.executemany(
        """INSERT INTO definitions (chunk, folded_name, folded_qualified, name, kind, first_line, last_line, parents,
            signature, docstring) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                *(key, definition.name.casefold(), definition.qualified_name.casefold(), definition.name),
                *(definition.kind, definition.first_line, definition.last_line),
                json.dumps(definition.parents, ensure_ascii=False),
                *(definition.signature, definition.docstring),
            )
            for definition in chunk.definitions
        ],
    )


def definitions_by_chunk(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, list[Definition]]:
    """Return the definitions in the chunks with these keys, in order; chunks without definitions are missing."""
    query = f"SELECT chunk, {_DEFINITION} FROM definitions WHERE chunk IN {LISTED} ORDER BY chunk, key"
    found: dict[int, list[Definition]] = {}
    for key, *columns in connection.execute(query, (json.dumps(list(keys)),)):
        found.setdefault(key, []).append(_definition_from(columns))
    return found


class DefinitionIndex:
    """Finds definitions by name. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, names: Sequence[str], limit: int, chunk_filter: ChunkFilter = ANY_CHUNK) -> list[DefinitionPlace]:
        """Return the definitions with these names, in the order of the names, ignoring case.

        Args:
            names: plain, or qualified as far as known (`Class.method`, `Class::method`).
            limit: maximum number of definitions.
            chunk_filter: which chunks to search; a definition belongs to the chunk in which it begins.
        """
        places: dict[int, DefinitionPlace] = {}
        with self._database.read() as connection:
            for name in names:
                places.update(_definitions_named(connection, name, limit, chunk_filter))
        return list(places.values())[:limit]

    def kinds(self) -> list[str]:
        """Return the kinds of chunks and of the definitions in them, the most frequent first."""
        query = """SELECT kind FROM (SELECT kind, count(*) AS number FROM chunks GROUP BY kind
            UNION ALL SELECT kind, count(*) FROM definitions GROUP BY kind)
            GROUP BY kind ORDER BY sum(number) DESC, kind"""
        with self._database.read() as connection:
            return [kind for (kind,) in connection.execute(query)]


def _definitions_named(
    connection: sqlite3.Connection, name: str, limit: int, chunk_filter: ChunkFilter
) -> dict[int, DefinitionPlace]:
    """Return definitions by key, exact-case matches first."""
    parts = name_parts(name)
    suffix = f".{'.'.join(parts)}".casefold()
    condition, conditional = chunk_filter.condition("chunks.key")
    query = f"""SELECT definitions.key, chunks.id, files.path, {_DEFINITION}
        FROM definitions JOIN chunks ON chunks.key = definitions.chunk JOIN files ON files.key = chunks.file
        WHERE folded_name IN (?, ?) AND substr('.' || folded_qualified, -length(?)) = ?{condition}
        ORDER BY definitions.name = ? DESC, files.path, definitions.first_line LIMIT ?"""
    # A name may itself contain a separator, as headings of prose do.
    values = (name.casefold(), parts[-1].casefold(), suffix, suffix, *conditional, parts[-1], limit)
    return {
        key: DefinitionPlace(chunk_id, path, _definition_from(columns))
        for key, chunk_id, path, *columns in connection.execute(query, values)
    }


def _definition_from(columns: Sequence[Any]) -> Definition:
    name, kind, first_line, last_line, parents, signature, docstring = columns
    return Definition(name, kind, first_line, last_line, tuple(json.loads(parents)), signature, docstring)

"""The tables of the catalog."""

from __future__ import annotations

from enum import IntEnum

from sourcewise.storage.database import Schema

SCHEMA_VERSION = 1


class VectorState(IntEnum):
    """Where the vectors of a chunk stand; a row of `vectors` with windows above 0 has something in the store.

    A chunk has a row for every registered model. `REMOVED` rows outlive their chunk until the store has let go.
    """

    PENDING = 0
    STORED = 1
    STALE = 2
    REMOVED = 3


SCHEMA = Schema(
    SCHEMA_VERSION,
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # A path has one row, so it cannot be indexed and skipped at once. `from_scan` tells skips that every scan finds
        # anew from those that took reading the file.
        """CREATE TABLE files (
            key INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
            digest TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '', encoding TEXT NOT NULL DEFAULT '',
            reason TEXT, detail TEXT NOT NULL DEFAULT '', from_scan INTEGER NOT NULL DEFAULT 0)""",
        "CREATE INDEX skipped ON files (from_scan, reason) WHERE reason IS NOT NULL",
        """CREATE TABLE chunks (
            key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            file INTEGER NOT NULL REFERENCES files (key) ON DELETE CASCADE,
            position INTEGER NOT NULL, total INTEGER NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
            language TEXT NOT NULL, symbol TEXT NOT NULL, kind TEXT NOT NULL, signature TEXT NOT NULL,
            docstring TEXT NOT NULL, text TEXT NOT NULL)""",
        "CREATE INDEX chunks_of_file ON chunks (file, position)",
        """CREATE TABLE definitions (
            key INTEGER PRIMARY KEY, chunk INTEGER NOT NULL REFERENCES chunks (key) ON DELETE CASCADE,
            folded_name TEXT NOT NULL, folded_qualified TEXT NOT NULL,
            name TEXT NOT NULL, kind TEXT NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
            parents TEXT NOT NULL, signature TEXT NOT NULL, docstring TEXT NOT NULL)""",
        "CREATE INDEX definitions_by_name ON definitions (folded_name)",
        "CREATE INDEX definitions_of_chunk ON definitions (chunk, first_line)",
        """CREATE VIRTUAL TABLE words USING fts5 (
            symbol, path, signature, docstring, body, content = '',
            tokenize = "porter unicode61 remove_diacritics 2 tokenchars '_-'")""",
        "CREATE TABLE models (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
        """CREATE TABLE vectors (
            key INTEGER PRIMARY KEY, chunk_id TEXT NOT NULL,
            model INTEGER NOT NULL REFERENCES models (key) ON DELETE CASCADE,
            windows INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL, UNIQUE (chunk_id, model))""",
        "CREATE INDEX vectors_by_state ON vectors (model, state)",
    ),
    """SELECT 1 FROM (SELECT key, value FROM meta LIMIT 1), (SELECT max(key), path FROM files),
        (SELECT max(key), id FROM chunks), (SELECT max(key), name FROM definitions),
        (SELECT max(key), state FROM vectors), (SELECT max(key), name FROM models),
        (SELECT count(*) FROM words WHERE words MATCH 'sourcewise')""",
)

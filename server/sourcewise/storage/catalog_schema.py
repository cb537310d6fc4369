"""The tables of the catalog, and the totals that triggers maintain, since counting a million rows takes too long."""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

from enum import IntEnum

from sourcewise.storage.database import Schema

SCHEMA_VERSION = 3
# Before version 3, the keyword index has whole runs of scripts without spaces; see `keyword_upgrade`.
_VERSION_WITHOUT_BIGRAMS = 2


class VectorState(IntEnum):
    """The state of a chunk's vectors; a row of `vectors` with more than 0 windows may have vectors in the store.

    A chunk has a row for every registered model. A `REMOVED` row outlives its chunk until the store has removed the
    vectors; a `FAILED` row has the reason why the model cannot embed the chunk.
    """

    PENDING = 0
    STORED = 1
    STALE = 2
    REMOVED = 3
    FAILED = 4


def _count_files(row: str, change: str) -> str:
    return f"""INSERT INTO totals VALUES ('files', coalesce({row}.reason, ''), {change}1)
        ON CONFLICT DO UPDATE SET number = number + excluded.number;"""


def _count_vectors(row: str, sign: str) -> str:
    return f"""UPDATE vector_totals SET chunks = chunks {sign} 1, windows = windows {sign} {row}.windows,
        characters = characters {sign} {row}.characters WHERE model = {row}.model AND state = {row}.state;"""


_TOTALS = (
    # `detail` is the reason of skipped files.
    """CREATE TABLE totals (
        subject TEXT NOT NULL, detail TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (subject, detail)) WITHOUT ROWID""",
    "INSERT INTO totals VALUES ('files', '', 0), ('chunks', '', 0)",
    f"CREATE TRIGGER file_added AFTER INSERT ON files BEGIN {_count_files('new', '+')} END",
    f"CREATE TRIGGER file_removed AFTER DELETE ON files BEGIN {_count_files('old', '-')} END",
    f"""CREATE TRIGGER file_changed AFTER UPDATE OF reason ON files WHEN old.reason IS NOT new.reason
        BEGIN {_count_files("old", "-")} {_count_files("new", "+")} END""",
    """CREATE TRIGGER chunk_added AFTER INSERT ON chunks
        BEGIN UPDATE totals SET number = number + 1 WHERE subject = 'chunks'; END""",
    """CREATE TRIGGER chunk_removed AFTER DELETE ON chunks
        BEGIN UPDATE totals SET number = number - 1 WHERE subject = 'chunks'; END""",
    """CREATE TABLE vector_totals (
        model INTEGER NOT NULL REFERENCES models (key) ON DELETE CASCADE, state INTEGER NOT NULL,
        chunks INTEGER NOT NULL DEFAULT 0, windows INTEGER NOT NULL DEFAULT 0, characters INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (model, state)) WITHOUT ROWID""",
    f"""CREATE TRIGGER model_added AFTER INSERT ON models BEGIN INSERT INTO vector_totals (model, state)
        VALUES {", ".join(f"(new.key, {state.value})" for state in VectorState)}; END""",
    f"CREATE TRIGGER vectors_added AFTER INSERT ON vectors BEGIN {_count_vectors('new', '+')} END",
    f"CREATE TRIGGER vectors_removed AFTER DELETE ON vectors BEGIN {_count_vectors('old', '-')} END",
    f"""CREATE TRIGGER vectors_changed AFTER UPDATE OF windows, state ON vectors
        BEGIN {_count_vectors("old", "-")} {_count_vectors("new", "+")} END""",
)


SCHEMA = Schema(
    SCHEMA_VERSION,
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        # A path has one row, so it cannot be indexed and skipped at once. `from_scan` marks skips that every scan finds
        # again; the others were found by reading the file. `detail` is the rule of a skipped file or a note on an
        # indexed one.
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
            windows INTEGER NOT NULL DEFAULT 0, state INTEGER NOT NULL, characters INTEGER NOT NULL DEFAULT 0,
            reason TEXT, UNIQUE (chunk_id, model))""",
        "CREATE INDEX vectors_by_state ON vectors (model, state)",
        *_TOTALS,
    ),
    """SELECT 1 FROM (SELECT key, value FROM meta LIMIT 1), (SELECT max(key), path FROM files),
        (SELECT max(key), id FROM chunks), (SELECT max(key), name FROM definitions),
        (SELECT max(key), state FROM vectors), (SELECT max(key), name FROM models),
        (SELECT max(number) FROM totals), (SELECT max(windows) FROM vector_totals),
        (SELECT count(*) FROM words WHERE words MATCH 'sourcewise')""",
    (
        # Vectors of file summaries. `digest` is that of the summarized file; an empty summary has an empty vector.
        """CREATE TABLE IF NOT EXISTS synopses (
            key INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files (key) ON DELETE CASCADE,
            model TEXT NOT NULL, digest TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (file, model))""",
        "CREATE INDEX IF NOT EXISTS chunks_of_kind ON chunks (kind)",
        "CREATE INDEX IF NOT EXISTS definitions_of_kind ON definitions (kind, chunk)",
    ),
    earlier=frozenset({_VERSION_WITHOUT_BIGRAMS}),
)

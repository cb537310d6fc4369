"""The catalog's statements: values in, rows out, within a transaction that the caller began."""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.domain.code import Chunk, Definition, FileStamp, SkippedFile, SkipReason
from sourcewise.storage import keyword_index, vector_ledger
from sourcewise.storage.chunk_filter import FILES_AMONG, LISTED, listed_paths, quick_condition

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sourcewise.domain.code import SourceFile
    from sourcewise.storage.chunk_filter import ChunkFilter

    ReadRow = tuple[str, int, int, str, str | None]
    SkipRow = tuple[str, int, int, str, str]

_CHUNKS = """SELECT chunks.key, chunks.id, files.path, first_line, last_line, text, chunks.language, position, total,
    symbol, kind, signature, docstring FROM chunks JOIN files ON files.key = chunks.file"""
_DEFINITION = """definitions.name, definitions.kind, definitions.first_line, definitions.last_line, definitions.parents,
    definitions.signature, definitions.docstring"""
_SEPARATOR = re.compile(r"\.|::|->|#")


class DefinitionPlace(NamedTuple):
    """A definition and the chunk it begins in."""

    chunk_id: str
    path: str
    definition: Definition


# --- files ------------------------------------------------------------------------------------------------


def upsert_file(connection: sqlite3.Connection, file: SourceFile, note: str) -> int:
    """Record a file as indexed, whatever it was, and return its key."""
    key: int = connection.execute(
        """INSERT INTO files (path, size, mtime_ns, digest, language, encoding, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
            digest = excluded.digest, language = excluded.language, encoding = excluded.encoding,
            reason = NULL, detail = excluded.detail, from_scan = 0 RETURNING key""",
        (file.path, file.stamp.size, file.stamp.mtime_ns, file.digest, file.language, file.encoding, note),
    ).fetchone()[0]
    return key


def upsert_skipped(connection: sqlite3.Connection, rows: Sequence[SkipRow], *, from_scan: bool) -> None:
    """Record files as skipped; those that were indexed lose their chunks."""
    indexed = f"SELECT key FROM files WHERE path IN {LISTED} AND reason IS NULL"
    _drop_chunks_of(connection, connection.execute(indexed, (json.dumps([path for path, *_ in rows]),)).fetchall())
    connection.executemany(
        """INSERT INTO files (path, size, mtime_ns, reason, detail, from_scan) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, digest = '',
            language = '', encoding = '', reason = excluded.reason, detail = excluded.detail,
            from_scan = excluded.from_scan""",
        [(*row, from_scan) for row in rows],
    )


def upsert_scan_skip(connection: sqlite3.Connection, row: SkipRow) -> None:
    """Record a file as skipped by the last scan."""
    upsert_skipped(connection, [row], from_scan=True)


def remove_scan_skip(connection: sqlite3.Connection, path: str) -> None:
    """Forget that a scan skipped a file."""
    connection.execute("DELETE FROM files WHERE path = ? AND from_scan = 1", (path,))


def remove_read_file(connection: sqlite3.Connection, path: str) -> None:
    """Remove a file with its chunks, unless it is there because a scan skipped it."""
    keys = connection.execute("SELECT key FROM files WHERE path = ? AND from_scan = 0", (path,)).fetchall()
    _drop_chunks_of(connection, keys)
    connection.executemany("DELETE FROM files WHERE key = ?", keys)


def read_rows(connection: sqlite3.Connection, within: Sequence[str] | None) -> Iterator[ReadRow]:
    """Return the files that were read, in these files and folders, or all."""
    scope, values = _among(within)
    query = f"SELECT path, size, mtime_ns, digest, reason FROM files WHERE from_scan = 0{scope}"
    return connection.execute(query, values)


def scan_skip_rows(connection: sqlite3.Connection, within: Sequence[str] | None) -> Iterator[SkipRow]:
    """Return the files that a scan skipped, in these files and folders, or all."""
    scope, values = _among(within)
    query = f"SELECT path, size, mtime_ns, reason, detail FROM files WHERE from_scan = 1{scope}"
    return connection.execute(query, values)


def indexed_paths(connection: sqlite3.Connection, within: Sequence[str]) -> list[str]:
    """Return the indexed files that are among these files and folders."""
    scope, values = _among(within)
    return [path for (path,) in connection.execute(f"SELECT path FROM files WHERE reason IS NULL{scope}", values)]


def skip_rows(connection: sqlite3.Connection) -> Iterator[SkipRow]:
    """Return the skipped files by path."""
    query = "SELECT path, size, mtime_ns, reason, detail FROM files WHERE reason IS NOT NULL ORDER BY path"
    return connection.execute(query)


def note_rows(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Return the indexed files that have a note, with it, by path."""
    return connection.execute("SELECT path, detail FROM files WHERE reason IS NULL AND detail <> '' ORDER BY path")


def _among(within: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    """Return a condition that keeps these files and folders, and its value."""
    return ("", ()) if within is None else (f" AND files.key IN {FILES_AMONG}", (listed_paths(within),))


def skipped_from(row: SkipRow) -> SkippedFile:
    """Make a value of a row."""
    path, size, mtime_ns, reason, detail = row
    return SkippedFile(FileStamp(path, size, mtime_ns), SkipReason(reason), detail)


def skipped_row(file: SkippedFile) -> SkipRow:
    """Make a row of a value. A name that is no text (it has lone surrogates) is stored escaped, for reading only."""
    path = file.path.encode("utf-8", "backslashreplace").decode("utf-8")
    detail = file.detail.encode("utf-8", "backslashreplace").decode("utf-8")
    return path, file.stamp.size, file.stamp.mtime_ns, file.reason.value, detail


# --- chunks -----------------------------------------------------------------------------------------------


def replace_chunks(connection: sqlite3.Connection, file_key: int, chunks: Sequence[Chunk]) -> None:
    """Make these the chunks of a file; those that are there already, by id, only take their new place."""
    query = "SELECT id, key, first_line, last_line, position, total FROM chunks WHERE file = ?"
    old = {chunk_id: (key, tuple(place)) for chunk_id, key, *place in connection.execute(query, (file_key,))}
    kept = {chunk.id for chunk in chunks}
    _drop_chunks(connection, [key for chunk_id, (key, _) in old.items() if chunk_id not in kept])
    for chunk in chunks:
        if chunk.id in old:
            _move_chunk(connection, chunk, *old[chunk.id])
        else:
            _add_chunk(connection, chunk, file_key)


def chunks_by_id(connection: sqlite3.Connection, ids: Sequence[str]) -> list[Chunk]:
    """Return those that exist, in any order."""
    return _with_definitions(connection, f"{_CHUNKS} WHERE chunks.id IN {LISTED}", json.dumps(ids))


def chunks_by_path(connection: sqlite3.Connection, path: str) -> list[Chunk]:
    """Return the chunks of a file in their order."""
    return _with_definitions(connection, f"{_CHUNKS} WHERE files.path = ? ORDER BY position", path)


def ids_passing(connection: sqlite3.Connection, within: ChunkFilter, limit: int) -> list[str]:
    """Return the ids of the chunks that pass, so many at most; a negative limit is none."""
    return [chunk_id for (chunk_id,) in connection.execute(*within.listing("id", limit))]


def ids_passing_among(connection: sqlite3.Connection, within: ChunkFilter, ids: Collection[str]) -> list[str]:
    """Return those of these ids whose chunks exist and pass, in any order."""
    condition, values = within.condition("chunks.key")
    query = f"SELECT id FROM chunks WHERE id IN {LISTED}{condition}"
    return [chunk_id for (chunk_id,) in connection.execute(query, (json.dumps(list(ids)), *values))]


def paths_without_chunks(connection: sqlite3.Connection, paths: Sequence[str]) -> list[str]:
    """Return those of these files and folders that no indexed file is or lies in."""
    query = f"SELECT 1 FROM files WHERE key IN {FILES_AMONG} AND reason IS NULL LIMIT 1"
    return [path for path in paths if not connection.execute(query, (listed_paths([path]),)).fetchone()]


def _with_definitions(connection: sqlite3.Connection, query: str, value: str) -> list[Chunk]:
    rows = connection.execute(query, (value,)).fetchall()
    inside = f"SELECT chunk, {_DEFINITION} FROM definitions WHERE chunk IN {LISTED} ORDER BY chunk, key"
    definitions: dict[int, list[Definition]] = {}
    for key, *columns in connection.execute(inside, (json.dumps([row[0] for row in rows]),)):
        definitions.setdefault(key, []).append(_definition_from(columns))
    return [replace(Chunk(*row), definitions=tuple(definitions.get(key, ()))) for key, *row in rows]


def chunks_at(connection: sqlite3.Connection, path: str, line: int | None, limit: int) -> list[str]:
    """Return ids of the chunks at a line of the file that a path means, or of the first of the file."""
    keys = json.dumps(_files_meant(connection, path))
    spans = "AND first_line <= ? AND last_line >= ?" if line is not None else ""
    query = f"SELECT id FROM chunks WHERE file IN {LISTED} {spans} ORDER BY file, position LIMIT ?"
    lines = () if line is None else (line, line)
    return [chunk_id for (chunk_id,) in connection.execute(query, (keys, *lines, limit))]


def _files_meant(connection: sqlite3.Connection, path: str) -> list[int]:
    """Return keys of the files with the longest end of this path, else of those whose path ends in it."""
    parts = [part for part in path.split("/") if part]
    ends = ["/".join(parts[start:]) for start in range(len(parts))]
    for end in ends:
        found = connection.execute("SELECT key FROM files WHERE path = ?", (end,)).fetchone()
        if found:
            return list(found)
    # One look at all paths for the shortest end: every longer one is among what it finds.
    same_name = "SELECT key, '/' || path FROM files WHERE substr(path, -length(?1)) = ?1"
    named = connection.execute(same_name, (f"/{ends[-1]}",)).fetchall() if ends else []
    matches = ([key for key, known in named if known.endswith(f"/{end}")] for end in ends)
    return next(filter(None, matches), [])


def chunk_metadata(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return path and names of definitions of chunks by id, read as one row: a row costs more than what is in it."""
    names = "SELECT json_group_array(name) FROM definitions WHERE chunk = chunks.key"
    query = f"""SELECT json_group_array(json_array(chunks.id, files.path, json(({names}))))
        FROM chunks JOIN files ON files.key = chunks.file WHERE chunks.id IN {LISTED}"""
    (found,) = connection.execute(query, (json.dumps(list(ids)),)).fetchone()
    return {chunk_id: (path, tuple(names)) for chunk_id, path, names in json.loads(found)}


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
    _insert_definitions(connection, key, chunk)
    vector_ledger.chunk_added(connection, chunk.id, len(chunk.text))


def _move_chunk(connection: sqlite3.Connection, chunk: Chunk, key: int, old_place: tuple[int, ...]) -> None:
    place = (chunk.first_line, chunk.last_line, chunk.position, chunk.total)
    connection.execute(
        """UPDATE chunks SET first_line = ?, last_line = ?, position = ?, total = ?, language = ?, kind = ?
            WHERE key = ?""",
        (*place, chunk.language, chunk.kind, key),
    )
    connection.execute("DELETE FROM definitions WHERE chunk = ?", (key,))
    _insert_definitions(connection, key, chunk)
    if place != old_place:
        vector_ledger.chunk_moved(connection, chunk.id)


def _drop_chunks_of(connection: sqlite3.Connection, file_keys: Iterable[tuple[int]]) -> None:
    for file_key in file_keys:
        keys = connection.execute("SELECT key FROM chunks WHERE file = ?", file_key).fetchall()
        _drop_chunks(connection, [key for (key,) in keys])


def _drop_chunks(connection: sqlite3.Connection, keys: Collection[int]) -> None:
    if keys:
        keyword_index.count_left(connection, len(keys))
    for key in keys:
        chunk = Chunk(*connection.execute(f"{_CHUNKS} WHERE chunks.key = ?", (key,)).fetchone()[1:])
        keyword_index.remove_words(connection, key, chunk)
        connection.execute("DELETE FROM chunks WHERE key = ?", (key,))
        vector_ledger.chunk_gone(connection, chunk.id)


# --- words ------------------------------------------------------------------------------------------------


def words_found(
    connection: sqlite3.Connection, terms: Sequence[str], limit: int, within: ChunkFilter
) -> list[tuple[str, float]]:
    """Return ids of chunks that hold any of these terms, best first, with their BM25 score (positive)."""
    found = dict(keyword_index.search(connection, terms, limit, *quick_condition(connection, within, "words.rowid")))
    named = f"SELECT key, id FROM chunks WHERE key IN {LISTED}"
    ids = dict(connection.execute(named, (json.dumps(list(found)),)).fetchall())
    return [(ids[key], score) for key, score in found.items() if key in ids]


# --- definitions ------------------------------------------------------------------------------------------


def definitions_named(
    connection: sqlite3.Connection, name: str, limit: int, within: ChunkFilter
) -> dict[int, DefinitionPlace]:
    """Return definitions by key, those in the very case of the name first; the name may be qualified."""
    parts = _SEPARATOR.split(name)
    suffix = f".{'.'.join(parts)}".casefold()
    condition, conditional = within.condition("chunks.key")
    query = f"""SELECT definitions.key, chunks.id, files.path, {_DEFINITION}
        FROM definitions JOIN chunks ON chunks.key = definitions.chunk JOIN files ON files.key = chunks.file
        WHERE folded_name IN (?, ?) AND substr('.' || folded_qualified, -length(?)) = ?{condition}
        ORDER BY definitions.name = ? DESC, files.path, definitions.first_line LIMIT ?"""
    # A name may itself hold a separator: headings of prose do.
    values = (name.casefold(), parts[-1].casefold(), suffix, suffix, *conditional, parts[-1], limit)
    return {
        key: DefinitionPlace(chunk_id, path, _definition_from(columns))
        for key, chunk_id, path, *columns in connection.execute(query, values)
    }


def _insert_definitions(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
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


def _definition_from(columns: Sequence[Any]) -> Definition:
    name, kind, first_line, last_line, parents, signature, docstring = columns
    return Definition(name, kind, first_line, last_line, tuple(json.loads(parents)), signature, docstring)

"""Statements on the files of a catalog, run within a transaction of the caller."""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sourcewise.storage.chunk_filter import FILES_AMONG, LISTED, listed_paths
from sourcewise.storage.chunk_rows import drop_chunks_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.code import SourceFile

    ReadRow = tuple[str, int, int, str, str | None, str]


def upsert_file(connection: sqlite3.Connection, file: SourceFile, note: str) -> int:
    """Record a file as indexed, whether it was known, skipped or new, and return its key."""
    key: int = connection.execute(
        """INSERT INTO files (path, size, mtime_ns, digest, language, encoding, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
            digest = excluded.digest, language = excluded.language, encoding = excluded.encoding,
            reason = NULL, detail = excluded.detail, from_scan = 0 RETURNING key""",
        (file.path, file.stamp.size, file.stamp.mtime_ns, file.digest, file.language, file.encoding, note),
    ).fetchone()[0]
    return key


def remove_read_file(connection: sqlite3.Connection, path: str) -> None:
    """Remove a file with its chunks, unless a scan skipped it."""
    keys = connection.execute("SELECT key FROM files WHERE path = ? AND from_scan = 0", (path,)).fetchall()
    drop_chunks_of(connection, keys)
    connection.executemany("DELETE FROM files WHERE key = ?", keys)


def read_rows(connection: sqlite3.Connection, paths: Sequence[str] | None) -> Iterator[ReadRow]:
    """Return the files that were read, among these files and folders, or all."""
    scope, values = among(paths)
    query = f"SELECT path, size, mtime_ns, digest, reason, detail FROM files WHERE from_scan = 0{scope}"
    return connection.execute(query, values)


def indexed_paths(connection: sqlite3.Connection, paths: Sequence[str]) -> list[str]:
    """Return the indexed files among these files and folders."""
    scope, values = among(paths)
    return [path for (path,) in connection.execute(f"SELECT path FROM files WHERE reason IS NULL{scope}", values)]


def indexed_rows(connection: sqlite3.Connection) -> Iterator[tuple[str, int, str]]:
    """Return the path, the key and the note of every indexed file."""
    return connection.execute("SELECT path, key, detail FROM files WHERE reason IS NULL")


def note_rows(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Return the notes on indexed files, with their paths, in the order of the paths."""
    return connection.execute("SELECT path, detail FROM files WHERE reason IS NULL AND detail <> '' ORDER BY path")


def paths_without_chunks(connection: sqlite3.Connection, paths: Sequence[str]) -> list[str]:
    """Return the paths among these that are neither an indexed file nor a folder with one."""
    query = f"SELECT 1 FROM files WHERE key IN {FILES_AMONG} AND reason IS NULL LIMIT 1"
    return [path for path in paths if not connection.execute(query, (listed_paths([path]),)).fetchone()]


def chunks_at(connection: sqlite3.Connection, path: str, line: int | None, limit: int) -> tuple[list[str], int]:
    """Return ids of the chunks at a line of the files that match a path, or of all their chunks; see Catalog."""
    files = _matching_files(connection, path)
    spans = "AND first_line <= ? AND last_line >= ?" if line is not None else ""
    query = f"SELECT id FROM chunks WHERE file IN {LISTED} {spans} ORDER BY file, position LIMIT ?"
    lines = () if line is None else (line, line)
    found = connection.execute(query, (json.dumps(files), *lines, limit))
    return [chunk_id for (chunk_id,) in found], len(files)


def among(paths: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    """Return an SQL condition for these files and folders, as ` AND …`, and its values; None means all files."""
    return ("", ()) if paths is None else (f" AND files.key IN {FILES_AMONG}", (listed_paths(paths),))


def _matching_files(connection: sqlite3.Connection, path: str) -> list[int]:
    """Return keys of the file at the longest suffix of this path, else of the files whose path ends with a suffix."""
    parts = [part for part in path.split("/") if part]
    suffixes = ["/".join(parts[start:]) for start in range(len(parts))]
    for suffix in suffixes:
        found = connection.execute("SELECT key FROM files WHERE path = ?", (suffix,)).fetchone()
        if found:
            return list(found)
    # One scan of all paths for the shortest suffix: matches of longer ones are among its matches.
    same_name = "SELECT key, '/' || path FROM files WHERE substr(path, -length(?1)) = ?1"
    named = connection.execute(same_name, (f"/{suffixes[-1]}",)).fetchall() if suffixes else []
    matches = ([key for key, known in named if known.endswith(f"/{suffix}")] for suffix in suffixes)
    return next(filter(None, matches), [])

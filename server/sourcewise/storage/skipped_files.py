"""The files of a folder that are not indexed, each with its reason.

A scan and reading a file can both skip it. Every scan finds its skips again, so they are replaced as a whole; the skips
of reading stay until the file changes. Hides which rows belong to which.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason
from sourcewise.storage.chunk_filter import LISTED
from sourcewise.storage.chunk_rows import drop_chunks_of
from sourcewise.storage.file_rows import among

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from sourcewise.storage.database import Database

    SkipRow = tuple[str, int, int, str, str]


class SkippedFiles:
    """The skipped files of one catalog. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, skipped: Sequence[SkippedFile]) -> None:
        """Record files that reading skipped; those that were indexed lose their chunks."""
        if skipped:
            with self._database.write() as connection:
                _upsert(connection, list(map(_row_of, skipped)), from_scan=False)

    def replace_scanned(self, skipped: Sequence[SkippedFile], paths: Sequence[str] | None = None) -> None:
        """Replace the skips of the previous scan with those of the last one.

        The skips of reading stay. Files with the same rule and detail as before are not written: the size of an ignored
        file does not matter.

        Args:
            skipped: the files that the scan skipped.
            paths: the files and folders that it scanned; None means all.
        """
        new = {row[0]: row for row in map(_row_of, skipped)}
        with self._database.read() as connection:
            old = {row[0]: row[3:] for row in _scan_skip_rows(connection, paths)}
        changed = [row for path, row in new.items() if old.get(path) != row[3:]]
        self._database.write_each(sorted(old.keys() - new.keys()), _remove_scan_skip)
        self._database.write_each(changed, _upsert_scan_skip)

    def all(self) -> list[SkippedFile]:
        """Return all skipped files, sorted by path."""
        query = "SELECT path, size, mtime_ns, reason, detail FROM files WHERE reason IS NOT NULL ORDER BY path"
        with self._database.read() as connection:
            return [_file_from(row) for row in connection.execute(query)]

    def counts(self) -> dict[SkipReason, int]:
        """Return how many files are skipped for each reason that occurs, the most frequent first."""
        query = """SELECT detail, number FROM totals WHERE subject = 'files' AND detail <> '' AND number > 0
            ORDER BY number DESC, detail"""
        with self._database.read() as connection:
            return {SkipReason(reason): count for reason, count in connection.execute(query)}


def _upsert(connection: sqlite3.Connection, rows: Sequence[SkipRow], *, from_scan: bool) -> None:
    """Record files as skipped; those that were indexed lose their chunks."""
    indexed = f"SELECT key FROM files WHERE path IN {LISTED} AND reason IS NULL"
    drop_chunks_of(connection, connection.execute(indexed, (json.dumps([path for path, *_ in rows]),)).fetchall())
    connection.executemany(
        """INSERT INTO files (path, size, mtime_ns, reason, detail, from_scan) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, digest = '',
            language = '', encoding = '', reason = excluded.reason, detail = excluded.detail,
            from_scan = excluded.from_scan""",
        [(*row, from_scan) for row in rows],
    )


def _upsert_scan_skip(connection: sqlite3.Connection, row: SkipRow) -> None:
    """Record a file as skipped by the last scan."""
    _upsert(connection, [row], from_scan=True)


def _remove_scan_skip(connection: sqlite3.Connection, path: str) -> None:
    """Remove the record that a scan skipped a file."""
    connection.execute("DELETE FROM files WHERE path = ? AND from_scan = 1", (path,))


def _scan_skip_rows(connection: sqlite3.Connection, paths: Sequence[str] | None) -> Iterator[SkipRow]:
    """Return the files that a scan skipped, among these files and folders, or all."""
    scope, values = among(paths)
    query = f"SELECT path, size, mtime_ns, reason, detail FROM files WHERE from_scan = 1{scope}"
    return connection.execute(query, values)


def _file_from(row: SkipRow) -> SkippedFile:
    """Return the skipped file of a row."""
    path, size, mtime_ns, reason, detail = row
    return SkippedFile(FileStamp(path, size, mtime_ns), SkipReason(reason), detail)


def _row_of(file: SkippedFile) -> SkipRow:
    """Return the row of a skipped file. A name with lone surrogates is not text: it is escaped, for display only."""
    path = file.path.encode("utf-8", "backslashreplace").decode("utf-8")
    detail = file.detail.encode("utf-8", "backslashreplace").decode("utf-8")
    return path, file.stamp.size, file.stamp.mtime_ns, file.reason.value, detail

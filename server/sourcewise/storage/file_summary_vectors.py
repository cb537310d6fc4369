"""The vectors of file summaries, one for each file and model, in the catalog.

They are few and are only looked up by path, so they need no vector store. A changed file keeps its vector until the new
one is stored. The table has an older name, `synopses`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from sourcewise.storage.database import Database

    Vectors = NDArray[np.float32]

_DUE = """FROM files LEFT JOIN synopses ON synopses.file = files.key AND synopses.model = ?
    WHERE files.reason IS NULL AND files.digest IS NOT synopses.digest"""
# 16-bit floats take half the space and change at most the third digit of a cosine.
_STORED_AS = "<f2"


class FileVersion(NamedTuple):
    """A file, and the digest of its content."""

    path: str
    digest: str


class FileSummaryVectors:
    """The vectors of one catalog. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, model: str, limit: int) -> list[FileVersion]:
        """Return files whose vector is missing or belongs to older content."""
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT files.path, files.digest {_DUE} LIMIT ?", (model, limit)).fetchall()
        return [FileVersion(*row) for row in rows]

    def count_due(self, model: str) -> int:
        """Return the number of files that are due."""
        with self._database.read() as connection:
            count: int = connection.execute(f"SELECT count(*) {_DUE}", (model,)).fetchone()[0]
        return count

    def store(self, model: str, vectors: Iterable[tuple[FileVersion, Vectors]]) -> None:
        """Store one vector (dimensions) for each of these files, an empty one if its summary is empty."""
        rows = [(model, file.digest, vector.astype(_STORED_AS).tobytes(), file.path) for file, vector in vectors]
        with self._database.write() as connection:
            connection.executemany(
                """INSERT INTO synopses (file, model, digest, vector) SELECT key, ?, ?, ? FROM files WHERE path = ?
                    ON CONFLICT (file, model) DO UPDATE SET digest = excluded.digest, vector = excluded.vector""",
                rows,
            )

    def forget_others(self, model: str) -> None:
        """Remove the vectors of all other models."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM synopses WHERE model <> ?", (model,))

    def exist(self, model: str) -> bool:
        """Return whether there is any vector of a model."""
        query = "SELECT EXISTS (SELECT 1 FROM synopses WHERE model = ?)"
        with self._database.read() as connection:
            return _has_table(connection) and bool(connection.execute(query, (model,)).fetchone()[0])

    def cosines(self, model: str, vector: Vectors, paths: Sequence[str]) -> dict[str, float]:
        """Return the cosines of a unit vector (dimensions) with these files; files without a vector are missing."""
        query = """SELECT files.path, synopses.vector FROM json_each(?) AS wanted
            CROSS JOIN files ON files.path = wanted.value
            JOIN synopses ON synopses.file = files.key AND synopses.model = ? WHERE length(synopses.vector) > 0"""
        with self._database.read() as connection:
            known = _has_table(connection)
            rows = connection.execute(query, (json.dumps(list(paths)), model)).fetchall() if known else []
        if not rows:
            return {}
        stored = np.frombuffer(b"".join(blob for _, blob in rows), _STORED_AS).reshape(len(rows), -1)
        return dict(zip((path for path, _ in rows), (stored.astype(np.float32) @ vector).tolist(), strict=True))


def has_current_vector(connection: sqlite3.Connection, file_key: int) -> bool:
    """Return whether a vector belongs to the present content of a file."""
    query = """SELECT EXISTS (SELECT 1 FROM synopses JOIN files ON files.key = synopses.file
        WHERE synopses.file = ? AND synopses.digest = files.digest)"""
    return bool(connection.execute(query, (file_key,)).fetchone()[0])


def forget_version(connection: sqlite3.Connection, file_key: int) -> None:
    """Make the vectors of a file due although its content is the same; they are used until they are replaced."""
    connection.execute("UPDATE synopses SET digest = '' WHERE file = ?", (file_key,))


def _has_table(connection: sqlite3.Connection) -> bool:
    """Return whether the table exists: a read-only catalog of an older version lacks it."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'synopses'").fetchone() is not None

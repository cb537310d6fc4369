"""What files are about, as vectors: one for each file and model, beside the files in the catalog.

They are few and are only ever looked up by the file's path, so they need no vector store. A file that changed keeps
its vector until the new one is there.
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
# Half the room, and the third digit of a cosine is all that ever changes.
_STORED_AS = "<f2"


class FileAsRead(NamedTuple):
    """A file, and the digest of its content when it was looked at."""

    path: str
    digest: str


class FileSummaryVectors:
    """Those of one catalog. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, model: str, limit: int) -> list[FileAsRead]:
        """Return files whose vector is missing or of an older content."""
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT files.path, files.digest {_DUE} LIMIT ?", (model, limit)).fetchall()
        return [FileAsRead(*row) for row in rows]

    def count_due(self, model: str) -> int:
        """Return how many there are; see due."""
        with self._database.read() as connection:
            count: int = connection.execute(f"SELECT count(*) {_DUE}", (model,)).fetchone()[0]
        return count

    def store(self, model: str, vectors: Iterable[tuple[FileAsRead, Vectors]]) -> None:
        """Store one vector (dimensions) for each of these files, an empty one where there is nothing to tell."""
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
        """Tell whether there is any of a model."""
        query = "SELECT EXISTS (SELECT 1 FROM synopses WHERE model = ?)"
        with self._database.read() as connection:
            return _has_table(connection) and bool(connection.execute(query, (model,)).fetchone()[0])

    def cosines(self, model: str, vector: Vectors, paths: Sequence[str]) -> dict[str, float]:
        """Return how near to a unit vector (dimensions) these files are, as far as they have a vector."""
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


def _has_table(connection: sqlite3.Connection) -> bool:
    """Tell whether the table is there: a catalog of an older program that may only be read has none."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'synopses'").fetchone() is not None

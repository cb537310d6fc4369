"""Caches embeddings by model and text, for all folders of a user, so that no text is embedded twice.

Hides its file and its eviction. It is only a cache: a damaged file is set aside, and a new one begins.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.errors import StorageError
from sourcewise.storage import embedding_uses
from sourcewise.storage.database import Database, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    from numpy.typing import NDArray

    Result = TypeVar("Result")
    Vectors = NDArray[np.float32]

logger = logging.getLogger(__name__)

_SCHEMA = Schema(
    1,
    ("CREATE TABLE embeddings (key TEXT PRIMARY KEY, windows INTEGER NOT NULL, vectors BLOB NOT NULL)",),
    "SELECT key, windows, vectors FROM embeddings LIMIT 1",
    embedding_uses.TABLES,
)
_DAY_SECONDS = 86400


class _CacheCorruptError(StorageError):
    """The file of the cache is damaged."""


class EmbeddingCache:
    """One user's embeddings. Thread-safe; several processes may share the file."""

    def __init__(self, path: Path, today: Callable[[], int] = lambda: int(time.time() // _DAY_SECONDS)) -> None:
        """Describe the cache. The first use opens the file, or creates it with its folder; StorageError if it cannot.

        Args:
            path: of the file.
            today: returns the day, counted from the epoch.
        """
        self._path = path
        self._today = today
        self._renewal = threading.Lock()
        self._opened: Database | None = None

    def get(self, model: str, texts: Sequence[str]) -> dict[int, Vectors]:
        """Return the cached vectors of these texts.

        Returns:
            Index into `texts` to an array of shape (windows, dimension).
        """
        indexes: dict[str, list[int]] = {}
        for index, text in enumerate(texts):
            indexes.setdefault(_key(model, text), []).append(index)
        rows = self._with_fresh_start(lambda: self._rows(list(indexes)))
        self._note_use([key for key, _, _, day in rows if day != self._today()])
        return {
            index: np.frombuffer(vectors, dtype="<f4").reshape(windows, -1).astype(np.float32)
            for key, windows, vectors, _ in rows
            for index in indexes[key]
        }

    def put(self, model: str, items: Sequence[tuple[str, Vectors]]) -> None:
        """Cache the vectors of texts, each an array of shape (windows, dimension)."""
        rows = [
            (_key(model, text), len(vectors), np.ascontiguousarray(vectors, dtype="<f4").tobytes())
            for text, vectors in items
        ]
        self._with_fresh_start(lambda: self._insert(rows))

    def evict(self, most_bytes: int, most_days: int) -> int:
        """Evict embeddings unused for too long, then the least recently used above the size limit; once a day.

        Embeddings used today or yesterday are never evicted.

        Args:
            most_bytes: maximum size of the cache.
            most_days: days to keep unused embeddings.

        Returns:
            The number of evicted texts.
        """

        def evict() -> int:
            evicted = embedding_uses.evict(self._database, most_bytes, most_days, self._today())
            self._database.compact()
            return evicted

        return self._with_fresh_start(evict)

    def __len__(self) -> int:
        """Return the number of cached texts, of all models and folders."""
        return self._with_fresh_start(self._count)

    def close(self) -> None:
        """Close the file."""
        with self._renewal:
            if self._opened is not None:
                self._opened.close()

    @property
    def _database(self) -> Database:
        with self._renewal:
            if self._opened is None:  # also after a failure: the disk may have been full
                try:
                    self._opened = self._open()
                except _CacheCorruptError:
                    self._set_aside()
                    self._opened = self._open()
            return self._opened

    def _open(self) -> Database:
        return Database(self._path, _SCHEMA, _CacheCorruptError)

    def _rows(self, keys: list[str]) -> list[tuple[str, int, bytes, int | None]]:
        query = """SELECT key, windows, vectors, day FROM embeddings LEFT JOIN uses USING (key)
            WHERE key IN (SELECT value FROM json_each(?))"""
        with self._database.read() as connection:
            return connection.execute(query, (json.dumps(keys),)).fetchall()

    def _insert(self, rows: list[tuple[str, int, bytes]]) -> None:
        with self._database.write() as connection:
            connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)
            embedding_uses.note_use(connection, [key for key, _, _ in rows], self._today())

    def _note_use(self, keys: list[str]) -> None:
        if not keys:
            return
        try:
            with self._database.write() as connection:
                embedding_uses.note_use(connection, keys, self._today())
        except StorageError as error:  # the embeddings themselves were read
            logger.info("Cannot record the use of %d embeddings: %s", len(keys), error)

    def _count(self) -> int:
        with self._database.read() as connection:
            (count,) = connection.execute("SELECT count(*) FROM embeddings").fetchone()
        return int(count)

    def _with_fresh_start(self, action: Callable[[], Result]) -> Result:
        """Run an action, and once more with an empty cache if the file is damaged."""
        used = self._database
        try:
            return action()
        except _CacheCorruptError:
            with self._renewal:
                if self._opened is used:
                    used.close()
                    self._set_aside()
                    self._opened = self._open()
            return action()

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        logger.warning("The embedding cache %s is damaged. It was moved to %s; a new one begins.", self._path, aside)
        for earlier in self._path.parent.glob(f"{self._path.name}.damaged-*"):  # one is enough to examine
            with contextlib.suppress(OSError):
                earlier.unlink()
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            self._path.replace(aside)
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _key(model: str, text: str) -> str:
    return hashlib.blake2b(f"{model}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

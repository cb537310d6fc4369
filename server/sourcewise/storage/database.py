"""A SQLite file with one writer and many readers.

Hides connections and pragmas, which thread may use which, transactions, and how the file shrinks again.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sourcewise.errors import StorageError
from sourcewise.storage import free_pages
from sourcewise.storage.database_errors import as_storage_errors, damaged
from sourcewise.storage.free_pages import page_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

_BUSY_SECONDS = 10.0
_RETRY_SECONDS = 0.01
# Between the steps of long work, so that the writers of other threads and processes find a gap.
_GAP_SECONDS = 0.01
# How long one of several transactions may keep other writers waiting, and how long they then have to begin.
_TURN_SECONDS = 0.03
_PAUSE_SECONDS = 0.001
# To write a bigger file anew would keep other writers waiting for too long.
_MOST_BYTES_ANEW = 500_000_000
_PRAGMAS = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)
# Memory for pages, in kibibytes: there is one writer, and a reader for each thread that ever read beside others.
_WRITER_CACHE = 32_000
_READER_CACHE = 8_000


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database holds.

    Attributes:
        version: raised whenever `statements`, or the meaning of what is stored, changes.
        statements: what creates an empty database.
        probe: a cheap query that reads a little of everything and fails where something is missing.
        additions: statements that every opening runs, harmless when run again. Older programs know nothing of what
            they create and may use the file at the same time.
    """

    version: int
    statements: tuple[str, ...]
    probe: str
    additions: tuple[str, ...] = ()


class Database:
    """A SQLite file that any thread may use: writes take turns, reads see the last commit and wait for nobody."""

    def __init__(self, path: Path, schema: Schema, corrupt: type[StorageError], *, read_only: bool = False) -> None:
        """Open the file, or create it with its folder.

        Args:
            path: of the file.
            schema: what the file must hold.
            corrupt: what to raise, here and later, when the file is damaged or holds something else.
            read_only: for a disk that cannot be written. What is there is read, and nobody may write meanwhile.

        Raises:
            StorageError: the file cannot be opened or written.
        """
        self._path = path
        self._read_only = read_only
        self._corrupt = corrupt
        self._closed = False
        self._turn = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        with self._translated():
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._connect(_WRITER_CACHE)
            try:
                self._prepare(schema)
            except BaseException:
                self._writer.close()
                raise

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for reading; all that it reads is of one moment."""
        with self._translated():
            self._check_open()
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect(_READER_CACHE)
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection for one transaction: all of it is stored, or, on any exception, nothing."""
        with self._alone() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # SQLite has already rolled back after some errors, a full disk among them.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def write_in_steps(self, step: Callable[[sqlite3.Connection], bool]) -> None:
        """Write for long without keeping other writers out: a transaction a step, as long as a step tells of more."""
        while True:
            with self.write() as connection:
                more = step(connection)
            if not more:
                return
            time.sleep(_GAP_SECONDS)

    def write_each(self, items: Iterable[Item], write: Callable[[sqlite3.Connection, Item], None]) -> None:
        """Write items that need no common transaction, in transactions so short that other writers hardly wait."""
        waiting = deque(items)
        while waiting:
            with self.write() as connection:
                end = time.monotonic() + _TURN_SECONDS
                while waiting and time.monotonic() < end:
                    write(connection, waiting.popleft())
            if waiting:
                time.sleep(_PAUSE_SECONDS)  # a lock that is taken again at once is not passed on

    def compact(self) -> bool:
        """Give what is free in the file back to the disk where that pays; return whether it did.

        Readers go on undisturbed. A crash, or a disk that is too full for it, loses nothing.
        """
        with self.read() as connection:
            use = page_use(connection)
        if not use.worth_giving_back:
            return False
        try:
            return self._give_pages_back() if use.in_steps else self._write_anew(use.used_bytes)
        except self._corrupt:
            raise
        except StorageError as error:
            logger.warning("What is free in %s stays there for now: %s", self._path, error)
            return False

    def verify(self) -> None:
        """Read the whole file and raise the error of a damaged one; takes seconds for a big file."""
        with self.read() as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise self._damaged(found)

    def close(self) -> None:
        """Close the file; reads in progress end normally."""
        with self._turn:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection outside of a transaction."""
        with self._translated(), self._turn:
            self._check_open()
            yield self._writer

    def _connect(self, cache: int) -> sqlite3.Connection:
        return self._connect_for_reading() if self._read_only else self._connect_for_all(cache)

    def _connect_for_reading(self) -> sqlite3.Connection:
        """Read what a clean end left as it is; after a crash the log has more, and SQLite the file beside it."""
        log = self._path.with_name(f"{self._path.name}-wal")
        way = "mode=ro" if log.exists() else "mode=ro&immutable=1"
        uri = f"{self._path.as_uri()}?{way}"
        return sqlite3.connect(uri, _BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)

    def _connect_for_all(self, cache: int) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            free_pages.shrink_in_steps(connection)  # before the write-ahead log, whose mark makes the file not empty
            _use_write_ahead_log(connection)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            connection.execute(f"PRAGMA cache_size = -{cache:d}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)

    def _give_pages_back(self) -> bool:
        self.write_in_steps(free_pages.give_some_back)
        with self._alone() as connection:
            free_pages.shorten(connection)
        return True

    def _write_anew(self, size: int) -> bool:
        if size > min(_MOST_BYTES_ANEW, shutil.disk_usage(self._path.parent).free / 3):
            return False
        with self._alone() as connection:
            free_pages.write_anew(connection)
            free_pages.shorten(connection)
        return True

    def _prepare(self, schema: Schema) -> None:
        if self._read_only:
            self._check_version(self._writer, schema)
        else:
            self._create(schema)
        self._probe(schema)
        if not self._read_only:
            self._add(schema)

    def _create(self, schema: Schema) -> None:
        with self.write() as connection:
            if _version_of(connection) == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in schema.statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {schema.version:d}")
            self._check_version(connection, schema)

    def _probe(self, schema: Schema) -> None:
        try:
            self._writer.execute(schema.probe).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            raise self._damaged(str(error)) from error  # a table or a column is missing

    def _add(self, schema: Schema) -> None:
        """Make what is added to the tables, which are there by now."""
        with self.write() as connection:
            for statement in schema.additions:
                connection.execute(statement)

    def _check_version(self, connection: sqlite3.Connection, schema: Schema) -> None:
        version = _version_of(connection)
        if version != schema.version:
            raise self._damaged(f"its version is {version}, not {schema.version}")

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self._path} is closed already.", "Open the folder again.")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        with as_storage_errors(self._path, self._corrupt):
            yield

    def _damaged(self, finding: str) -> StorageError:
        return damaged(self._path, self._corrupt, finding)


def _version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch the journal. Two that create a file at once are in each other's way, and here SQLite does not wait."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return

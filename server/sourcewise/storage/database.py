"""A SQLite file with one writer and many readers.

Hides connections, pragmas, the threads that may use them, transactions, and how the file shrinks again.
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
# The pause between the steps of long work, so that writers of other threads and processes get a turn.
_GAP_SECONDS = 0.01
# How long one of several transactions may block other writers, and the pause in which they can begin.
_TURN_SECONDS = 0.03
_PAUSE_SECONDS = 0.001
# Rewriting a larger file would block other writers for too long.
_MOST_BYTES_REWRITTEN = 500_000_000
_PRAGMAS = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)
# Page cache in KiB. There is one writer, and as many readers as threads ever read at the same time.
_WRITER_CACHE = 32_000
_READER_CACHE = 8_000


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a database.

    Attributes:
        version: incremented when `statements`, or the meaning of the stored values, changes.
        statements: create an empty database.
        probe: a cheap query that reads a little of every table and fails if one is missing.
        additions: statements that run each time the file is opened, harmless when repeated. Older versions do not know
            the tables that they create and may use the file at the same time.
        earlier: earlier versions whose files can be read, and written after an upgrade; see `raise_version`.
    """

    version: int
    statements: tuple[str, ...]
    probe: str
    additions: tuple[str, ...] = ()
    earlier: frozenset[int] = frozenset()


class Database:
    """A SQLite file that any thread may use: writes take turns, reads see the last commit and never wait."""

    def __init__(self, path: Path, schema: Schema, corrupt: type[StorageError], *, read_only: bool = False) -> None:
        """Open the file, or create it with its folder.

        Args:
            path: of the file.
            schema: the tables that the file must have.
            corrupt: the error to raise, here and later, when the file is damaged or has other content.
            read_only: for a disk that cannot be written; no process may write the file meanwhile.

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
        """Lend a connection for one read transaction, which sees one snapshot."""
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
        """Lend the write connection for one transaction, which any exception rolls back."""
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
        """Do long work without blocking other writers: one transaction for each step, until a step returns False."""
        while True:
            with self.write() as connection:
                more = step(connection)
            if not more:
                return
            time.sleep(_GAP_SECONDS)

    def write_each(self, items: Iterable[Item], write: Callable[[sqlite3.Connection, Item], None]) -> None:
        """Write items that need no common transaction, in transactions so short that other writers barely wait."""
        waiting = deque(items)
        while waiting:
            with self.write() as connection:
                end = time.monotonic() + _TURN_SECONDS
                while waiting and time.monotonic() < end:
                    write(connection, waiting.popleft())
            if waiting:
                time.sleep(_PAUSE_SECONDS)  # a lock that is retaken at once never goes to another thread

    def compact(self) -> bool:
        """Return the free pages of the file to the file system if that pays; return whether it did.

        Readers are not blocked. A crash, or a disk that is too full, loses nothing.
        """
        with self.read() as connection:
            use = page_use(connection)
        if not use.worth_compacting:
            return False
        try:
            return self._release_pages() if use.in_steps else self._rewrite(use.used_bytes)
        except self._corrupt:
            raise
        except StorageError as error:
            logger.warning("Cannot compact %s for now: %s", self._path, error)
            return False

    def verify(self) -> None:
        """Read the whole file, and raise the `corrupt` error if it is damaged; takes seconds for a large file."""
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
        """Lend the write connection outside of a transaction."""
        with self._translated(), self._turn:
            self._check_open()
            yield self._writer

    def _connect(self, cache: int) -> sqlite3.Connection:
        return self._connect_for_reading() if self._read_only else self._connect_for_all(cache)

    def _connect_for_reading(self) -> sqlite3.Connection:
        """Open the file without a lock after a clean end; after a crash, SQLite must read the write-ahead log too."""
        log = self._path.with_name(f"{self._path.name}-wal")
        mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
        uri = f"{self._path.as_uri()}?{mode}"
        return sqlite3.connect(uri, _BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)

    def _connect_for_all(self, cache: int) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            free_pages.shrink_in_steps(connection)  # before the write-ahead log, whose mark makes the file non-empty
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

    def _release_pages(self) -> bool:
        self.write_in_steps(free_pages.release_some)
        with self._alone() as connection:
            free_pages.checkpoint(connection)
        return True

    def _rewrite(self, size: int) -> bool:
        if size > min(_MOST_BYTES_REWRITTEN, shutil.disk_usage(self._path.parent).free / 3):
            return False
        with self._alone() as connection:
            free_pages.rewrite(connection)
            free_pages.checkpoint(connection)
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
        """Create what was added to the tables since this version of the schema."""
        with self.write() as connection:
            for statement in schema.additions:
                connection.execute(statement)

    def _check_version(self, connection: sqlite3.Connection, schema: Schema) -> None:
        version = _version_of(connection)
        if version != schema.version and version not in schema.earlier:
            raise self._damaged(f"its version is {version}, not {schema.version}")

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError(f"{self._path} is already closed.", "Open the folder again.")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        with as_storage_errors(self._path, self._corrupt):
            yield

    def _damaged(self, finding: str) -> StorageError:
        return damaged(self._path, self._corrupt, finding)


def raise_version(connection: sqlite3.Connection, schema: Schema) -> bool:
    """Give a file of an earlier version the version of the schema; return whether it had an earlier one.

    The caller upgrades the content, and no process of an earlier version may use the file any more.
    """
    is_earlier = _version_of(connection) != schema.version
    if is_earlier:
        connection.execute(f"PRAGMA user_version = {schema.version:d}")
    return is_earlier


def _version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, and retry: SQLite does not wait here for a process that creates the same file."""
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

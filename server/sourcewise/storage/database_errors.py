"""Translates SQLite's error codes into errors for the user: what happened, and what to do."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from typing import TYPE_CHECKING

from sourcewise.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEAST_FREE_BYTES = 1_000_000


@contextlib.contextmanager
def as_storage_errors(path: Path, corrupt: type[StorageError]) -> Iterator[None]:
    """Raise errors of SQLite and of the file system as StorageError, or as `corrupt` if the file is damaged.

    Args:
        path: of the database.
        corrupt: the error to raise if the file is damaged or not a database.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a bug of ours, not a failure of the disk
    except sqlite3.DatabaseError as error:
        raise _translated(error, path, corrupt) from error
    except OSError as error:
        raise StorageError(f"{path} cannot be opened: {error}.", "Check that you may write to its folder.") from error


def damaged(path: Path, corrupt: type[StorageError], finding: str) -> StorageError:
    """Return the error for a damaged database."""
    return corrupt(
        f"{path} is damaged or has another version ({finding}).", "Rebuild the index; your files are untouched."
    )


def _translated(error: sqlite3.DatabaseError, path: Path, corrupt: type[StorageError]) -> StorageError:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, corrupt, str(error))
    # On a full disk, SQLite reports only an I/O error if its shared-memory file cannot grow.
    if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _disk_is_full(path)):
        return StorageError(
            f"The disk of {path} is full.",
            "Free some space and try again; no stored data is lost.",
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StorageError(f"{path} cannot be written ({error}).", "Check that you may write to it and to its folder.")
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageError(f"Another program has locked {path}.", "Close that program and try again.")
    return StorageError(f"{path} cannot be used ({error}).", "Check its disk and try again.")


def _disk_is_full(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES
    return False

"""Chroma in a local folder.

Hides Chroma's files and the faults that Chroma itself does not detect. A store whose search graph is lost or scrambled
returns wrong results or crashes the process, so the files are checked before they are opened. A client continues with
deleted files, so their existence is checked at each use.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import uuid
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from sourcewise.errors import StorageError, VectorStoreCorruptError
from sourcewise.storage.chroma import hnsw_files
from sourcewise.storage.chroma.collection import collection_name
from sourcewise.storage.free_pages import page_use, rewrite

if TYPE_CHECKING:
    from pathlib import Path

    from chromadb.api.client import Client

DATABASE = "chroma.sqlite3"
# Chroma does not always report why a write failed; with less free space than this, the disk is full.
_LEAST_FREE_BYTES = 1_000_000
_DISK_FULL = re.compile(r"\(code: 13\)|no space left|disk is full|os error 28\b", re.IGNORECASE)
_NOT_WRITABLE = re.compile(
    r"\(code: (?:8|14|1032)\)|permission denied|read-only|readonly|os error (?:13|30)\b", re.IGNORECASE
)


class ChromaFolder:
    """A location of collections; see ChromaLocation."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is created when needed."""
        self._folder = folder
        self._opened: tuple[int, int] | None = None
        # Stays set: a new file in its place may even get the same inode number, but Chroma still has the old one.
        self._is_lost = False

    def open(self) -> Client:
        """See ChromaLocation.open."""
        from sourcewise.storage.chroma import clients  # noqa: PLC0415 - takes a second; many commands need no vectors

        self._folder.mkdir(parents=True, exist_ok=True)
        self._check_files()
        client = clients.open_folder(self._folder)
        self._opened = self._identity()
        return client

    def close(self, client: Client) -> None:
        """See ChromaLocation.close."""
        client.close()

    def check(self) -> None:
        """See ChromaLocation.check."""
        self._is_lost |= self._opened is not None and self._identity() != self._opened
        if self._is_lost:
            raise damaged(self._folder, "they were deleted while in use")

    def name_of(self, model: str) -> str:
        """See ChromaLocation.name_of."""
        return collection_name(model)

    def translated(self, error: BaseException) -> StorageError:
        """See ChromaLocation.translated."""
        text = str(error)
        if _DISK_FULL.search(text) or self._disk_is_full():
            return StorageError(
                f"The disk of {self._folder} is full.",
                "Free some space and try again; no stored data is lost.",
            )
        if _NOT_WRITABLE.search(text):
            return StorageError(
                f"{self._folder} cannot be written ({text}).", "Check that you may write to it and to its folder."
            )
        return damaged(self._folder, text)

    def _disk_is_full(self) -> bool:
        with suppress(OSError):
            return shutil.disk_usage(self._folder.parent).free < _LEAST_FREE_BYTES
        return False

    def delete_all(self) -> None:
        """See ChromaLocation.delete_all."""
        delete_folder(self._folder)
        self._opened, self._is_lost = None, False

    def wants_compacting(self) -> bool:
        """See ChromaLocation.wants_compacting."""
        if not (self._folder / DATABASE).is_file():
            return False
        with closing(sqlite3.connect(self._folder / DATABASE)) as connection:
            return page_use(connection).worth_compacting

    def compact(self) -> None:
        """See ChromaLocation.compact. Only the database shrinks: Chroma never frees elements removed from a graph."""
        with closing(sqlite3.connect(self._folder / DATABASE, isolation_level=None)) as connection:
            rewrite(connection)

    def elements(self) -> int:
        """See ChromaLocation.elements."""
        return sum(hnsw_files.elements(self._folder / segment) for segment in self._graphs())

    def _check_files(self) -> None:
        """Raise VectorStoreCorruptError if Chroma would open files that it cannot use."""
        database = self._folder / DATABASE
        if not database.is_file() or not database.stat().st_size:
            if any(self._folder.iterdir()):
                raise damaged(self._folder, f"{DATABASE} is missing")
            return
        for segment in self._graphs():
            if finding := hnsw_files.damage(self._folder / segment):
                raise damaged(self._folder, finding)

    def _graphs(self) -> list[str]:
        """Return the folders of the graphs. Chroma creates and records one once a collection outgrows its log."""
        with closing(sqlite3.connect(self._folder / DATABASE)) as connection:
            written = connection.execute(
                "SELECT id FROM segments WHERE scope = 'VECTOR' AND id IN (SELECT segment_id FROM max_seq_id)"
            ).fetchall()
        return [segment for (segment,) in written]

    def _identity(self) -> tuple[int, int] | None:
        """Return device and inode of the database, which distinguish it from a file that replaces it."""
        try:
            stat = (self._folder / DATABASE).stat()
        except FileNotFoundError:
            return None
        return stat.st_dev, stat.st_ino


def damaged(folder: Path, finding: str) -> VectorStoreCorruptError:
    """Return the error upon which the owner of the vectors restores them."""
    return VectorStoreCorruptError(
        f"The stored vectors at {folder} are damaged ({finding}).", "Sourcewise restores them from the embedding cache."
    )


def delete_folder(folder: Path) -> None:
    """Delete a folder atomically: a crash leaves all of it, or only leftovers under another name.

    Raises:
        StorageError: it cannot be deleted.
    """
    try:
        if folder.exists():
            folder.rename(folder.with_name(f"{folder.name}.damaged-{uuid.uuid4().hex[:8]}"))
    except OSError as error:
        raise StorageError(
            f"The damaged vectors at {folder} cannot be deleted: {error}.",
            "Close other programs that use the folder, and delete it yourself.",
        ) from error
    for leftover in folder.parent.glob(f"{folder.name}.damaged-*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)

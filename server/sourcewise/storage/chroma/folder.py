"""Chroma in a folder of this machine.

Hides Chroma's files and what it does not notice itself: a store that lost or scrambled its search graph answers
wrongly or ends the process, so the files are checked before they are opened; and a client goes on with files that were
deleted under it, so they are looked for at every use.
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
from sourcewise.storage.free_pages import page_use, write_anew

if TYPE_CHECKING:
    from pathlib import Path

    from chromadb.api.client import Client

DATABASE = "chroma.sqlite3"
# Chroma does not always say why it could not write; with less room than this, it is that.
_LEAST_ROOM = 1_000_000
_DISK_FULL = re.compile(r"\(code: 13\)|no space left|disk is full|os error 28\b", re.IGNORECASE)
_NOT_WRITABLE = re.compile(
    r"\(code: (?:8|14|1032)\)|permission denied|read-only|readonly|os error (?:13|30)\b", re.IGNORECASE
)


class ChromaFolder:
    """A home for collections; see ChromaHome."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; it is made when it is needed."""
        self._folder = folder
        self._opened: tuple[int, int] | None = None
        # What comes back in its place may even have its number, but Chroma does not know it.
        self._is_lost = False

    def open(self) -> Client:
        """See ChromaHome.open."""
        from sourcewise.storage.chroma import clients  # noqa: PLC0415 - costs a second, and many commands need no vectors

        self._folder.mkdir(parents=True, exist_ok=True)
        self._check_files()
        client = clients.open_folder(self._folder)
        self._opened = self._identity()
        return client

    def close(self, client: Client) -> None:
        """See ChromaHome.close."""
        client.close()

    def check(self) -> None:
        """See ChromaHome.check."""
        self._is_lost |= self._opened is not None and self._identity() != self._opened
        if self._is_lost:
            raise damaged(self._folder, "they were removed while they were in use")

    def name_of(self, model: str) -> str:
        """See ChromaHome.name_of."""
        return collection_name(model)

    def meaning(self, error: BaseException) -> StorageError:
        """See ChromaHome.meaning."""
        text = str(error)
        if _DISK_FULL.search(text) or self._disk_is_full():
            return StorageError(
                f"The disk that holds {self._folder} is full.",
                "Free some space and run it again; nothing that was stored is lost.",
            )
        if _NOT_WRITABLE.search(text):
            return StorageError(
                f"{self._folder} cannot be written ({text}).", "Check that you may write to it and to its folder."
            )
        return damaged(self._folder, text)

    def _disk_is_full(self) -> bool:
        with suppress(OSError):
            return shutil.disk_usage(self._folder.parent).free < _LEAST_ROOM
        return False

    def throw_away(self) -> None:
        """See ChromaHome.throw_away."""
        throw_away(self._folder)
        self._opened, self._is_lost = None, False

    def wants_compacting(self) -> bool:
        """See ChromaHome.wants_compacting."""
        if not (self._folder / DATABASE).is_file():
            return False
        with closing(sqlite3.connect(self._folder / DATABASE)) as connection:
            return page_use(connection).worth_giving_back

    def compact(self) -> None:
        """Only the database shrinks: Chroma marks what is removed from a graph and never gives it back."""
        with closing(sqlite3.connect(self._folder / DATABASE, isolation_level=None)) as connection:
            write_anew(connection)

    def elements(self) -> int:
        """See ChromaHome.elements."""
        return sum(hnsw_files.elements(self._folder / segment) for segment in self._graphs())

    def _check_files(self) -> None:
        """Raise VectorStoreCorruptError where Chroma would open what it cannot use."""
        database = self._folder / DATABASE
        if not database.is_file() or not database.stat().st_size:
            if any(self._folder.iterdir()):
                raise damaged(self._folder, f"{DATABASE} is missing")
            return
        for segment in self._graphs():
            if finding := hnsw_files.damage(self._folder / segment):
                raise damaged(self._folder, finding)

    def _graphs(self) -> list[str]:
        """Chroma keeps a graph in a folder of its own once the collection has outgrown the log, and says so here."""
        with closing(sqlite3.connect(self._folder / DATABASE)) as connection:
            written = connection.execute(
                "SELECT id FROM segments WHERE scope = 'VECTOR' AND id IN (SELECT segment_id FROM max_seq_id)"
            ).fetchall()
        return [segment for (segment,) in written]

    def _identity(self) -> tuple[int, int] | None:
        """Return what tells the database from another that lies in its place."""
        try:
            stat = (self._folder / DATABASE).stat()
        except FileNotFoundError:
            return None
        return stat.st_dev, stat.st_ino


def damaged(folder: Path, finding: str) -> VectorStoreCorruptError:
    """Return the error that has whoever owns the vectors make them again."""
    return VectorStoreCorruptError(
        f"The stored vectors at {folder} are damaged ({finding}).", "They are made again from the embedding cache."
    )


def throw_away(folder: Path) -> None:
    """Remove a folder in one step, so that a crash leaves all of it or nothing but rubbish beside it.

    Raises:
        StorageError: it cannot be removed.
    """
    try:
        if folder.exists():
            folder.rename(folder.with_name(f"{folder.name}.damaged-{uuid.uuid4().hex[:8]}"))
    except OSError as error:
        raise StorageError(
            f"The damaged vectors at {folder} cannot be removed: {error}.",
            "Close other programs that use the folder and remove it by hand.",
        ) from error
    for rubbish in folder.parent.glob(f"{folder.name}.damaged-*"):
        if rubbish.is_dir():
            shutil.rmtree(rubbish, ignore_errors=True)
        else:
            rubbish.unlink(missing_ok=True)

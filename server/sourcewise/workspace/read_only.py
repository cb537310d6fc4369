"""A folder whose index cannot be written, because the disk is full or read-only.

Only keyword and definition search work, on the stored catalog. There is no vector search, since opening the vector
store writes to it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexActivity, IndexReport, Stage
from sourcewise.errors import StorageError
from sourcewise.folder_index.index import Index
from sourcewise.processes.lock import claim
from sourcewise.processes.rpc import RpcClient
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.vector_search import RemoteVectorSearch

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sourcewise.folder_index.index import IndexServices
    from sourcewise.paths import IndexPaths
    from sourcewise.processes.lock import Ownership

_RETRY_SECONDS = 30.0


class ReadOnlyFolder:
    """Searches an index that cannot be written. Thread-safe, except that only one thread may call `run`."""

    searchable = True
    is_behind = False

    def __init__(self, folder: Path, paths: IndexPaths, shared: IndexServices, problem: StorageError) -> None:
        """Open the catalog for reading.

        Args:
            folder: the folder's real path.
            paths: the location of its index.
            shared: the services that all indexes share.
            problem: why the index cannot be written.

        Raises:
            StorageError: there is no catalog, or it cannot be read.
        """
        self._paths = paths
        self._problem = problem
        self._stopped = threading.Event()
        self._catalog = Catalog(paths.catalog, read_only=True)
        self._owner = RpcClient(paths.address, f"the process that owns the index of {folder}")
        self.index = Index(folder, paths, self._catalog, RemoteVectorSearch(self._owner), shared)
        counts = self.index.counts()
        self._activity = IndexActivity(
            Stage.IDLE, files=counts.files, chunks=counts.chunks, embedded=counts.embedded, problem=problem
        )

    # --- requests, which cannot be fulfilled ----------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """Do nothing; the next owner rescans the folder. See Owner.changed."""

    def catch_up(self, seconds: float) -> None:
        """Do nothing; see Owner.catch_up."""

    def prioritize(self, chunk_ids: Sequence[str], question: str = "") -> None:
        """Do nothing; see Owner.prioritize."""

    def set_open_files(self, paths: Sequence[str]) -> None:
        """Do nothing; see Owner.set_open_files."""

    def pause(self, paused: bool) -> None:
        """Do nothing; see Owner.pause."""

    def await_read(self) -> IndexReport:
        """Return an empty report immediately."""
        return IndexReport()

    def rebuild(self) -> None:
        """Raise the error that prevents writing.

        Raises:
            StorageError: the index cannot be written.
        """
        raise self._problem

    def reconfigure(self, shared: IndexServices) -> None:
        """Search with other settings."""
        self.index.reconfigure(shared)

    def activity(self) -> IndexActivity:
        """Return the counts of the index, and the error that prevents updates."""
        return self._activity

    # --- waiting --------------------------------------------------------------------------------------

    def run(self) -> Ownership | None:
        """Wait until this process can own the index, and return the ownership; return None after `stop`."""
        while not self._stopped.wait(_RETRY_SECONDS):
            with suppress(StorageError):
                if (ownership := claim(self._paths.lock)) is not None:
                    return ownership
        return None

    def stop(self) -> None:
        """Make `run` return soon."""
        self._stopped.set()

    def close(self) -> None:
        """Close the catalog."""
        self._owner.close()
        self._catalog.close()

"""A folder whose index cannot be written: what was stored can be asked for, and nothing more until it can be.

A full or a read-only disk is no reason to find nothing. Words and definitions come from the catalog as it is; vectors
need a store that is written to when it is opened, so nobody serves them.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexActivity, IndexReport, Stage
from sourcewise.errors import StorageError
from sourcewise.folder_index.index import Index
from sourcewise.processes.lock import claim
from sourcewise.processes.rpc import PeerClient
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
    """See the module. Thread-safe; `run` belongs to one thread."""

    askable = True
    is_behind = False

    def __init__(self, folder: Path, paths: IndexPaths, shared: IndexServices, problem: StorageError) -> None:
        """Open the catalog for reading.

        Args:
            folder: the real path.
            paths: where its index lives.
            shared: what all indexes share.
            problem: why the index cannot be written.

        Raises:
            StorageError: there is none, or it cannot be read.
        """
        self._paths = paths
        self._problem = problem
        self._stopped = threading.Event()
        self._catalog = Catalog(paths.catalog, read_only=True)
        self._nobody = PeerClient(paths.address, f"the process that keeps the index of {folder}")
        self.index = Index(folder, paths, self._catalog, RemoteVectorSearch(self._nobody), shared)
        counts = self.index.counts()
        self._activity = IndexActivity(
            Stage.IDLE, files=counts.files, chunks=counts.chunks, embedded=counts.embedded, problem=problem
        )

    # --- what is wanted: it cannot be had -------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """Nothing; see Owner.changed. Whoever owns the index next looks at everything."""

    def catch_up(self, seconds: float) -> None:
        """Nothing; see Owner.catch_up."""

    def prioritize(self, chunk_ids: Sequence[str], question: str = "") -> None:
        """Nothing; see Owner.prioritize."""

    def show(self, paths: Sequence[str]) -> None:
        """Nothing; see Owner.show."""

    def pause(self, paused: bool) -> None:
        """Nothing; see Owner.pause."""

    def await_read(self) -> IndexReport:
        """Return at once: what was stored is all there is."""
        return IndexReport()

    def rebuild(self) -> None:
        """Refuse.

        Raises:
            StorageError: the index cannot be written.
        """
        raise self._problem

    def reconfigure(self, shared: IndexServices) -> None:
        """Ask with other settings."""
        self.index.reconfigure(shared)

    def activity(self) -> IndexActivity:
        """Return what the index holds, and why nothing is done with it."""
        return self._activity

    # --- until it can be written ----------------------------------------------------------------------

    def run(self) -> Ownership | None:
        """Wait until the index may be this process's to write, or until `stop`."""
        while not self._stopped.wait(_RETRY_SECONDS):
            with suppress(StorageError):
                if (ownership := claim(self._paths.lock)) is not None:
                    return ownership
        return None

    def stop(self) -> None:
        """Have `run` end soon."""
        self._stopped.set()

    def close(self) -> None:
        """Let go of the catalog."""
        self._nobody.close()
        self._catalog.close()

"""A folder whose index another process owns: this process searches it, the owner updates it.

Keywords and definitions come from the catalog, which any number of processes may read. Vector searches and requests go
to the owner. While the owner does not respond, only keyword search is used. When the owner exits, the first process to
claim the lock owns the index.
"""

from __future__ import annotations

import logging
import threading
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sourcewise.domain.index_state import IndexActivity, Stage
from sourcewise.errors import CatalogCorruptError, IndexBusyError, UserError
from sourcewise.folder_index.index import Index
from sourcewise.processes.lock import claim
from sourcewise.processes.rpc import RpcClient
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.vector_search import RemoteVectorSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from sourcewise.domain.index_state import IndexReport
    from sourcewise.folder_index.index import IndexServices
    from sourcewise.paths import IndexPaths
    from sourcewise.processes.lock import Ownership

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.5
_ANSWER_SECONDS = 5.0
_READING = frozenset({Stage.SCANNING, Stage.READING})


class Follower:
    """Searches an index that another process owns. Thread-safe, except that only one thread may call `run`."""

    def __init__(self, folder: Path, paths: IndexPaths, shared: IndexServices, on_change: Callable[[], None]) -> None:
        """Open the catalog for reading; `on_change` is called, in any thread, when `activity` changes.

        Raises:
            IndexBusyError: the owner has not created the catalog yet, or this version cannot read it.
        """
        self._paths = paths
        self._on_change = on_change
        self._stopped = threading.Event()
        self._catalog, self._file = _opened(paths, folder)
        self._owner = RpcClient(paths.address, f"the process that owns the index of {folder}")
        self._activity = IndexActivity(Stage.SCANNING)
        self.index = Index(
            folder, paths, self._catalog, RemoteVectorSearch(self._owner), shared, prioritize=self.prioritize
        )
        self._was_read = self.index.counts().files > 0
        self._poll()

    # --- requests, which go to the owner --------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """See Owner.changed; usually the owner's watcher has already reported the change."""
        self._request("changed", paths)

    def catch_up(self, seconds: float) -> None:
        """See Owner.catch_up."""
        self._request("catch_up", seconds)

    def await_read(self) -> IndexReport:
        """Ask the owner to rescan the folder; see Owner.refresh.

        Raises:
            PeerGoneError: the owner exited.
        """
        report: IndexReport = self._owner.call("refresh")
        self._poll()
        return report

    def prioritize(self, chunk_ids: Sequence[str], question: str = "") -> None:
        """See Owner.prioritize."""
        self._request("prioritize", list(chunk_ids), question)

    def set_open_files(self, paths: Sequence[str]) -> None:
        """Do nothing: the owner gives priority to the files in its own editor."""

    def pause(self, paused: bool) -> None:
        """See Owner.pause.

        Raises:
            UserError: the owner cannot be reached, or failed.
        """
        self._owner.call("pause", paused, timeout=_ANSWER_SECONDS)

    def rebuild(self) -> None:
        """See Owner.rebuild; raises like `pause`."""
        self._owner.call("rebuild", timeout=_ANSWER_SECONDS)

    def reconfigure(self, shared: IndexServices) -> None:
        """Search with other settings. The owner's settings apply to the index itself."""
        self.index.reconfigure(shared)

    def _request(self, method: str, *args: Any) -> None:
        """Call a method of the owner, and ignore a failure."""
        with suppress(UserError):
            self._owner.call(method, *args, timeout=_ANSWER_SECONDS)

    # --- status ---------------------------------------------------------------------------------------

    @property
    def searchable(self) -> bool:
        """See Owner.searchable."""
        return self._was_read or self._activity.stage not in _READING or self._activity.paused

    @property
    def is_behind(self) -> bool:
        """Always true, since only the owner knows."""
        return True

    def activity(self) -> IndexActivity:
        """Return the last known activity of the owner."""
        return self._activity

    # --- following the owner --------------------------------------------------------------------------

    def run(self) -> Ownership | None:
        """Follow the owner until `stop`, until this process owns the index, or until the catalog is replaced.

        Returns:
            The ownership of the index if the owner has exited, else None.
        """
        with closing(self._owner):
            while not self._stopped.wait(_POLL_SECONDS):
                if (ownership := claim(self._paths.lock)) is not None:
                    logger.info("The owner of the index %s has exited. This process now owns it.", self._paths.root)
                    return ownership
                if _identity(self._paths) != self._file:
                    return None
                self._poll()
        return None

    def stop(self) -> None:
        """Make `run` return soon."""
        self._stopped.set()

    def close(self) -> None:
        """Close the catalog."""
        self._catalog.close()

    def _poll(self) -> None:
        before = self._activity
        try:
            self._activity = self._owner.call("activity", timeout=_ANSWER_SECONDS)
        except UserError as error:
            self._activity = replace(before, problem=error)
        if self._activity != before:
            self._on_change()


def _opened(paths: IndexPaths, folder: Path) -> tuple[Catalog, int]:
    try:
        identity = _identity(paths)
        if identity and not paths.damaged.exists():
            return Catalog(paths.catalog), identity
    except CatalogCorruptError as error:
        raise IndexBusyError(
            f"Another Sourcewise process owns the index of {folder}, in a format that this one cannot read.",
            "It may be another version. Reload or close the other window.",
        ) from error
    raise IndexBusyError(f"Another Sourcewise process is opening the index of {folder}.", "Try again in a moment.")


def _identity(paths: IndexPaths) -> int:
    """Return a number that identifies the catalog file; 0 if there is none."""
    try:
        return paths.catalog.stat().st_ino
    except OSError:
        return 0

"""A folder whose index another process owns: it is asked here, and kept true there.

Words and definitions come from the catalog, which any number of processes may read; vectors, and the wish for a fresh
index, go to the owner. While the owner is silent, words serve. When it is gone, whoever is first owns the index.
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
from sourcewise.processes.rpc import PeerClient
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

_LOOK_SECONDS = 0.5
_ANSWER_SECONDS = 5.0
_READING = frozenset({Stage.SCANNING, Stage.READING})


class Follower:
    """See the module. Thread-safe; `run` belongs to one thread."""

    def __init__(self, folder: Path, paths: IndexPaths, shared: IndexServices, tell: Callable[[], None]) -> None:
        """Open the catalog for reading.

        Raises:
            IndexBusyError: the owner has not made one yet, or one that this version cannot read.
        """
        self._paths = paths
        self._tell = tell
        self._stopped = threading.Event()
        self._catalog, self._file = _opened(paths, folder)
        self._owner = PeerClient(paths.address, f"the process that keeps the index of {folder}")
        self._activity = IndexActivity(Stage.SCANNING)
        self.index = Index(
            folder, paths, self._catalog, RemoteVectorSearch(self._owner), shared, prioritize=self.prioritize
        )
        self._was_read = self.index.counts().files > 0
        self._look()

    # --- what is wanted: the owner does it ------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """See Owner.changed; the owner's own watcher mostly knows already."""
        self._wish("changed", paths)

    def catch_up(self, seconds: float) -> None:
        """See Owner.catch_up."""
        self._wish("catch_up", seconds)

    def await_read(self) -> IndexReport:
        """Have the owner look at everything; see Owner.refresh.

        Raises:
            PeerGoneError: the owner went away.
        """
        report: IndexReport = self._owner.call("refresh")
        self._look()
        return report

    def prioritize(self, chunk_ids: Sequence[str], question: str = "") -> None:
        """See Owner.prioritize."""
        self._wish("prefer", list(chunk_ids), question)

    def show(self, paths: Sequence[str]) -> None:
        """Nothing: what the owner's own editor shows goes first."""

    def pause(self, paused: bool) -> None:
        """See Owner.pause.

        Raises:
            UserError: the owner cannot be reached, or cannot do it.
        """
        self._owner.call("pause", paused, timeout=_ANSWER_SECONDS)

    def rebuild(self) -> None:
        """See Owner.rebuild, and pause."""
        self._owner.call("rebuild", timeout=_ANSWER_SECONDS)

    def reconfigure(self, shared: IndexServices) -> None:
        """Ask with other settings; the index itself obeys those of its owner."""
        self.index.reconfigure(shared)

    def _wish(self, method: str, *args: Any) -> None:
        """Tell the owner something that is not worth an error."""
        with suppress(UserError):
            self._owner.call(method, *args, timeout=_ANSWER_SECONDS)

    # --- what it looks like ---------------------------------------------------------------------------

    @property
    def askable(self) -> bool:
        """See Owner.askable."""
        return self._was_read or self._activity.stage not in _READING or self._activity.paused

    @property
    def is_behind(self) -> bool:
        """Tell whether to ask the owner: it alone knows."""
        return True

    def activity(self) -> IndexActivity:
        """Return what the owner was doing a moment ago."""
        return self._activity

    # --- following the owner --------------------------------------------------------------------------

    def run(self) -> Ownership | None:
        """Follow the owner until `stop`, until the index is this process's, or until its catalog is another one."""
        with closing(self._owner):
            while not self._stopped.wait(_LOOK_SECONDS):
                if (ownership := claim(self._paths.lock)) is not None:
                    logger.info("The owner of %s is gone; its index is ours now.", self._paths.root)
                    return ownership
                if _identity(self._paths) != self._file:
                    return None
                self._look()
        return None

    def stop(self) -> None:
        """Have `run` end soon."""
        self._stopped.set()

    def close(self) -> None:
        """Let go of the catalog."""
        self._catalog.close()

    def _look(self) -> None:
        before = self._activity
        try:
            self._activity = self._owner.call("activity", timeout=_ANSWER_SECONDS)
        except UserError as error:
            self._activity = replace(before, problem=error)
        if self._activity != before:
            self._tell()


def _opened(paths: IndexPaths, folder: Path) -> tuple[Catalog, int]:
    try:
        identity = _identity(paths)
        if identity and not paths.damaged.exists():
            return Catalog(paths.catalog), identity
    except CatalogCorruptError as error:
        raise IndexBusyError(
            f"Another Sourcewise process keeps the index of {folder} in a form that this one cannot read.",
            "It may be another version: reload or close the other window.",
        ) from error
    raise IndexBusyError(f"Another Sourcewise process is opening the index of {folder}.", "Try again in a moment.")


def _identity(paths: IndexPaths) -> int:
    """Return what tells one catalog file from another; 0 where there is none."""
    try:
        return paths.catalog.stat().st_ino
    except OSError:
        return 0

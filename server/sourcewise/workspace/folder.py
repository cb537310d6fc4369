"""An open folder, no matter which process owns its index. It takes a role, and another one when the owner exits.

If a folder cannot be opened, it reports the error and retries: after a change in the folder, or after 30 seconds.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexActivity, Stage
from sourcewise.errors import FolderError, IndexBusyError, PeerGoneError, UserError
from sourcewise.paths import workspace_folder
from sourcewise.workspace.activity import as_user_error
from sourcewise.workspace.owner import Owner
from sourcewise.workspace.role import take_role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from sourcewise.domain.index_state import IndexReport
    from sourcewise.folder_index.index import Index, IndexServices
    from sourcewise.paths import DataPaths
    from sourcewise.processes.lock import Ownership
    from sourcewise.workspace.embedding_queue import EmbeddingQueue
    from sourcewise.workspace.follower import Follower
    from sourcewise.workspace.read_only import ReadOnlyFolder
    from sourcewise.workspace.role import Role

_RETRY_SECONDS = 30.0
_BUSY_RETRY_SECONDS = 0.5
_OPENING_SECONDS = 5.0
_TAKE_OVER_SECONDS = 10.0
_LEAVE_SECONDS = 10.0
_LOOK_SECONDS = 0.2
# Questions wait this long for the first reading of a folder; then they are answered from the files read so far.
_FIRST_READING_SECONDS = 3.0


class IndexedFolder:
    """An open folder with its index. Thread-safe.

    Attributes:
        path: the folder's path as given.
        searchable: done when all files can be searched, when the first reading takes longer than 3 seconds, or when
            the folder failed to open. It never has an exception.
    """

    def __init__(
        self,
        path: Path,
        data: DataPaths,
        shared: IndexServices,
        queue: EmbeddingQueue,
        on_change: Callable[[IndexedFolder], None],
    ) -> None:
        """Start to open the folder, in a thread.

        Args:
            path: the folder's path.
            data: the location of all indexes.
            shared: the services that all indexes share.
            queue: embeds the folders of this process.
            on_change: called, in any thread, when `activity` changes.
        """
        self.path = path
        self.searchable: Future[None] = Future()
        self._data = data
        self._shared = shared
        self._queue = queue
        self._on_change = on_change
        self._role: Role | None = None
        self._problem: UserError | None = None
        self._readers: list[Follower | ReadOnlyFolder] = []
        self._condition = threading.Condition()
        self._requested_pause: bool | None = None
        self._open_files: tuple[str, ...] = ()
        self._busy_since: float | None = None
        self._entered_at = 0.0
        self._retry = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"folder {path.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Start to close the folder."""
        with self._condition:
            self._closed = True
            if self._role is not None:
                self._role.stop()
            self._condition.notify_all()

    def close(self) -> None:
        """Close the folder after writes in progress have finished."""
        self.stop()
        self._thread.join(_LEAVE_SECONDS)
        self._settle()
        for reader in self._readers:
            reader.close()

    # --- search ---------------------------------------------------------------------------------------

    @property
    def index(self) -> Index | None:
        """The index to search, or None while it is not open."""
        role = self._role
        return None if role is None else role.index

    def opened(self) -> Index:
        """Return the index, which may not contain all files yet.

        Raises:
            UserError: the index cannot be opened, or is still being opened.
        """
        index = self.index
        if index is not None:
            return index
        raise self._problem or FolderError(f"The folder {self.path} is still being opened.", "Try again in a moment.")

    def activity(self) -> IndexActivity:
        """Return the activity of the index."""
        role = self._role
        if role is not None:
            return role.activity()
        stage = Stage.SCANNING if self._problem is None else Stage.IDLE
        return IndexActivity(stage, problem=self._problem)

    # --- requests -------------------------------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """Update files that may have changed, given by paths relative to the folder; None means all files."""
        role = self._role
        if role is not None:
            role.changed(paths)
        else:
            self._try_again()

    def catch_up(self, seconds: float) -> None:
        """Wait, at most this long, until all known changes are in the index."""
        role = self._role
        if role is not None and role.is_behind:
            role.catch_up(seconds)

    def set_open_files(self, paths: Sequence[str]) -> None:
        """Give priority to the files that are open in an editor."""
        self._open_files = tuple(paths)
        role = self._role
        if role is not None:
            role.set_open_files(paths)

    def prioritize(self, chunk_ids: Sequence[str]) -> None:
        """Embed these chunks before all others."""
        role = self._role
        if role is not None:
            role.prioritize(chunk_ids)

    def await_read(self) -> IndexReport:
        """Wait until all files have been read since the folder was opened; return immediately while paused.

        Raises:
            UserError: the folder or its index cannot be used.
        """
        deadline = time.monotonic() + _TAKE_OVER_SECONDS
        while True:
            role = self._await_role()
            try:
                return role.await_read()
            except PeerGoneError:
                if time.monotonic() > deadline:
                    raise
            self._wait_for_another(role)

    def _wait_for_another(self, role: Role) -> None:
        """Wait a moment for the owner to respond, or for another owner, perhaps this process."""
        with self._condition:
            self._condition.wait_for(lambda: self._role is not role or self._closed, _BUSY_RETRY_SECONDS)

    def pause(self, paused: bool) -> None:
        """Pause or resume indexing of the folder.

        Raises:
            UserError: the owner of the index cannot be reached.
        """
        with self._condition:
            role = self._role
            if role is None:
                self._requested_pause = paused
        if role is not None:
            role.pause(paused)

    @property
    def is_behind(self) -> bool:
        """Whether the index may lack changes."""
        role = self._role
        return role is not None and role.is_behind

    def rebuild(self) -> None:
        """Read all files again and refill the vector store.

        Raises:
            UserError: the index cannot be opened, or its owner cannot be reached.
        """
        self._await_role().rebuild()

    def await_vectors(self, chunk_ids: Sequence[str] | None = None) -> None:
        """Wait until these chunks have vectors, or with None until no work is left; return immediately while paused.

        Raises:
            UserError: embedding failed.
        """
        if chunk_ids:
            self.prioritize(chunk_ids)
        with self._condition:
            while (index := self.index) is not None:
                now = self.activity()
                if now.problem is not None:
                    raise now.problem
                done = now.stage is Stage.IDLE if chunk_ids is None else not index.count_pending(chunk_ids)
                if done or now.paused or self._closed:
                    return
                self._condition.wait(_LOOK_SECONDS)

    def reconfigure(self, shared: IndexServices) -> None:
        """Apply other settings to the index."""
        self._shared = shared
        role = self._role
        if role is not None:
            role.reconfigure(shared)

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        ownership: Ownership | None = None
        while not self._closed:
            role = self._enter(ownership)
            ownership = None
            if role is None:
                self._wait_to_retry()
                continue
            try:
                ownership = role.run()
            except Exception as error:
                self._fail(error)
                self._wait_to_retry()
        if ownership is not None:
            ownership.release()

    def _enter(self, ownership: Ownership | None) -> Role | None:
        """Open the index and return the role, or None if that failed."""
        try:
            role = self._open(ownership)
        except Exception as error:  # reported, and retried
            self._fail(error)
            return None
        with self._condition:
            self._role, self._problem, self._busy_since = role, None, None
            self._entered_at = time.monotonic()
            requested_pause, self._requested_pause = self._requested_pause, None
            if self._closed:
                role.stop()
            self._condition.notify_all()
        role.set_open_files(self._open_files)
        if requested_pause is not None:
            with suppress(UserError):
                role.pause(requested_pause)
        self._notify()
        return role

    def _open(self, ownership: Ownership | None) -> Role:
        folder = workspace_folder(self.path)
        paths = self._data.index_of(folder)
        role = take_role(folder, paths, ownership, self._shared, queue=self._queue, on_change=self._notify)
        if not isinstance(role, Owner):
            self._readers.append(role)  # a question in progress may outlive the role
        return role

    def _fail(self, error: Exception) -> None:
        with self._condition:
            self._role, self._problem = None, as_user_error(error, self.path, "opened")
            self._condition.notify_all()
        if not isinstance(error, IndexBusyError) or self._is_busy_for_long():
            self._settle()
        self._notify()

    def _is_busy_for_long(self) -> bool:
        """Return whether the owner, which may be opening the index, has been busy for too long."""
        now = time.monotonic()
        self._busy_since = self._busy_since or now
        return now - self._busy_since > _OPENING_SECONDS

    def _wait_to_retry(self) -> None:
        seconds = _BUSY_RETRY_SECONDS if isinstance(self._problem, IndexBusyError) else _RETRY_SECONDS
        with self._condition:
            self._condition.wait_for(lambda: self._retry or self._closed, seconds)
            self._retry = False

    def _try_again(self) -> None:
        with self._condition:
            self._retry = True
            self._condition.notify_all()

    def _await_role(self) -> Role:
        """Wait for a role and return it.

        Raises:
            UserError: the folder cannot be opened, or was closed.
        """
        with self._condition:
            self._condition.wait_for(
                lambda: (
                    self._role is not None
                    or self._closed
                    or (self._problem is not None and not isinstance(self._problem, IndexBusyError))
                ),
                _TAKE_OVER_SECONDS,
            )
            if self._role is None:
                raise self._problem or FolderError(f"The folder {self.path} was closed.", "Open it again.")
            return self._role

    # --- notification ---------------------------------------------------------------------------------

    def _notify(self) -> None:
        role = self._role
        if role is not None and (role.searchable or time.monotonic() - self._entered_at > _FIRST_READING_SECONDS):
            self._settle()
        with self._condition:
            self._condition.notify_all()
        self._on_change(self)

    def _settle(self) -> None:
        with suppress(Exception):  # another thread may set it first
            if not self.searchable.done():
                self.searchable.set_result(None)

"""One open folder, whoever owns its index: opens it, keeps it or follows its keeper, and takes over.

A folder that cannot be opened says why and is tried again, at once when something changes in it, else after a while.
One whose index cannot be written is asked as it is.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexActivity, Stage
from sourcewise.errors import FolderError, IndexBusyError, PeerGoneError, StorageError, UserError
from sourcewise.paths import workspace_folder
from sourcewise.processes.lock import claim
from sourcewise.workspace.activity import sayable
from sourcewise.workspace.follower import Follower
from sourcewise.workspace.owner import Owner
from sourcewise.workspace.read_only import ReadOnlyFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from sourcewise.domain.index_state import IndexReport
    from sourcewise.folder_index.index import Index, IndexServices
    from sourcewise.paths import DataPaths, IndexPaths
    from sourcewise.processes.lock import Ownership
    from sourcewise.workspace.embedding_queue import EmbeddingQueue

    Role = Owner | Follower | ReadOnlyFolder

_RETRY_SECONDS = 30.0
_BUSY_RETRY_SECONDS = 0.5
_OPENING_SECONDS = 5.0
_TAKE_OVER_SECONDS = 10.0
_LEAVE_SECONDS = 10.0
_LOOK_SECONDS = 0.2
# So long a question waits for the first reading of a folder; then it is answered from what was read so far.
_FIRST_READING_SECONDS = 3.0


class IndexedFolder:
    """See the module. Thread-safe.

    Attributes:
        path: the folder as it was named.
        askable: done once the index can be asked about all files, or their first reading takes longer than anybody
            waits, or it has failed to open; never fails itself.
    """

    def __init__(
        self,
        path: Path,
        data: DataPaths,
        shared: IndexServices,
        lane: EmbeddingQueue,
        tell: Callable[[IndexedFolder], None],
    ) -> None:
        """Begin to open the folder, in a thread.

        Args:
            path: of the folder.
            data: where indexes live.
            shared: what all indexes share.
            lane: has vectors made.
            tell: called, in any thread, when `activity` looks different.
        """
        self.path = path
        self.askable: Future[None] = Future()
        self._data = data
        self._shared = shared
        self._lane = lane
        self._tell_others = tell
        self._role: Role | None = None
        self._problem: UserError | None = None
        self._readers: list[Follower | ReadOnlyFolder] = []
        self._condition = threading.Condition()
        self._pause_wish: bool | None = None
        self._open_files: tuple[str, ...] = ()
        self._busy_since: float | None = None
        self._entered_at = 0.0
        self._retry = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"keeper of {path.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin to let go of the folder."""
        with self._condition:
            self._closed = True
            if self._role is not None:
                self._role.stop()
            self._condition.notify_all()

    def close(self) -> None:
        """Let go of the folder; what is being written is finished first."""
        self.stop()
        self._thread.join(_LEAVE_SECONDS)
        self._settle()
        for reader in self._readers:
            reader.close()

    # --- asking ---------------------------------------------------------------------------------------

    @property
    def index(self) -> Index | None:
        """What can be asked; None while it is not open."""
        role = self._role
        return None if role is None else role.index

    def opened(self) -> Index:
        """Return the index, which may not have been read whole yet.

        Raises:
            UserError: it cannot be opened, or is still being opened.
        """
        index = self.index
        if index is not None:
            return index
        raise self._problem or FolderError(f"The folder {self.path} is still being opened.", "Try again soon.")

    def activity(self) -> IndexActivity:
        """Return what is being done with the index."""
        role = self._role
        if role is not None:
            return role.activity()
        stage = Stage.SCANNING if self._problem is None else Stage.IDLE
        return IndexActivity(stage, problem=self._problem)

    # --- what is wanted -------------------------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """Hear that files, relative to the folder, may have changed; None means everything."""
        role = self._role
        if role is not None:
            role.changed(paths)
        else:
            self._try_again()

    def catch_up(self, seconds: float) -> None:
        """Wait, but not longer than this, until what is known to have changed is in the index."""
        role = self._role
        if role is not None and role.is_behind:
            role.catch_up(seconds)

    def show(self, paths: Sequence[str]) -> None:
        """Hear which files an editor shows."""
        self._open_files = tuple(paths)
        role = self._role
        if role is not None:
            role.show(paths)

    def prioritize(self, chunk_ids: Sequence[str]) -> None:
        """Have these chunks embedded before all others."""
        role = self._role
        if role is not None:
            role.prioritize(chunk_ids)

    def await_read(self) -> IndexReport:
        """Wait until all files were read since this was opened, and return what that took; not while it is paused.

        Raises:
            UserError: the folder or its index cannot be used.
        """
        deadline = time.monotonic() + _TAKE_OVER_SECONDS
        while True:
            role = self._entered()
            try:
                return role.await_read()
            except PeerGoneError:
                if time.monotonic() > deadline:
                    raise
            self._wait_for_another(role)

    def _wait_for_another(self, role: Role) -> None:
        """Wait a moment for the owner to serve, or for another owner, perhaps ourselves."""
        with self._condition:
            self._condition.wait_for(lambda: self._role is not role or self._closed, _BUSY_RETRY_SECONDS)

    def pause(self, paused: bool) -> None:
        """Have the work on the folder wait, or go on.

        Raises:
            UserError: its owner cannot be reached.
        """
        with self._condition:
            role = self._role
            if role is None:
                self._pause_wish = paused
        if role is not None:
            role.pause(paused)

    @property
    def is_behind(self) -> bool:
        """Tell whether anything may have changed that is not in the index."""
        role = self._role
        return role is not None and role.is_behind

    def rebuild(self) -> None:
        """Have everything read anew.

        Raises:
            UserError: the index cannot be opened, or its owner not be reached.
        """
        self._entered().rebuild()

    def await_vectors(self, chunk_ids: Sequence[str] | None = None) -> None:
        """Wait until these chunks have their vectors, or until nothing is left to do; not while it is paused.

        Raises:
            UserError: why they cannot have them.
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
        """Have the index obey other settings."""
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
        """Open the index as its owner or its guest; None where that failed."""
        try:
            role = self._open(ownership)
        except Exception as error:  # said, and tried again
            self._fail(error)
            return None
        with self._condition:
            self._role, self._problem, self._busy_since = role, None, None
            self._entered_at = time.monotonic()
            wish, self._pause_wish = self._pause_wish, None
            if self._closed:
                role.stop()
            self._condition.notify_all()
        role.show(self._open_files)
        if wish is not None:
            with suppress(UserError):
                role.pause(wish)
        self._tell()
        return role

    def _open(self, ownership: Ownership | None) -> Role:
        folder = workspace_folder(self.path)
        paths = self._data.index_of(folder)
        try:
            ownership = ownership or claim(paths.lock)
            if ownership is not None:
                return self._own(folder, paths, ownership)
            reader: Follower | ReadOnlyFolder = Follower(folder, paths, self._shared, self._tell)
        except StorageError as error:
            reader = self._read(folder, paths, error)
        self._readers.append(reader)  # a question under way may outlive the role
        return reader

    def _own(self, folder: Path, paths: IndexPaths, ownership: Ownership) -> Owner:
        try:
            return Owner(folder, paths, ownership, self._shared, lane=self._lane, tell=self._tell)
        except BaseException:
            ownership.release()
            raise

    def _read(self, folder: Path, paths: IndexPaths, problem: StorageError) -> ReadOnlyFolder:
        """Serve what was stored, or raise the problem where that cannot be read either."""
        try:
            return ReadOnlyFolder(folder, paths, self._shared, problem)
        except StorageError:
            raise problem from None

    def _fail(self, error: Exception) -> None:
        with self._condition:
            self._role, self._problem = None, sayable(error, self.path, "opened")
            self._condition.notify_all()
        if not isinstance(error, IndexBusyError) or self._is_busy_for_long():
            self._settle()
        self._tell()

    def _is_busy_for_long(self) -> bool:
        """Tell whether the owner, who may have been opening the index, has let us wait long enough."""
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

    def _entered(self) -> Role:
        """Return the role once there is one.

        Raises:
            UserError: there is none.
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

    # --- telling --------------------------------------------------------------------------------------

    def _tell(self) -> None:
        role = self._role
        if role is not None and (role.askable or time.monotonic() - self._entered_at > _FIRST_READING_SECONDS):
            self._settle()
        with self._condition:
            self._condition.notify_all()
        self._tell_others(self)

    def _settle(self) -> None:
        with suppress(Exception):  # another thread was faster
            if not self.askable.done():
                self.askable.set_result(None)

"""A folder whose index this process owns: it watches the folder, updates and embeds the index, and serves followers.

One thread updates the index when the watcher, an editor or a follower reports changes, and at regular intervals. Then
the process's embedding queue embeds it. Failures are reported, and retried after the next change or after 30 seconds
(embedding: 5 minutes).
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexProgress, IndexReport, Stage
from sourcewise.domain.work_context import WorkContext
from sourcewise.errors import CancelledError, FolderError, StorageError
from sourcewise.folder_index.writable_index import WritableIndex
from sourcewise.mining.git_history import recently_changed
from sourcewise.processes.rpc import RpcServer
from sourcewise.watching.watcher import Watcher
from sourcewise.workspace.activity import WorkStatus, activity
from sourcewise.workspace.pending_changes import PendingChanges
from sourcewise.workspace.priorities import RECENT_FILES, Priorities

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from sourcewise.domain.index_state import IndexActivity
    from sourcewise.folder_index.index import IndexServices
    from sourcewise.paths import IndexPaths
    from sourcewise.processes.lock import Ownership
    from sourcewise.workspace.embedding_queue import EmbeddingQueue

_RETRY_SECONDS = 30.0
_EMBED_AGAIN_SECONDS = 300.0
# Rescans find changes that caused no event. If no events arrive at all, rescans are more frequent.
_RESCAN_SECONDS = 600.0
_RESCAN_SECONDS_WITHOUT_EVENTS = 15.0
_RESCAN_FACTOR = 20  # a rescan that takes one second runs at most every 20 seconds


class Owner:
    """Owns, updates and serves an index. Thread-safe, except that only one thread may call `run`."""

    def __init__(
        self,
        folder: Path,
        paths: IndexPaths,
        ownership: Ownership,
        shared: IndexServices,
        *,
        queue: EmbeddingQueue,
        on_change: Callable[[], None],
    ) -> None:
        """Open the index; it can be searched immediately.

        Args:
            folder: the folder's real path.
            paths: the location of its index.
            ownership: the ownership of the index; `run` releases it at its end.
            shared: the services that all indexes share.
            queue: embeds the folders of this process.
            on_change: called, in any thread, when `activity` changes.

        Raises:
            StorageError: the index cannot be opened.
        """
        self.index = WritableIndex(folder, paths, shared, self.prioritize)
        self._folder = folder
        self._address = paths.address
        self._ownership = ownership
        self._shared = shared
        self._queue = queue
        self._on_change = on_change
        self._condition = threading.Condition()
        self._pending = PendingChanges()
        self._pending.add(None, time.monotonic())
        self._reading, self._embedding = WorkStatus(folder, on_change), WorkStatus(folder, on_change)
        self._cancelled = threading.Event()
        self._stopped = False
        self._paused = shared.in_background and self.index.paused
        self._was_read = self.index.counts().files > 0
        self._begun = self._ended = 0
        # An existing index is searched immediately: questions do not wait for the first update.
        self._behind_since = 0.0 if self._was_read else time.monotonic()
        self._report = IndexReport()
        self._watching_problem = ""
        self._rescan_at = 0.0
        self._priorities = Priorities()
        self._watcher = Watcher(folder, self.changed, self._set_watching_problem)

    # --- requests -------------------------------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """Update files and folders as soon as no more changes arrive; None means all files."""
        with self._condition:
            now = time.monotonic()
            if not self.is_behind:
                self._behind_since = now
            self._pending.add(paths, now)
            self._condition.notify_all()

    def catch_up(self, seconds: float) -> None:
        """Update the index immediately with all known changes; wait until that is done, or takes too long.

        Args:
            seconds: the maximum time since the first change that is not in the index. It is worth waiting for a recent
                edit, but not for the reading of a whole folder.
        """
        with self._condition:
            if self._paused:
                return
            self._pending.expedite()
            self._condition.notify_all()
            left = self._behind_since + seconds - time.monotonic()
            self._condition.wait_for(lambda: self._stopped or not self.is_behind, max(0.0, left))

    def refresh(self) -> IndexReport:
        """Rescan the folder and return the report; while paused, return the last report immediately.

        Raises:
            UserError: the update failed, or this process is closing the index.
        """
        with self._condition:
            if not self._paused:
                self._pending.add(None, time.monotonic())
                self._pending.expedite()
                self._condition.notify_all()
            return self._report_of(self._begun + 1)

    def await_read(self) -> IndexReport:
        """Wait for the first update and return its report; see refresh."""
        with self._condition:
            return self._report_of(1)

    def _report_of(self, update: int) -> IndexReport:
        self._condition.wait_for(lambda: self._stopped or self._paused or self._ended >= update)
        if self._reading.problem is not None:
            raise self._reading.problem
        if self._stopped:
            raise FolderError(f"The folder {self._folder} was closed.", "Open it again.")
        return self._report

    def prioritize(self, chunk_ids: Sequence[str], question: str = "") -> None:
        """Embed these chunks first, and read first the files that are probably relevant to a question."""
        if question:
            self.index.prioritize_for(question)
        self._priorities.add_question(chunk_ids)
        if (self._embedding.pending or self._embedding.running) and not self._paused:
            self._queue.add(self, urgent=True)

    def set_open_files(self, paths: Sequence[str]) -> None:
        """Read and embed these files, which are open in an editor, before others."""
        self._priorities.set_open_files(paths)

    def pause(self, paused: bool) -> None:
        """Pause or resume all work. The state is stored in the index, so it also applies to the next owner."""
        with self._condition:
            self._paused = paused
            if paused:
                self._cancelled.set()
            self._condition.notify_all()
        if paused:
            self._queue.remove(self)
        elif self._embedding.pending:
            self._queue.add(self)
        self._on_change()
        self.index.save_paused(paused)

    def rebuild(self) -> None:
        """Read all files again and refill the vector store; searches use the existing index until then."""
        self.index.rebuild()
        self._restart()

    def reconfigure(self, shared: IndexServices) -> None:
        """Apply other settings to the index."""
        self._shared = shared
        self._interrupt()
        self.index.reconfigure(shared)
        self._restart()

    def _restart(self) -> None:
        self._interrupt()
        with self._condition:
            self._pending.add(None, time.monotonic())
            self._pending.expedite()
            self._condition.notify_all()
        self._on_change()

    def _interrupt(self) -> None:
        with self._condition:
            self._cancelled.set()
        self._queue.remove(self)

    # --- status ---------------------------------------------------------------------------------------

    @property
    def searchable(self) -> bool:
        """Whether questions can be answered: all files were read, now or in an earlier process, or work is paused."""
        return self._was_read or self._ended > 0 or self._paused

    @property
    def is_behind(self) -> bool:
        """Whether the index lacks any known change."""
        return bool(self._pending) or self._ended < self._begun

    def activity(self) -> IndexActivity:
        """Return the activity of the index."""
        self._reading.pending = self.is_behind
        return activity(
            self._reading,
            self._embedding,
            self.index.counts(),
            self.index.made,
            paused=self._paused,
            notice=self._notice(),
        )

    def _remote_methods(self) -> dict[str, Callable[..., object]]:
        """Return the methods that other processes may call, by name."""
        requests = (self.changed, self.catch_up, self.refresh, self.prioritize, self.pause, self.rebuild, self.activity)
        vectors = (self.index.vectors.search, self.index.vectors.neighbours)
        return {method.__name__: method for method in (*requests, *vectors)}

    def _notice(self) -> str:
        throttle = self._shared.throttle
        throttled = throttle.reason if throttle and self._embedding.pending else ""
        unwatched = "" if self._watcher.events_arrive else self._watching_problem
        return self.index.notice or unwatched or throttled

    def _set_watching_problem(self, problem: str) -> None:
        self._watching_problem = problem
        self._on_change()

    # --- updates --------------------------------------------------------------------------------------

    def run(self) -> None:
        """Update the whole index, then each change, until `stop`; then close the index and release its ownership."""
        try:
            self._run()
        except Exception as error:  # the folder retries, but with another owner
            self._reading.fail(error)
            raise
        finally:
            self.stop()

    def _run(self) -> None:
        with ExitStack() as leaving:
            leaving.callback(self._ownership.release)
            leaving.callback(self.index.close)
            leaving.callback(self._queue.remove, self)
            leaving.callback(self._watcher.close)
            self._watcher.start()
            leaving.enter_context(closing(RpcServer(self._address, self._remote_methods())))
            self._priorities.set_recent_files(recently_changed(self._folder, RECENT_FILES))
            while self._wait():
                self._update()

    def stop(self) -> None:
        """Make `run` return soon."""
        with self._condition:
            self._stopped = True
            self._cancelled.set()
            self._condition.notify_all()

    def _wait(self) -> bool:
        """Wait until an update is due; return False once stopped."""
        with self._condition:
            while not self._stopped:
                now = time.monotonic()
                if self._rescan_at and now >= self._rescan_at:
                    self._pending.add(None, now)
                    self._pending.expedite()
                due = self._pending.seconds_until_due(now)
                if due == 0.0 and not self._paused:
                    return True
                rescan = max(0.1, self._rescan_at - now) if self._rescan_at and not self._paused else None
                waits = [seconds for seconds in (due or None, rescan) if seconds is not None]
                self._condition.wait(min(waits) if waits and not self._paused else None)
        return False

    def _update(self) -> None:
        with self._condition:
            if self._stopped:
                return
            paths = self._pending.take()
            self._cancelled = threading.Event()
            self._begun += 1
            self._condition.notify_all()
        start = time.monotonic()
        try:
            self._reading.report(IndexProgress(Stage.SCANNING, 0, 0))
            self._update_index(paths)
        except CancelledError:
            self.changed(paths)
        except Exception as error:  # reported, and retried by the next rescan
            self._reading.fail(error)
        self._schedule_rescan(paths, time.monotonic() - start)
        with self._condition:
            self._ended = self._begun
            self._behind_since = time.monotonic()
            self._condition.notify_all()
        self._reading.finish()

    def _update_index(self, paths: Collection[str] | None) -> None:
        context = WorkContext(self._reading.report, self._cancelled)
        self._report = self.index.update(paths, self._priorities.files, context, self._watcher.watch)
        self._reading.problem = None
        self._priorities.add_edited(paths or ())
        with self._condition:
            self._embedding.pending = True
        self._queue.add(self, urgent=paths is not None)

    def _schedule_rescan(self, paths: Collection[str] | None, seconds: float) -> None:
        now = time.monotonic()
        if self._reading.problem is not None:
            self._rescan_at = now + _RETRY_SECONDS
        elif paths is None or not self._rescan_at:
            usual = _RESCAN_SECONDS if self._watcher.events_arrive else _RESCAN_SECONDS_WITHOUT_EVENTS
            self._rescan_at = now + max(usual, _RESCAN_FACTOR * seconds)

    # --- embedding ------------------------------------------------------------------------------------

    def embed(self, cancelled: threading.Event) -> bool:
        """Embed until done or cancelled; return whether work is left. For the embedding queue."""
        # Cleared before the work starts, so that a request during the work stays pending.
        self._embedding.running, self._embedding.pending = True, False
        try:
            context = WorkContext(self._embedding.report, cancelled)
            if self.index.unembedded:
                self._shared.fetch_model(context.for_stage(Stage.FETCHING))
            self.index.embed(self._priorities.chunks(self.index.chunk_ids), context)
            self._embedding.problem = None
        except CancelledError:
            self._embedding.pending = True
        except Exception as error:
            self._fail_embedding(error)
        finally:
            self._embedding.finish()
        return self._embedding.pending and not self._paused and not self._stopped

    def _fail_embedding(self, error: Exception) -> None:
        """Report the error, and schedule a retry."""
        if not self._stopped:
            self._embedding.fail(error)
        wait = _RETRY_SECONDS if isinstance(error, StorageError) else _EMBED_AGAIN_SECONDS
        with self._condition:
            self._rescan_at = min(self._rescan_at, time.monotonic() + wait)
            self._condition.notify_all()

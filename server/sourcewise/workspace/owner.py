"""A folder whose index this process owns: watched, read, embedded, and shared with every other process that asks.

One thread looks at what changed, whenever the watcher, an editor or a guest says so, and from time to time on its own;
the process's embedding lane follows. What fails is said, and tried again when something changes or after a while.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexProgress, IndexReport, Stage
from sourcewise.domain.work_context import WorkContext
from sourcewise.errors import CancelledError, FolderError, StorageError
from sourcewise.folder_index.writable_index import WritableIndex
from sourcewise.mining.git_history import recently_changed
from sourcewise.processes.rpc import PeerServer
from sourcewise.watching.watcher import Watcher
from sourcewise.workspace.activity import Lane, activity
from sourcewise.workspace.pending_changes import PendingChanges

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
# Where events arrive, a look at everything makes good what no event told; where not, it is all there is.
_SELDOM_SECONDS = 600.0
_OFTEN_SECONDS = 15.0
_RESCAN_SHARE = 20  # a look that takes a second comes every twenty seconds at most
_RECENT_FILES = 200
_MOST_ASKED = 500
_MOST_FIRST = 2_000


class Owner:
    """See the module. Thread-safe; `run` belongs to one thread."""

    def __init__(
        self,
        folder: Path,
        paths: IndexPaths,
        ownership: Ownership,
        shared: IndexServices,
        *,
        lane: EmbeddingQueue,
        tell: Callable[[], None],
    ) -> None:
        """Open the index; it can be asked at once, and by other processes too.

        Args:
            folder: the real path.
            paths: where its index lives.
            ownership: of that index; released with `close`.
            shared: what all indexes share.
            lane: has vectors made.
            tell: called, in any thread, when `activity` looks different.

        Raises:
            StorageError: the index cannot be opened.
        """
        self.index = WritableIndex(folder, paths, shared, self.prioritize)
        self._folder = folder
        self._address = paths.address
        self._ownership = ownership
        self._shared = shared
        self._lane = lane
        self._tell = tell
        self._condition = threading.Condition()
        self._pending = PendingChanges()
        self._pending.add(None, time.monotonic())
        self._reading, self._embedding = Lane(folder, tell), Lane(folder, tell)
        self._stop = threading.Event()
        self._stopped = False
        self._paused = shared.in_background and self.index.paused
        self._was_read = self.index.counts().files > 0
        self._begun = self._ended = 0
        # What an earlier look found can be asked at once: whether it is still true is seen in time.
        self._behind_since = 0.0 if self._was_read else time.monotonic()
        self._report = IndexReport()
        self._watching_problem = ""
        self._rescan_at = 0.0
        self._open_files: tuple[str, ...] = ()
        self._recent_files: tuple[str, ...] = ()
        self._edited: deque[str] = deque(maxlen=_RECENT_FILES)
        self._asked: deque[str] = deque(maxlen=_MOST_ASKED)
        self._watcher = Watcher(folder, self.changed, self._note)

    # --- what is wanted -------------------------------------------------------------------------------

    def changed(self, paths: Collection[str] | None) -> None:
        """Have files and folders looked at once things are quiet; None means everything."""
        with self._condition:
            now = time.monotonic()
            if not self.is_behind:
                self._behind_since = now
            self._pending.add(paths, now)
            self._condition.notify_all()

    def catch_up(self, seconds: float) -> None:
        """Look at what is known to have changed without waiting for quiet; return then, or where it takes longer.

        Args:
            seconds: since the first change that is not in the index: that of a moment ago is worth waiting for, the
                reading of a whole folder is not.
        """
        with self._condition:
            if self._paused:
                return
            self._pending.hurry()
            self._condition.notify_all()
            left = self._behind_since + seconds - time.monotonic()
            self._condition.wait_for(lambda: self._stopped or not self.is_behind, max(0.0, left))

    def refresh(self) -> IndexReport:
        """Look at everything anew and return what that did; while the work is paused, at once what the last look did.

        Raises:
            UserError: it failed, or this process lets go of the index.
        """
        with self._condition:
            if not self._paused:
                self._pending.add(None, time.monotonic())
                self._pending.hurry()
                self._condition.notify_all()
            return self._report_of(self._begun + 1)

    def await_read(self) -> IndexReport:
        """Return what the first look did, once it was done; see refresh."""
        with self._condition:
            return self._report_of(1)

    def _report_of(self, look: int) -> IndexReport:
        self._condition.wait_for(lambda: self._stopped or self._paused or self._ended >= look)
        if self._reading.problem is not None:
            raise self._reading.problem
        if self._stopped:
            raise FolderError(f"The folder {self._folder} was closed.", "Open it again.")
        return self._report

    def prioritize(self, chunk_ids: Sequence[str], question: str = "") -> None:
        """Have these chunks embedded, and files that a question seems to be about read, before others."""
        if question:
            self.index.prioritize_for(question)
        with self._condition:
            self._asked.extendleft(reversed(chunk_ids))
        if (self._embedding.wanted or self._embedding.at_work) and not self._paused:
            self._lane.want(self, urgent=True)

    def show(self, paths: Sequence[str]) -> None:
        """Read and embed these files before others: an editor shows them."""
        self._open_files = tuple(paths)

    def pause(self, paused: bool) -> None:
        """Have all work wait, or go on where it stopped; until the opposite is wished, whoever owns the index then."""
        with self._condition:
            self._paused = paused
            if paused:
                self._stop.set()
            self._condition.notify_all()
        if paused:
            self._lane.forget(self)
        elif self._embedding.wanted:
            self._lane.want(self)
        self._tell()
        self.index.save_paused(paused)

    def rebuild(self) -> None:
        """Read everything anew; what is there serves until then."""
        self.index.rebuild()
        self._start_over()

    def reconfigure(self, shared: IndexServices) -> None:
        """Have the index obey other settings."""
        self._shared = shared
        self._interrupt()
        self.index.reconfigure(shared)
        self._start_over()

    def _start_over(self) -> None:
        self._interrupt()
        with self._condition:
            self._pending.add(None, time.monotonic())
            self._pending.hurry()
            self._condition.notify_all()
        self._tell()

    def _interrupt(self) -> None:
        with self._condition:
            self._stop.set()
        self._lane.forget(self)

    # --- what it looks like ---------------------------------------------------------------------------

    @property
    def askable(self) -> bool:
        """Tell whether all files can be asked about: read in this process or before, or not to be read now."""
        return self._was_read or self._ended > 0 or self._paused

    @property
    def is_behind(self) -> bool:
        """Tell whether anything is known to have changed that is not in the index."""
        return bool(self._pending) or self._ended < self._begun

    def activity(self) -> IndexActivity:
        """Return what is being done with the index."""
        self._reading.wanted = self.is_behind
        return activity(
            self._reading,
            self._embedding,
            self.index.counts(),
            self.index.made,
            paused=self._paused,
            notice=self._what_to_say(),
        )

    def _served(self) -> dict[str, Callable[..., object]]:
        """Return what other processes may ask for."""
        wishes = (self.changed, self.catch_up, self.refresh, self.prioritize, self.pause, self.rebuild, self.activity)
        vectors = (self.index.vectors.search, self.index.vectors.neighbours)
        return {method.__name__: method for method in (*wishes, *vectors)}

    def _what_to_say(self) -> str:
        throttle = self._shared.throttle
        rests = throttle.reason if throttle and self._embedding.wanted else ""
        unseen = "" if self._watcher.events_arrive else self._watching_problem
        return self.index.notice or unseen or rests

    def _note(self, problem: str) -> None:
        self._watching_problem = problem
        self._tell()

    # --- reading --------------------------------------------------------------------------------------

    def run(self) -> None:
        """Look at everything, then at what changes, until `stop`; then let go of the index."""
        with ExitStack() as leaving:
            leaving.callback(self._ownership.release)
            leaving.callback(self.index.close)
            leaving.callback(self._lane.forget, self)
            leaving.callback(self._watcher.close)
            self._watcher.start()
            leaving.enter_context(closing(PeerServer(self._address, self._served())))
            self._recent_files = tuple(recently_changed(self._folder, _RECENT_FILES))
            while self._wait():
                self._look()

    def stop(self) -> None:
        """Have `run` end soon."""
        with self._condition:
            self._stopped = True
            self._stop.set()
            self._condition.notify_all()

    def _wait(self) -> bool:
        """Wait until there is something to look at; return False once closed."""
        with self._condition:
            while not self._stopped:
                now = time.monotonic()
                if self._rescan_at and now >= self._rescan_at:
                    self._pending.add(None, now)
                    self._pending.hurry()
                due = self._pending.seconds_until_due(now)
                if due == 0.0 and not self._paused:
                    return True
                rescan = max(0.1, self._rescan_at - now) if self._rescan_at and not self._paused else None
                waits = [seconds for seconds in (due or None, rescan) if seconds is not None]
                self._condition.wait(min(waits) if waits and not self._paused else None)
        return False

    def _look(self) -> None:
        with self._condition:
            if self._stopped:
                return
            within = self._pending.take()
            self._stop = threading.Event()
            self._begun += 1
            self._condition.notify_all()
        start = time.monotonic()
        try:
            self._reading.advance(IndexProgress(Stage.SCANNING, 0, 0))
            self._update(within)
        except CancelledError:
            self.changed(within)
        except Exception as error:  # said, and tried again
            self._reading.fail(error)
        self._plan_rescan(within, time.monotonic() - start)
        with self._condition:
            self._ended = self._begun
            self._behind_since = time.monotonic()
            self._condition.notify_all()
        self._reading.rest()

    def _update(self, within: Collection[str] | None) -> None:
        first = [*self._open_files, *self._recent_files]
        context = WorkContext(self._reading.advance, self._stop)
        self._report = self.index.update(within, first, context, self._watcher.watch)
        self._reading.problem = None
        with self._condition:
            self._edited.extendleft(within or ())
            self._embedding.wanted = True
        self._lane.want(self, urgent=within is not None)

    def _plan_rescan(self, within: Collection[str] | None, seconds: float) -> None:
        now = time.monotonic()
        if self._reading.problem is not None:
            self._rescan_at = now + _RETRY_SECONDS
        elif within is None or not self._rescan_at:
            usual = _SELDOM_SECONDS if self._watcher.events_arrive else _OFTEN_SECONDS
            self._rescan_at = now + max(usual, _RESCAN_SHARE * seconds)

    # --- embedding ------------------------------------------------------------------------------------

    def embed(self, stop: threading.Event) -> bool:
        """Make vectors until done or stopped; return whether there is more to do. For the embedding lane."""
        # Before the work, so that a wish that comes in the middle of it is not taken for done.
        self._embedding.at_work, self._embedding.wanted = True, False
        try:
            context = WorkContext(self._embedding.advance, stop)
            if self.index.unembedded:
                self._shared.fetch_model(context.for_stage(Stage.FETCHING))
            self.index.embed(self._first(), context)
            self._embedding.problem = None
        except CancelledError:
            self._embedding.wanted = True
        except Exception as error:
            self._give_up_embedding(error)
        finally:
            self._embedding.rest()
        return self._embedding.wanted and not self._paused and not self._stopped

    def _give_up_embedding(self, error: Exception) -> None:
        """Say why, and try again after a while."""
        if not self._stopped:
            self._embedding.fail(error)
        wait = _RETRY_SECONDS if isinstance(error, StorageError) else _EMBED_AGAIN_SECONDS
        with self._condition:
            self._rescan_at = min(self._rescan_at, time.monotonic() + wait)
            self._condition.notify_all()

    def _first(self) -> list[str]:
        """Return what to embed before the rest: what is asked about, was edited, is open, or changed in git lately."""
        with self._condition:
            asked, edited = list(self._asked), list(self._edited)
        paths = dict.fromkeys([*edited, *self._open_files, *self._recent_files])
        return [*asked, *self.index.chunk_ids(list(paths))][:_MOST_FIRST]

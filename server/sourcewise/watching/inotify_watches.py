"""Linux: one inotify watch for each folder that belongs to the index, and none for those that do not.

Hides watch descriptors. One names a folder and not a path: it follows the folder wherever it is moved. So a path is
forgotten when its folder moves away, with all below it, and known again once somebody watches it at its new place. A
folder that came, went or moved is always told after it was forgotten; whoever is told looks there and watches anew.
This repairs everything that can happen between an event and its being read.

A file counts as written when it is closed: one that is being written is not worth reading yet, and a log that grows
for hours costs nothing.
"""

from __future__ import annotations

import errno
import itertools
import os
import threading
import time
from typing import TYPE_CHECKING

from watchdog.observers.inotify_c import CallbackId, InotifyConstants, InotifyFD, Mask

from sourcewise.watching.watches import folder_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from watchdog.observers.inotify_c import InotifyEvent, WatchDescriptor

    from sourcewise.watching.watches import OnChanges, OnProblem

    Callbacks = list[tuple[WatchDescriptor, CallbackId]]

_SELF = InotifyConstants.IN_DELETE_SELF | InotifyConstants.IN_MOVE_SELF
# One for all folders: what is a root of one index may lie below another's, and inotify has one mask for both.
_CHANGES = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVE
    | _SELF
    | InotifyConstants.IN_EXCL_UNLINK
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
)

_LIMITS = {
    errno.ENOSPC: "fs.inotify.max_user_watches",
    errno.EMFILE: "fs.inotify.max_user_instances",
}
_REMOVED_AT_ONCE = 1000  # each leaves an event, and the queue of all folders holds some 16,000
_PAUSE_SECONDS = 0.01

_callback_ids = itertools.count()


class InotifyWatches:
    """The watches of one folder; all folders of the process share one inotify instance."""

    def __init__(
        self,
        folder: Path,
        on_changes: OnChanges,
        on_problem: OnProblem,
        inotify: Callable[[], InotifyFD] = InotifyFD.get_instance,
    ) -> None:
        """Describe what to watch.

        Args:
            folder: what all paths are relative to.
            on_changes: as `Watcher` has it.
            on_problem: as `Watcher` has it.
            inotify: gives the running instance.
        """
        self._folder = os.fspath(folder)
        self._on_changes = on_changes
        self._on_problem = on_problem
        self._inotify = inotify
        self._lock = threading.Lock()
        self._closed = False
        self._watched: dict[WatchDescriptor, tuple[str, CallbackId]] = {}
        self._descriptors: dict[str, WatchDescriptor] = {}

    def watch(self, path: str) -> None:
        """Watch a folder; known ones too, for another folder may be at that path by now."""
        try:
            with self._lock:
                if not self._closed:
                    self._add(path)
        except OSError as error:
            if error.errno in _LIMITS:
                self._give_up(error.errno)
            elif not path:
                self._lose_root()

    @property
    def events_arrive(self) -> bool:
        """Whether the folder itself is watched, without which nothing can be trusted."""
        return "" in self._descriptors

    def close(self) -> None:
        """Give all watches back."""
        with self._lock:
            self._closed = True
            self._drop(list(self._watched))

    def on_event(self, event: InotifyEvent) -> None:
        """Tell what happened; called by inotify's thread."""
        with self._lock:
            known = self._watched.get(event.wd)
            if known is None or (known[0] and event.mask & _SELF):
                return  # given back, or the folder above tells the same
            path = f"{known[0]}/{os.fsdecode(event.name)}".strip("/")
            if event.is_moved_from and path in self._descriptors:
                self._drop(self._below(path))
        if path:
            self._on_changes((path,))
        else:
            self._lose_root()

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Forget a folder that no longer exists; called by inotify's thread."""
        with self._lock:
            self._forget([wd])

    def on_queue_overflow(self) -> None:
        """Tell that events were lost; called by inotify's thread."""
        self._on_changes(None)

    def _add(self, path: str) -> None:
        inotify = self._inotify()
        callback = CallbackId(next(_callback_ids))
        place = f"{self._folder}/{path}"  # the root's own path may be a link, which the slash at its end leads through
        wd = inotify.add_callback(os.fsencode(place), _CHANGES, self, callback)
        replaced = self._forget({wd, self._descriptors.get(path, wd)})
        if wd < 0:  # watchdog's answer where the folder may not be read, in which case nobody can list it either
            replaced.append((wd, callback))
        else:
            self._watched[wd] = (path, callback)
            self._descriptors[path] = wd
        inotify.remove_callbacks(replaced)

    def _forget(self, descriptors: Iterable[WatchDescriptor]) -> Callbacks:
        """Forget watches and return what inotify knows them by."""
        forgotten = []
        for wd in descriptors:
            if known := self._watched.pop(wd, None):
                path, callback = known
                forgotten.append((wd, callback))
                if self._descriptors.get(path) == wd:
                    del self._descriptors[path]
        return forgotten

    def _below(self, path: str) -> list[WatchDescriptor]:
        start = f"{path}/"
        return [wd for wd, (known, _) in self._watched.items() if f"{known}/".startswith(start)]

    def _drop(self, descriptors: Iterable[WatchDescriptor]) -> None:
        """Forget watches and give them back, many of them later: nobody need wait for that.

        One that is wanted again in between stays, as it has a new callback by then.
        """
        forgotten = self._forget(descriptors)
        if len(forgotten) > _REMOVED_AT_ONCE:
            threading.Thread(target=self._remove, args=(forgotten,), name="unwatch", daemon=True).start()
        elif forgotten:
            self._inotify().remove_callbacks(forgotten)

    def _remove(self, callbacks: Callbacks) -> None:
        """Give watches back so slowly that inotify's thread can read what that leaves in its queue."""
        for start in range(0, len(callbacks), _REMOVED_AT_ONCE):
            self._inotify().remove_callbacks(callbacks[start : start + _REMOVED_AT_ONCE])
            time.sleep(_PAUSE_SECONDS)

    def _lose_root(self) -> None:
        """Tell, once for each time, that the folder is gone; watching its path again finds what comes after it."""
        with self._lock:
            was_there = "" in self._descriptors
            self._drop(list(self._watched))
        if was_there:
            self._on_problem(folder_gone(self._folder))
            self._on_changes(None)

    def _give_up(self, reason: int) -> None:
        """Leave the watches that there are to other programs: with some only, everything must be looked at anyway."""
        if not self._closed:
            self.close()
            self._on_problem(
                f"The system lets no program watch more folders, so changes in {self._folder} are now looked for from "
                f"time to time. To see them at once, raise the limit {_LIMITS[reason]} (with sysctl) and start again."
            )

"""Linux: one inotify watch for each folder of the index, and none for other folders.

Hides watch descriptors. A descriptor identifies a folder, not a path, and follows the folder when it is moved. So when
a folder moves away, its path and all paths below it are dropped, and the caller watches them again at the new path. For
a folder that was created, deleted or moved, the event is reported after the path was dropped. The receiver of the event
scans the folder and watches it again. This repairs whatever happens between an event and the moment when it is read.

A file counts as changed when it is closed after writing. An unfinished file is not worth reading, and a log that grows
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
# The same mask for all folders: the root of one index may be inside another index, and inotify has one mask per folder.
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
_REMOVED_AT_ONCE = 1000  # each removal queues an event, and the queue of all folders holds about 16,000
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
        """Set the folder; nothing is watched yet.

        Args:
            folder: all paths are relative to it.
            on_changes: see Watcher.
            on_problem: see Watcher.
            inotify: returns the running instance.
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
        """Watch a folder, also one that is already watched: another folder may be at that path by now."""
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
        """Whether the root folder is watched; without it, changes can be missed."""
        return "" in self._descriptors

    def close(self) -> None:
        """Remove all watches."""
        with self._lock:
            self._closed = True
            self._drop(list(self._watched))

    def on_event(self, event: InotifyEvent) -> None:
        """Report an event; called by inotify's thread."""
        with self._lock:
            known = self._watched.get(event.wd)
            if known is None or (known[0] and event.mask & _SELF):
                return  # the watch was removed, or the parent folder reports the same change
            path = f"{known[0]}/{os.fsdecode(event.name)}".strip("/")
            if event.is_moved_from and path in self._descriptors:
                self._drop(self._below(path))
        if path:
            self._on_changes((path,))
        else:
            self._lose_root()

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Drop a folder that no longer exists; called by inotify's thread."""
        with self._lock:
            self._forget([wd])

    def on_queue_overflow(self) -> None:
        """Report that events were lost; called by inotify's thread."""
        self._on_changes(None)

    def _add(self, path: str) -> None:
        inotify = self._inotify()
        callback = CallbackId(next(_callback_ids))
        place = f"{self._folder}/{path}"  # the root may be a link, which the slash at the end resolves
        wd = inotify.add_callback(os.fsencode(place), _CHANGES, self, callback)
        replaced = self._forget({wd, self._descriptors.get(path, wd)})
        if wd < 0:  # watchdog's result for a folder without read permission, which cannot be listed either
            replaced.append((wd, callback))
        else:
            self._watched[wd] = (path, callback)
            self._descriptors[path] = wd
        inotify.remove_callbacks(replaced)

    def _forget(self, descriptors: Iterable[WatchDescriptor]) -> Callbacks:
        """Drop watches and return their callbacks, by which inotify removes them."""
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
        """Drop watches and remove them from inotify; many of them are removed in the background.

        A watch that is requested again in the meantime stays, because it has a new callback by then.
        """
        forgotten = self._forget(descriptors)
        if len(forgotten) > _REMOVED_AT_ONCE:
            threading.Thread(target=self._remove, args=(forgotten,), name="unwatch", daemon=True).start()
        elif forgotten:
            self._inotify().remove_callbacks(forgotten)

    def _remove(self, callbacks: Callbacks) -> None:
        """Remove watches slowly enough for inotify's thread to read the events that this queues."""
        for start in range(0, len(callbacks), _REMOVED_AT_ONCE):
            self._inotify().remove_callbacks(callbacks[start : start + _REMOVED_AT_ONCE])
            time.sleep(_PAUSE_SECONDS)

    def _lose_root(self) -> None:
        """Report that the folder is gone, once per loss; watching its path again finds its successor."""
        with self._lock:
            was_watched = "" in self._descriptors
            self._drop(list(self._watched))
        if was_watched:
            self._on_problem(folder_gone(self._folder))
            self._on_changes(None)

    def _give_up(self, reason: int) -> None:
        """Remove all watches, so that other programs can use them: partial watching needs full scans anyway."""
        if not self._closed:
            self.close()
            self._on_problem(
                f"The system has no file watches left, so Sourcewise scans {self._folder} for changes from time to "
                f"time. To see changes at once, raise the limit {_LIMITS[reason]} (with sysctl) and restart."
            )

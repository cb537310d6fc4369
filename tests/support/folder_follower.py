"""Tracks a folder's files from a watcher's events, as the owner of an index does."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

PATIENCE_SECONDS = 30


class RecordedEvents:
    """Records a watcher's events and problems, and waits for more."""

    def __init__(self) -> None:
        self.changes: list[Collection[str] | None] = []
        self.paths: set[str] = set()
        self.problems: list[str] = []
        self._news = threading.Condition()

    def on_changes(self, paths: Collection[str] | None) -> None:
        with self._news:
            self.changes.append(paths)
            self.paths.update(paths or ())
            self._news.notify_all()

    def on_problem(self, sentence: str) -> None:
        with self._news:
            self.problems.append(sentence)
            self._news.notify_all()

    def wait(self, condition: Callable[[], Any]) -> None:
        """Wait for a condition, which is checked after each event or problem."""
        with self._news:
            assert self._news.wait_for(condition, PATIENCE_SECONDS), (self.changes[-20:], self.problems)

    def wait_for(self, *paths: str) -> None:
        self.wait(lambda: self.paths >= set(paths))

    def forget(self) -> None:
        with self._news:
            self.changes.clear()
            self.paths.clear()


class Follower:
    """Mirrors the text of a folder's files. Reads the changed paths, and watches each folder before listing it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, str] = {}
        self.events = RecordedEvents()
        self._folders: set[str] = set()
        self._watch: Callable[[str], None] = lambda path: None
        self._turn = threading.RLock()

    def follow(self, watch: Callable[[str], None]) -> None:
        """Read everything once, and changed paths from then on."""
        self._watch = watch
        self.on_changes(None)

    def on_changes(self, paths: Collection[str] | None) -> None:
        for path in paths if paths is not None else ("",):
            with self._turn:
                self._look_at(path)
        self.events.on_changes(paths)

    def _look_at(self, path: str) -> None:
        self._forget(path)
        place = self.folder / path
        try:
            if place.is_dir() and not place.is_symlink():
                self._watch(path)
                self._folders.add(path)
                for name in os.listdir(place):
                    self._look_at(f"{path}/{name}".lstrip("/"))
            else:
                self.files[path] = place.read_text()
        except OSError:
            pass  # it was deleted, which causes another event

    def _forget(self, path: str) -> None:
        self.files.pop(path, None)
        if path in self._folders:
            below = f"{path}/".lstrip("/")
            self._folders = {known for known in self._folders if not f"{known}/".startswith(below)}
            self.files = {known: text for known, text in self.files.items() if not known.startswith(below)}


def texts(folder: Path) -> dict[str, str]:
    """Return the text of every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}

"""Keeps the indexes of all open folders true in the background, and tells how far it is.

One thread does all the work. Reading goes before embedding in all folders, so that keyword search serves everywhere
before the slow part begins; a change of files interrupts embedding, which carries on afterwards where it stopped. A
folder that fails says why and is left alone until something changes in it; the others go on. While it is paused,
folders are opened, so that they answer from what is in their index, and nothing else is done.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sourcewise.errors import CancelledError, FolderError, IndexBusyError, SourcewiseError, UserError, WorkerError
from sourcewise.lsp.folder import Folder
from sourcewise.model import IndexProgress, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sourcewise.index import Index
    from sourcewise.workspace import Workspace

logger = logging.getLogger(__name__)

# Saving all files, or switching a branch, is many events and one update.
_SETTLE_SECONDS = 0.3
_BUSY_RETRY_SECONDS = 5.0
_PUBLISH_SECONDS = 0.25


class BackgroundIndexing:
    """The open folders and the thread that works on them. Every method belongs to the event loop's thread."""

    def __init__(self, workspace: Workspace, publish: Callable[[], None]) -> None:
        """Join the parts, in a running event loop; no work begins before `run`.

        Args:
            workspace: opens the indexes.
            publish: called in the event loop's thread whenever `folders` look different.
        """
        self._workspace = workspace
        self._publish = publish
        self._paused = False
        self._wants_reshape = False
        self._folders: dict[str, Folder] = {}
        self._executor = ThreadPoolExecutor(1, "indexing")
        self._wake = asyncio.Event()
        # Fresh for each piece of work; setting it stops the one under way.
        self._stop = threading.Event()
        self._current: tuple[Folder, Stage] | None = None
        self._closed = False
        self._loop = asyncio.get_running_loop()

    @property
    def folders(self) -> tuple[Folder, ...]:
        """The open folders, in the order they were added."""
        return tuple(self._folders.values())

    # --- what is wanted -------------------------------------------------------------------------------

    def add(self, uri: str, path: Path) -> None:
        """Open a folder and index it."""
        if uri not in self._folders:
            folder = self._folders[uri] = Folder(uri, path)
            folder.paused = self._paused
            self._prefer_update()

    def refuse(self, uri: str, problem: UserError) -> None:
        """Show a folder that cannot be indexed."""
        folder = self._folders[uri] = Folder(uri, Path(uri), problem)
        folder.askable.set()
        self._publish()

    def remove(self, uri: str) -> None:
        """Let go of a folder."""
        folder = self._folders.pop(uri, None)
        if folder is None:
            return
        folder.askable.set()
        if self._current is not None and self._current[0] is folder:
            self._stop.set()
        self._executor.submit(self._close_folder, folder)
        self._publish()

    def pause(self, paused: bool) -> None:
        """Have all work wait, or go on where it stopped."""
        self._paused = paused
        for folder in self.folders:
            folder.paused = paused
        if paused:
            self._stop.set()
        self._wake.set()
        self._publish()

    def rebuild(self, uri: str | None) -> None:
        """Read a folder, or all of them, anew from the beginning.

        Raises:
            FolderError: there is no such folder.
        """
        for folder in self.folders if uri is None else (self.folder_of(uri),):
            folder.wants_rebuild = folder.wants_update = not folder.refused
        self._interrupt()

    def reshape(self) -> None:
        """Have all indexes obey the settings of now."""
        self._wants_reshape = True
        self._interrupt()

    def file_changed(self, path: Path) -> None:
        """Update the folders that a changed file lies in, once things are quiet."""
        for folder in self.folders:
            if folder.contains(path):
                self._schedule(folder, _SETTLE_SECONDS)

    def _schedule(self, folder: Folder, seconds: float) -> None:
        if folder.timer is None:
            folder.timer = self._loop.call_later(seconds, self._due, folder)

    def _due(self, folder: Folder) -> None:
        folder.timer, folder.wants_update = None, True
        self._prefer_update()

    def _prefer_update(self) -> None:
        if self._current is not None and self._current[1] is Stage.EMBEDDING:
            self._stop.set()
        self._wake.set()

    def _interrupt(self) -> None:
        self._stop.set()
        self._wake.set()
        self._publish()

    # --- asking ---------------------------------------------------------------------------------------

    async def index_of(self, uri: str | None) -> Index:
        """Return the open index of a folder; None means the only one.

        Raises:
            FolderError: there is no such folder, or the question is which.
            UserError: its index cannot be opened.
        """
        folder = self.folder_of(uri)
        await folder.askable.wait()
        if folder.index is None:
            raise folder.problem or FolderError(f"The folder {folder.path} was closed.", "Open it again.")
        return folder.index

    def index_so_far(self, uri: str | None) -> Index:
        """Return the open index of a folder, which may not have been read whole yet; see index_of.

        Raises:
            FolderError: there is no such folder, the question is which, or it is still being opened.
            UserError: its index cannot be opened.
        """
        folder = self.folder_of(uri)
        if folder.index is None:
            raise folder.problem or FolderError(f"The folder {folder.path} is still being opened.", "Try again soon.")
        return folder.index

    def folder_of(self, uri: str | None) -> Folder:
        """Return a folder by its URI; see index_of."""
        if not self._folders:
            raise FolderError("No folder is open.", "Open a folder to ask about its code.")
        if uri is None and len(self._folders) == 1:
            return self.folders[0]
        if uri in self._folders:
            return self._folders[uri]
        known = ", ".join(self._folders)
        if uri is None:
            raise FolderError(f"{len(self._folders)} folders are open, and none was named.", f"Name one of {known}.")
        raise FolderError(f"{uri} is not an open folder.", f"Open it, or name one of {known}.")

    # --- the work -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until `close`, or until cancelled."""
        try:
            while not self._closed:
                self._wake.clear()
                await self._next_piece()
        finally:
            self._closed = True
            self._stop.set()

    async def close(self) -> None:
        """Stop the work under way and let go of all folders."""
        self._closed = True
        self._stop.set()
        self._wake.set()
        # Only the end of its process stops a batch of embedding; the thread then closes what it was working on.
        await asyncio.gather(
            self._loop.run_in_executor(None, self._workspace.embedder.close),
            self._loop.run_in_executor(self._executor, self._workspace.close),
        )

    async def _next_piece(self) -> None:
        """Do the most urgent piece of work, or wait until there is one."""
        if self._wants_reshape:
            await self._reshape()
        elif folder := next((folder for folder in self.folders if self._is_to_update(folder)), None):
            folder.wants_update = False
            await self._work(folder, Stage.SCANNING, self._update)
        elif folder := next((folder for folder in self.folders if folder.wants_vectors and not self._paused), None):
            folder.wants_vectors = False
            await self._work(folder, Stage.EMBEDDING, self._embed)
        else:
            await self._wake.wait()

    def _is_to_update(self, folder: Folder) -> bool:
        return folder.wants_update and (not self._paused or folder.index is None)

    async def _reshape(self) -> None:
        self._wants_reshape = False
        await self._loop.run_in_executor(self._executor, self._workspace.reshape)
        for folder in self.folders:
            folder.wants_update = not folder.refused

    async def _work(self, folder: Folder, stage: Stage, work: Callable[[Folder], None]) -> None:
        """Do one piece of work in the thread and take down how it ended."""
        self._stop = threading.Event()
        self._current = folder, stage
        try:
            await self._loop.run_in_executor(self._executor, work, folder)
        except CancelledError:
            folder.wants_update |= stage is Stage.SCANNING
            folder.wants_vectors |= stage is Stage.EMBEDDING
        except Exception as error:  # one folder's failure is not the others'
            self._take_down(folder, error)
        finally:
            self._current = None
            folder.askable.set()
            folder.rest()
            if not self._closed:
                self._publish()

    def _take_down(self, folder: Folder, error: Exception) -> None:
        if self._closed and isinstance(error, WorkerError):
            return  # we killed it
        if isinstance(error, UserError):
            logger.warning("Indexing %s: %s", folder.path, error)
            folder.problem = error
        else:
            logger.error("Indexing %s failed unexpectedly", folder.path, exc_info=error)
            folder.problem = UserError(f"The index of {folder.path} could not be updated.", "The log has the details.")
        if isinstance(error, IndexBusyError):
            self._schedule(folder, _BUSY_RETRY_SECONDS)

    # --- in the thread --------------------------------------------------------------------------------

    def _update(self, folder: Folder) -> None:
        if folder.index is None:
            folder.index = self._workspace.open(folder.path)
            folder.status = folder.index.status()
            if folder.status.files:
                self._loop.call_soon_threadsafe(folder.askable.set)
        if self._paused:
            raise CancelledError
        if folder.wants_rebuild:
            folder.index.rebuild()
            folder.wants_rebuild = False
        folder.index.update(self._reporter(folder), self._stop)
        folder.problem, folder.wants_vectors = None, True
        folder.status = folder.index.status()

    def _embed(self, folder: Folder) -> None:
        assert folder.index is not None
        report = self._reporter(folder)
        try:
            if folder.index.unembedded:
                self._workspace.weights.ensure(
                    folder.index.model, lambda d: report(IndexProgress(Stage.FETCHING, d.done, d.total)), self._stop
                )
            folder.index.embed(progress=report, cancelled=self._stop)
        finally:
            with suppress(SourcewiseError):
                folder.status = folder.index.status()

    def _reporter(self, folder: Folder) -> Callable[[IndexProgress], None]:
        told = 0.0

        def report(progress: IndexProgress) -> None:
            nonlocal told
            news = progress.stage is not folder.progress.stage or progress.done == progress.total
            folder.advance(progress)
            if news or time.monotonic() - told >= _PUBLISH_SECONDS:
                told = time.monotonic()
                folder.status = folder.index.status() if folder.index else None
                self._loop.call_soon_threadsafe(self._publish)

        return report

    def _close_folder(self, folder: Folder) -> None:
        index, folder.index = folder.index, None
        # Two URIs may lead to one folder, through a link.
        if index is not None and all(other.index is not index for other in self.folders):
            self._workspace.close_folder(index.folder)

"""The folders that an editor has open: from a URI to what can be asked, and one voice for all their news."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sourcewise.errors import FolderError
from sourcewise.lsp.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sourcewise.errors import UserError
    from sourcewise.folder_index.index import Index
    from sourcewise.workspace.folder import IndexedFolder
    from sourcewise.workspace.workspace import Workspace

# So long a question waits for a file that was saved a moment ago.
_CATCH_UP_SECONDS = 1.0


class OpenFolders:
    """Every method belongs to the event loop's thread."""

    def __init__(self, workspace: Workspace, publish: Callable[[], None]) -> None:
        """Join the parts, in a running event loop.

        Args:
            workspace: keeps the indexes.
            publish: called in the event loop's thread whenever `all` look different.
        """
        self._workspace = workspace
        self._publish = publish
        self._folders: dict[str, Folder] = {}
        self._paused = False
        self._loop = asyncio.get_running_loop()

    @property
    def all(self) -> tuple[Folder, ...]:
        """The open folders, in the order they were added."""
        return tuple(self._folders.values())

    # --- what is wanted -------------------------------------------------------------------------------

    def add(self, uri: str, path: Path) -> None:
        """Open a folder and have its index kept."""
        if uri in self._folders:
            return
        keeper = self._workspace.open(path, self._tell)
        self._folders[uri] = Folder(uri, path, keeper)
        if self._paused:
            keeper.pause(True)
        self._publish()

    def refuse(self, uri: str, path: Path, problem: UserError) -> None:
        """Show a folder that cannot be indexed."""
        self._folders[uri] = Folder(uri, path, None, problem)
        self._publish()

    def remove(self, uri: str) -> None:
        """Let go of a folder."""
        folder = self._folders.pop(uri, None)
        if folder is None:
            return
        if folder.keeper is not None:
            self._loop.run_in_executor(None, self._workspace.close_folder, folder.keeper)
        self._publish()

    async def pause(self, paused: bool) -> None:
        """Have all work wait, or go on where it stopped.

        Raises:
            UserError: another process owns an index and cannot be reached.
        """
        self._paused = paused
        for folder in self.all:
            if folder.keeper is not None:
                await asyncio.to_thread(folder.keeper.pause, paused)
        self._publish()

    async def rebuild(self, uri: str | None) -> None:
        """Read a folder, or all of them, anew from the beginning.

        Raises:
            UserError: there is no such folder, or its index cannot be opened.
        """
        for folder in self.all if uri is None else (self.folder_of(uri),):
            if folder.keeper is not None:
                await asyncio.to_thread(folder.keeper.rebuild)
            elif uri is not None and folder.refused is not None:
                raise folder.refused

    async def reconfigure(self) -> None:
        """Have all indexes obey the settings of now."""
        await asyncio.to_thread(self._workspace.reconfigure)

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Hear that files were written, made or deleted."""
        for path in paths:
            for folder in self.all:
                relative = folder.relative(path)
                if folder.keeper is not None and relative is not None:
                    folder.keeper.changed([relative])

    def show(self, paths: Iterable[Path]) -> None:
        """Hear which files the editor shows."""
        shown = tuple(paths)
        for folder in self.all:
            if folder.keeper is not None:
                folder.keeper.set_open_files([relative for path in shown if (relative := folder.relative(path))])

    async def close(self) -> None:
        """Stop the work under way and let go of all folders."""
        await self._loop.run_in_executor(None, self._workspace.close)

    # --- asking ---------------------------------------------------------------------------------------

    async def index_of(self, uri: str | None) -> Index:
        """Return the open index of a folder, with what was saved just now; None means the only folder.

        Raises:
            FolderError: there is no such folder, or the question is which.
            UserError: its index cannot be opened.
        """
        keeper = self._keeper_of(uri)
        await asyncio.shield(asyncio.wrap_future(keeper.searchable))
        if keeper.is_behind:
            await asyncio.to_thread(keeper.catch_up, _CATCH_UP_SECONDS)
        return keeper.opened()

    def index_so_far(self, uri: str | None) -> Index:
        """Return the open index of a folder, which may not have been read whole yet; see index_of.

        Raises:
            FolderError: there is no such folder, the question is which, or it is still being opened.
            UserError: its index cannot be opened.
        """
        return self._keeper_of(uri).opened()

    def folder_of(self, uri: str | None) -> Folder:
        """Return a folder by its URI; see index_of."""
        if not self._folders:
            raise FolderError("No folder is open.", "Open a folder to ask about its code.")
        if uri is None and len(self._folders) == 1:
            return self.all[0]
        if uri in self._folders:
            return self._folders[uri]
        known = ", ".join(self._folders)
        if uri is None:
            raise FolderError(f"{len(self._folders)} folders are open, and none was named.", f"Name one of {known}.")
        raise FolderError(f"{uri} is not an open folder.", f"Open it, or name one of {known}.")

    def uri_of(self, index: Index) -> str:
        """Return the URI of an index's folder as the editor writes it, or as we would if it is not open any more."""
        opened = (folder for folder in self.all if folder.index and folder.index.folder == index.folder)
        return next((folder.uri for folder in opened), index.folder.as_uri())

    def _keeper_of(self, uri: str | None) -> IndexedFolder:
        folder = self.folder_of(uri)
        if folder.keeper is None:
            raise folder.refused or FolderError(f"{folder.path} cannot be indexed.", "Open another folder.")
        return folder.keeper

    def _tell(self, _: IndexedFolder) -> None:
        """Pass news on from any thread; after the end of the event loop nobody wants them."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish)

"""The open folders of an editor: finds their indexes by URI, and reports changes of their state."""

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

# How long a question waits for recent changes to be indexed.
_CATCH_UP_SECONDS = 1.0


class OpenFolders:
    """The open folders of an editor. Call all methods in the event loop's thread."""

    def __init__(self, workspace: Workspace, publish: Callable[[], None]) -> None:
        """Start without folders, in a running event loop.

        Args:
            workspace: opens the indexes.
            publish: called, in the event loop's thread, when the state of any folder changes.
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

    # --- changes --------------------------------------------------------------------------------------

    def add(self, uri: str, path: Path) -> None:
        """Open a folder and keep its index up to date."""
        if uri in self._folders:
            return
        indexed_folder = self._workspace.open(path, self._on_change)
        self._folders[uri] = Folder(uri, path, indexed_folder)
        if self._paused:
            indexed_folder.pause(True)
        self._publish()

    def refuse(self, uri: str, path: Path, problem: UserError) -> None:
        """Add a folder that cannot be indexed, so that the editor can show why."""
        self._folders[uri] = Folder(uri, path, None, problem)
        self._publish()

    def remove(self, uri: str) -> None:
        """Close a folder."""
        folder = self._folders.pop(uri, None)
        if folder is None:
            return
        if folder.indexed_folder is not None:
            self._loop.run_in_executor(None, self._workspace.close_folder, folder.indexed_folder)
        self._publish()

    async def pause(self, paused: bool) -> None:
        """Pause or resume indexing of all folders.

        Raises:
            UserError: another process owns an index and cannot be reached.
        """
        self._paused = paused
        for folder in self.all:
            if folder.indexed_folder is not None:
                await asyncio.to_thread(folder.indexed_folder.pause, paused)
        self._publish()

    async def rebuild(self, uri: str | None) -> None:
        """Rebuild the index of a folder, or of all folders.

        Raises:
            UserError: there is no such folder, or its index cannot be opened.
        """
        for folder in self.all if uri is None else (self.folder_of(uri),):
            if folder.indexed_folder is not None:
                await asyncio.to_thread(folder.indexed_folder.rebuild)
            elif uri is not None and folder.refused is not None:
                raise folder.refused

    async def reconfigure(self) -> None:
        """Apply the current settings to all indexes."""
        await asyncio.to_thread(self._workspace.reconfigure)

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Update files that were created, changed or deleted."""
        for path in paths:
            for folder in self.all:
                relative = folder.relative(path)
                if folder.indexed_folder is not None and relative is not None:
                    folder.indexed_folder.changed([relative])

    def set_open_files(self, paths: Iterable[Path]) -> None:
        """Give priority to the files that are open in the editor."""
        open_files = tuple(paths)
        for folder in self.all:
            if folder.indexed_folder is not None:
                folder.indexed_folder.set_open_files(
                    [relative for path in open_files if (relative := folder.relative(path))]
                )

    async def close(self) -> None:
        """Stop all work and close all folders."""
        await self._loop.run_in_executor(None, self._workspace.close)

    # --- queries --------------------------------------------------------------------------------------

    async def index_of(self, uri: str | None) -> Index:
        """Return the open index of a folder, updated with recent changes; None means the only folder.

        Raises:
            FolderError: the folder is not open, or several are open and none is given.
            UserError: its index cannot be opened.
        """
        indexed_folder = self._indexed_folder_of(uri)
        await asyncio.shield(asyncio.wrap_future(indexed_folder.searchable))
        if indexed_folder.is_behind:
            await asyncio.to_thread(indexed_folder.catch_up, _CATCH_UP_SECONDS)
        return indexed_folder.opened()

    def index_so_far(self, uri: str | None) -> Index:
        """Return the open index of a folder, which may not contain all files yet; see index_of.

        Raises:
            FolderError: the folder is not open or still being opened, or several are open and none is given.
            UserError: its index cannot be opened.
        """
        return self._indexed_folder_of(uri).opened()

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
            raise FolderError(f"{len(self._folders)} folders are open, but none was chosen.", f"Choose one of {known}.")
        raise FolderError(f"{uri} is not an open folder.", f"Open it, or choose one of {known}.")

    def uri_of(self, index: Index) -> str:
        """Return the URI of an index's folder, as the editor writes it if the folder is still open."""
        opened = (folder for folder in self.all if folder.index and folder.index.folder == index.folder)
        return next((folder.uri for folder in opened), index.folder.as_uri())

    def _indexed_folder_of(self, uri: str | None) -> IndexedFolder:
        folder = self.folder_of(uri)
        if folder.indexed_folder is None:
            raise folder.refused or FolderError(f"{folder.path} cannot be indexed.", "Open another folder.")
        return folder.indexed_folder

    def _on_change(self, _: IndexedFolder) -> None:
        """Publish a change from any thread, unless the event loop has ended."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish)

"""Handles the editor's requests about indexes: status, pause, rebuild and inspection."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from pygls.exceptions import JsonRpcInvalidParams

from sourcewise import protocol
from sourcewise.doctor.report import FolderSummary, report
from sourcewise.domain.index_state import Stage
from sourcewise.errors import UserError
from sourcewise.folder_index.inspection import IndexInspector, owner_of
from sourcewise.lsp import convert
from sourcewise.mining.reasons import why_sentence
from sourcewise.paths import workspace_folder
from sourcewise.text.visible import notification

if TYPE_CHECKING:
    from sourcewise.domain.code import SkippedFile
    from sourcewise.domain.index_state import IndexStatus
    from sourcewise.folder_index.inspection import FileInspection
    from sourcewise.lsp.folder import Folder
    from sourcewise.lsp.folders import OpenFolders
    from sourcewise.workspace.workspace import Workspace


_READING = {Stage.SCANNING, Stage.READING}


class _FileLocation(NamedTuple):
    """The open folder of a file and its path there; without a folder, a sentence explains why."""

    folder: Folder | None
    path: str
    sentence: str = ""


class IndexControl:
    """Reports on the indexes of the open folders, and controls their background work."""

    def __init__(self, workspace: Workspace, folders: OpenFolders) -> None:
        """Take the workspace and the open folders."""
        self._workspace = workspace
        self._open = folders

    def state(self) -> protocol.IndexState:
        """Return the state of all indexes."""
        return protocol.IndexState(tuple(map(convert.folder_state, self._open.all)))

    async def status(self, params: protocol.StatusParams) -> protocol.StatusResult:
        """Return the status of indexes, even if another process owns them.

        Raises:
            FolderError: the folder is not open.
        """
        folders = self._folders(params.folder)
        statuses = [await asyncio.to_thread(self._status, folder) for folder in folders]
        return protocol.StatusResult(tuple(map(convert.folder_status, folders, statuses)))

    async def rebuild(self, params: protocol.RebuildParams) -> protocol.IndexState:
        """Start to rebuild one or all indexes; searches use the existing index until then.

        Raises:
            UserError: the folder is not open or cannot be indexed, or the owner of its index cannot be reached.
        """
        await self._open.rebuild(params.folder)
        return self.state()

    async def pause(self, params: protocol.PauseParams) -> protocol.IndexState:
        """Pause or resume indexing of all folders."""
        await self._open.pause(params.paused)
        return self.state()

    async def choices(self, params: protocol.ChoicesParams) -> protocol.IndexChoices:
        """Return the values that a search of a folder can be narrowed to, from the files read so far.

        Raises:
            UserError: the folder is not open, or its index is not.
        """
        index = self._open.index_so_far(params.folder)
        return convert.choices(await asyncio.to_thread(index.scope_choices))

    async def why(self, params: protocol.WhyParams) -> protocol.WhyResult:
        """Return why a file is indexed or not.

        Raises:
            FolderError: its folder was deleted.
        """
        location = self._location_of(params.uri)
        if location.folder is None:
            return protocol.WhyResult(location.path, indexed=False, sentence=location.sentence, rule="", chunks=0)
        return await asyncio.to_thread(self._why, location.folder, location.path)

    async def skipped(self, params: protocol.SkippedParams) -> protocol.SkippedResult:
        """Return the skipped files of one or all folders.

        Raises:
            UserError: the folder is not open or was deleted, or its index cannot be read.
            JsonRpcInvalidParams: the limit is out of range.
        """
        if params.limit < 0:
            raise JsonRpcInvalidParams(f"limit is {params.limit}; it must be 0 or more.")
        folders = self._folders(params.folder)
        found = [await asyncio.to_thread(self._skipped, folder) for folder in folders]
        return convert.skipped(zip(folders, found, strict=True), params.reason, params.limit)

    async def chunks(self, params: protocol.ChunksParams) -> protocol.ChunksResult:
        """Return the chunks of a file.

        Raises:
            UserError: its folder was deleted, or the index cannot be read.
        """
        location = self._location_of(params.uri)
        if location.folder is None:
            return protocol.ChunksResult(location.path, (), location.sentence)
        return convert.chunks(await asyncio.to_thread(self._inspect, location.folder, location.path))

    async def diagnose(self, _: protocol.DiagnoseParams) -> protocol.DiagnoseResult:
        """Return a report about this machine and its indexes, without private information."""
        folders = await asyncio.to_thread(lambda: [self._summary(folder) for folder in self._open.all])
        return protocol.DiagnoseResult(await report(self._workspace, folders))

    def _why(self, folder: Folder, path: str) -> protocol.WhyResult:
        inspector = self._inspector(folder)
        verdict = inspector.why(path)
        chunks = folder.index.count_chunks(path) if folder.index else 0
        note = "" if verdict else inspector.note(path)
        role = None if verdict else inspector.role(path, note)
        sentence = f"{why_sentence(path, verdict, role)} {note}".rstrip()
        if verdict is None and not chunks and folder.activity.stage in _READING:
            sentence = f"{sentence} It has not been read yet."
        rule = verdict.detail if verdict else ""
        return protocol.WhyResult(path, verdict is None, notification(sentence), rule, chunks)

    def _skipped(self, folder: Folder) -> list[SkippedFile]:
        return self._inspector(folder).skipped()

    def _inspect(self, folder: Folder, path: str) -> FileInspection:
        return self._inspector(folder).file(path)

    def _inspector(self, folder: Folder) -> IndexInspector:
        return self._workspace.inspector(folder.path)

    def _status(self, folder: Folder) -> IndexStatus | None:
        try:
            return folder.index.status() if folder.index else self._workspace.status(folder.path)
        except UserError:
            return None

    def _summary(self, folder: Folder) -> FolderSummary:
        now = folder.activity
        return FolderSummary(
            folder.path, now.stage.value, self._status(folder), str(now.problem or now.notice), self._owner(folder)
        )

    def _owner(self, folder: Folder) -> int | None:
        with suppress(UserError):
            return owner_of(self._workspace.data.index_of(workspace_folder(folder.path)))
        return None

    def _folders(self, uri: str | None) -> tuple[Folder, ...]:
        return self._open.all if uri is None else (self._open.folder_of(uri),)

    def _location_of(self, uri: str) -> _FileLocation:
        address = urlsplit(uri)
        if address.scheme != "file":
            name = unquote(address.path) or uri
            if address.scheme == "untitled":
                return _FileLocation(
                    None, name, f"{name} is not saved yet, and only files are indexed. Save it in an open folder."
                )
            return _FileLocation(None, name, f"{name} is not a file on this machine, and only local files are indexed.")
        path = convert.path_of(uri)
        locations = [(folder, relative) for folder in self._open.all if (relative := folder.relative(path))]
        if not locations:
            outside = f"{path} is outside the open folders. Open its folder to index it."
            return _FileLocation(None, str(path), outside)
        return _FileLocation(*min(locations, key=lambda location: len(location[1])))

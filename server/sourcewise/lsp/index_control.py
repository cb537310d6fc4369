"""What an editor asks about the indexes and has done with them: status, pause, rebuild, why a file is in, a report."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sourcewise import protocol
from sourcewise.diagnosis import FolderSummary, report
from sourcewise.errors import UserError
from sourcewise.lsp import convert
from sourcewise.mining.miner import CodeMiner
from sourcewise.mining.reasons import why_sentence
from sourcewise.model import Stage
from sourcewise.paths import workspace_folder

if TYPE_CHECKING:
    from sourcewise.lsp.folder import Folder
    from sourcewise.lsp.indexing import BackgroundIndexing
    from sourcewise.model import IndexStatus
    from sourcewise.workspace import Workspace


_READING = {Stage.SCANNING, Stage.READING}


class IndexControl:
    """The user's hand on the background work."""

    def __init__(self, workspace: Workspace, indexing: BackgroundIndexing) -> None:
        """Join the parts."""
        self._workspace = workspace
        self._indexing = indexing

    def state(self) -> protocol.IndexState:
        """Return what all indexes are doing."""
        return protocol.IndexState(tuple(map(convert.folder_state, self._indexing.folders)))

    async def status(self, params: protocol.StatusParams) -> protocol.StatusResult:
        """Return what the indexes hold; also those that another process owns.

        Raises:
            FolderError: the folder is not open.
        """
        folders = self._folders(params.folder)
        statuses = [await asyncio.to_thread(self._status, folder) for folder in folders]
        return protocol.StatusResult(tuple(map(convert.folder_status, folders, statuses)))

    async def rebuild(self, params: protocol.RebuildParams) -> protocol.IndexState:
        """Begin to read one or all folders anew; what is there serves until then.

        Raises:
            UserError: the folder is not open, or can never be indexed.
        """
        for folder in self._folders(params.folder):
            if folder.refused and params.folder is not None and folder.problem is not None:
                raise folder.problem
        self._indexing.rebuild(params.folder)
        return self.state()

    async def pause(self, params: protocol.PauseParams) -> protocol.IndexState:
        """Have the work on all folders wait, or go on."""
        self._indexing.pause(params.paused)
        return self.state()

    async def why(self, params: protocol.WhyParams) -> protocol.WhyResult:
        """Say why a file is in the index, or not.

        Raises:
            FolderError: its folder is gone.
        """
        address = urlsplit(params.uri)
        if address.scheme != "file":
            name = unquote(address.path) or params.uri
            if address.scheme == "untitled":
                return _outside(name, f"{name} is no file yet, and only files are indexed. Save it in an open folder.")
            return _outside(name, f"{name} is not a file of this machine, and only those are indexed.")
        path = convert.path_of(params.uri)
        homes = [(folder, relative) for folder in self._indexing.folders if (relative := folder.relative(path))]
        if not homes:
            return _outside(str(path), f"{path} lies outside the open folders. Open its folder to have it indexed.")
        return await asyncio.to_thread(self._why, *min(homes, key=lambda home: len(home[1])))

    async def diagnose(self, _: protocol.DiagnoseParams) -> protocol.DiagnoseResult:
        """Write a report about this machine and the indexes that may be shown to others."""
        folders = await asyncio.to_thread(lambda: [self._summary(folder) for folder in self._indexing.folders])
        return protocol.DiagnoseResult(await report(self._workspace, folders))

    def _why(self, folder: Folder, path: str) -> protocol.WhyResult:
        miner = CodeMiner(self._workspace.settings.max_file_bytes)
        verdict = miner.explain(workspace_folder(folder.path), path)
        chunks = folder.index.count_chunks(path) if folder.index else 0
        sentence = why_sentence(path, verdict)
        if verdict is None and not chunks and folder.stage in _READING:
            sentence = f"{sentence} It has not been read yet."
        return protocol.WhyResult(path, verdict is None, sentence, verdict.detail if verdict else "", chunks)

    def _status(self, folder: Folder) -> IndexStatus | None:
        try:
            return folder.index.status() if folder.index else self._workspace.status(folder.path)
        except UserError:
            return None

    def _summary(self, folder: Folder) -> FolderSummary:
        return FolderSummary(folder.path, folder.stage.value, self._status(folder), str(folder.problem or ""))

    def _folders(self, uri: str | None) -> tuple[Folder, ...]:
        return self._indexing.folders if uri is None else (self._indexing.folder_of(uri),)


def _outside(path: str, sentence: str) -> protocol.WhyResult:
    return protocol.WhyResult(path, indexed=False, sentence=sentence, rule="", chunks=0)

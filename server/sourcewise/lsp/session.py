"""An open workspace as an editor uses it: what it asks about its folders, and what it tells about them."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from sourcewise import protocol
from sourcewise.errors import FolderError, UserError
from sourcewise.lsp import convert
from sourcewise.lsp.indexing import BackgroundIndexing
from sourcewise.model import AnswerReady, Inquiry
from sourcewise.prompt import as_sources
from sourcewise.query_engine import checked_question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sourcewise.lsp.indexing import Folder
    from sourcewise.model import IndexStatus
    from sourcewise.workspace import Workspace

_MOST_PASSAGES = 50


class Session:
    """What happens between opening a workspace and closing it. Lives in the event loop's thread."""

    def __init__(self, workspace: Workspace, notify: Callable[[str, object], None]) -> None:
        """Join the parts, in a running event loop; nothing is indexed before `run`.

        Args:
            workspace: what is asked.
            notify: sends a method and its parameters to the editor.
        """
        self._workspace = workspace
        self._notify = notify
        self._indexing = BackgroundIndexing(workspace, self._publish_state)

    async def run(self) -> None:
        """Index in the background until closed or cancelled."""
        await self._indexing.run()

    async def close(self, seconds: float) -> None:
        """Stop indexing and the models; what takes longer than this many seconds is left to the end of the process."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(self._indexing.close(), self._workspace.close_generator())

    # --- what the editor asks -------------------------------------------------------------------------

    async def answer(self, request: protocol.Request, params: Any) -> Any:
        """Answer one of our requests.

        Raises:
            UserError: it cannot be done.
            JsonRpcInvalidParams: the parameters make no sense.
        """
        return await _HANDLERS[request](self, params)

    async def ask(self, params: protocol.AskParams) -> protocol.AskResult:
        """Answer a question; notifications tell of the answer while it is made.

        Raises:
            UserError: the question or the folder cannot be taken.
        """
        index = await self._indexing.index_of(params.folder)
        stream = convert.EventStream(index.folder, params.ask_id)
        # Cancelled, this closes the stream, and closing the stream stops the model.
        async with aclosing(index.ask(Inquiry(params.question))) as events:
            async for event in events:
                if isinstance(event, AnswerReady):
                    return convert.answer(index.folder, params.ask_id, event.answer)
                self._notify(*stream.notification(event))
        raise AssertionError("an answer ends with AnswerReady")

    async def search(self, params: protocol.SearchParams) -> protocol.SearchResult:
        """Return the best passages for a query.

        Raises:
            UserError: the query or the folder cannot be taken.
            JsonRpcInvalidParams: the limit is out of range.
        """
        limit = self._workspace.settings.top if params.limit is None else params.limit
        if not 1 <= limit <= _MOST_PASSAGES:
            raise JsonRpcInvalidParams(f"limit is {limit}; it must be 1 to {_MOST_PASSAGES}.")
        query = checked_question(params.query)
        index = await self._indexing.index_of(params.folder)
        found = await asyncio.to_thread(index.search, query, limit)
        passages = tuple(convert.passage(index.folder, source) for source in as_sources(found.passages))
        return protocol.SearchResult(passages, convert.coverage(found))

    async def index_status(self, params: protocol.StatusParams) -> protocol.StatusResult:
        """Return what the indexes hold; also those that another process owns.

        Raises:
            FolderError: the folder is not open.
        """
        indexing = self._indexing
        folders = indexing.folders if params.folder is None else (indexing.folder_of(params.folder),)
        statuses = [await asyncio.to_thread(self._status, folder) for folder in folders]
        return protocol.StatusResult(tuple(map(convert.folder_status, folders, statuses)))

    # --- what the editor tells ------------------------------------------------------------------------

    def change_folders(self, added: Iterable[str], removed: Iterable[str] = ()) -> None:
        """Open and let go of folders, by their URIs."""
        for uri in removed:
            self._indexing.remove(uri)
        for uri in added:
            try:
                self._indexing.add(uri, Path(convert.path_of(uri)))
            except FolderError as error:
                self._indexing.refuse(uri, error)

    def files_changed(self, uris: Iterable[str]) -> None:
        """Hear that files were written, made or deleted."""
        for uri in uris:
            with suppress(FolderError):  # a file that is on no disk of this machine is in no folder either
                self._indexing.file_changed(Path(convert.path_of(uri)))

    def _publish_state(self) -> None:
        folders = tuple(convert.folder_state(folder) for folder in self._indexing.folders)
        self._notify(protocol.INDEX_STATE.method, protocol.IndexState(folders))

    def _status(self, folder: Folder) -> IndexStatus | None:
        try:
            return folder.index.status() if folder.index else self._workspace.status(folder.path)
        except UserError:
            return None


_HANDLERS: dict[protocol.Request, Callable[[Session, Any], Awaitable[Any]]] = {
    protocol.ASK: Session.ask,
    protocol.SEARCH: Session.search,
    protocol.INDEX_STATUS: Session.index_status,
}

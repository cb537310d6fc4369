"""The language server: adapts pygls, and starts and ends the process.

The server responds to `initialize` before it imports large modules. After `initialized` it opens the workspace in a
thread, and indexes its folders in the background. Every request is a coroutine in one event loop, so `$/cancelRequest`
can cancel it. Long work runs in threads of our own, never in those of pygls, one of which reads standard input.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcServerNotInitialized
from pygls.lsp.server import LanguageServer

from sourcewise import __version__, protocol
from sourcewise.lsp.configuration import fetch_settings, register_for_changes
from sourcewise.lsp.documents import OpenDocuments
from sourcewise.lsp.messages import SourcewiseProtocol, answered, make_converter, show_message

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import BinaryIO

    from sourcewise.lsp.session import Session
    from sourcewise.paths import DataPaths
    from sourcewise.settings import Settings

logger = logging.getLogger(__name__)

# Editors kill a server that has not exited two seconds after their request.
_CLOSE_SECONDS = 1.0
_EXIT_SECONDS = 0.8
# A search releases the interpreter lock at every step of a query; threads that read files then keep it for this long.
_SWITCH_SECONDS = 0.0001


def serve(settings: Settings, data: DataPaths) -> None:
    """Serve an editor over standard input and output until it disconnects.

    Args:
        settings: the settings to use if the editor has none.
        data: the location of all data.
    """
    run(make_server(settings, data))


def run(server: SourcewiseServer) -> None:
    """Run a server on the standard streams. Other code then reads nothing, and prints to standard error."""
    logging.getLogger("pygls").setLevel(logging.WARNING)  # below that, it logs messages with the code in them
    sys.setswitchinterval(_SWITCH_SECONDS)
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    server.start_io(cast("BinaryIO", requests), cast("BinaryIO", replies))


class SourcewiseServer(LanguageServer):
    """One editor window's server, from `initialize` to `exit`."""

    def __init__(self, settings: Settings, data: DataPaths) -> None:
        """Configure the server; see make_server."""
        super().__init__(
            "sourcewise",
            __version__,
            # Whole texts, not single changes: pygls applies changes to lines as Python splits them, also at form feeds;
            # editors do not.
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=SourcewiseProtocol,
            converter_factory=make_converter,
        )
        self._settings = settings
        self._data = data
        self._options: Any = None
        self._opening: asyncio.Future[Session] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Log the error only: a message to an editor that has disconnected would fail in the same way, forever."""
        logger.error("%s: %s", source.__name__, error)

    async def session(self) -> Session:
        """Return the open workspace, once it is open.

        Raises:
            UserError: the workspace cannot be opened.
            JsonRpcServerNotInitialized: the editor has not sent `initialized`.
        """
        if self._opening is None:
            raise JsonRpcServerNotInitialized("The server received a request before `initialized`.")
        return await asyncio.shield(self._opening)

    def keep_options(self, params: types.InitializeParams) -> None:
        """Store `initializationOptions`; the response must not wait until they are applied."""
        self._options = params.initialization_options

    async def open(self) -> None:
        """Open the workspace and start to index it."""
        self._tasks.append(asyncio.create_task(_exit_at_the_end()))
        self._opening = asyncio.get_running_loop().create_future()
        try:
            session = await self._open_session()
        except Exception as error:
            logger.exception("The workspace cannot be opened")
            self._opening.set_exception(error)
            self._opening.exception()  # marks it as retrieved, so that asyncio does not log it again
            show_message(self, types.MessageType.Error, [str(error)])
            return
        self._opening.set_result(session)
        session.change_folders(self._folders())

    async def apply_settings(self) -> None:
        """Fetch the editor's settings and apply them."""
        session = await self.session()
        await session.apply_settings(await fetch_settings(self, self._options, self._settings))

    async def report_open_documents(self) -> None:
        """Report the open documents, so that their files are indexed first."""
        (await self.session()).documents_open(document.uri for document in self.workspace.text_documents.values())

    async def close(self) -> None:
        """Stop all work."""
        if self._opening is not None and self._opening.done() and self._opening.exception() is None:
            await self._opening.result().close(_CLOSE_SECONDS)

    async def _open_session(self) -> Session:
        register_for_changes(self)
        settings = await fetch_settings(self, self._options, self._settings)
        make_session = await asyncio.to_thread(_prepare_session, settings, self._data)
        return make_session(OpenDocuments(lambda: self.workspace.text_documents), self.protocol.notify)

    def _folders(self) -> list[str]:
        folders = [folder.uri for folder in self.workspace.folders.values()]
        root = self.workspace.root_uri
        return folders or ([root] if root else [])


def make_server(settings: Settings, data: DataPaths) -> SourcewiseServer:
    """Return a server with all methods registered and nothing opened; see serve."""
    server = SourcewiseServer(settings, data)
    _register_requests(server)
    _register_life(server)
    _register_documents(server)
    return server


def _register_requests(server: SourcewiseServer) -> None:
    for request in protocol.REQUESTS:
        server.feature(request.method)(answered(_handler(server, request)))


def _handler(server: SourcewiseServer, request: protocol.Request) -> Callable[[Any], Awaitable[Any]]:
    async def handle(params: Any) -> Any:
        return await (await server.session()).answer(request, params)

    return handle


def _register_life(server: SourcewiseServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.keep_options(params)

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        await server.open()

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configuration_changed(_: types.DidChangeConfigurationParams) -> None:
        await server.apply_settings()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        added, removed = ([folder.uri for folder in group] for group in (params.event.added, params.event.removed))
        (await server.session()).change_folders(added, removed)

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await server.close()


def _register_documents(server: SourcewiseServer) -> None:
    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched_files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        (await server.session()).files_changed(change.uri for change in params.changes)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: types.DidSaveTextDocumentParams) -> None:
        (await server.session()).files_changed([params.text_document.uri])

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def opened(_: types.DidOpenTextDocumentParams) -> None:
        await server.report_open_documents()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(_: types.DidCloseTextDocumentParams) -> None:
        await server.report_open_documents()

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        text = await (await server.session()).hover(params)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None


def _prepare_session(
    settings: Settings, data: DataPaths
) -> Callable[[OpenDocuments, Callable[[str, object], None]], Session]:
    """Import large modules and open the workspace, in a thread; return a function that creates the session."""
    from sourcewise.lsp.session import Session  # noqa: PLC0415 - after the response to `initialize`
    from sourcewise.workspace.workspace import Workspace  # noqa: PLC0415 - see above

    workspace = Workspace(settings, data, interactive=True)
    return lambda documents, notify: Session(workspace, documents, notify)


async def _exit_at_the_end() -> None:
    """Sleep until the event loop ends, then end the process soon, even if threads are still running.

    A thread may be in the middle of a download or a batch. The next start repairs an interrupted state.
    """
    try:
        await asyncio.Event().wait()
    finally:
        timer = threading.Timer(_EXIT_SECONDS, os._exit, [0])
        timer.daemon = True
        timer.start()

"""A simulated editor for tests: sends typed messages, records received messages and waits for conditions."""

from __future__ import annotations

import asyncio
import os
import sys
from concurrent.futures import Future
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs
from lsprotocol import types
from pytest_lsp import LanguageClient
from pytest_lsp.client import register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

from sourcewise import protocol
from sourcewise.domain.index_state import Stage
from sourcewise.lsp.messages import make_converter, message_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

REAL_SERVER = (sys.executable, "-m", "sourcewise", "lsp")
TIMEOUT = 120.0


class _Protocol(LanguageClientProtocol):
    def get_message_type(self, method: str) -> type[Any] | None:
        return message_type(method) or super().get_message_type(method)

    def get_result_type(self, method: str) -> type[Any] | None:
        return _response_type(method) or super().get_result_type(method)


@cache
def _response_type(method: str) -> type[Any] | None:
    results = {request.method: request.result for request in protocol.REQUESTS}
    if method not in results:
        return None
    parts = {"id": int | str, "jsonrpc": str, "result": results[method]}
    return attrs.define(type("Response", (), {"__annotations__": parts}))


class Editor(LanguageClient):
    """An LSP client of the real server."""

    def __init__(self) -> None:
        super().__init__(protocol_cls=_Protocol, converter_factory=make_converter)
        register_lsp_features(self)
        self.received: list[Any] = []
        self.registered: list[types.Registration] = []
        self._news = asyncio.Event()
        for notification in protocol.NOTIFICATIONS:
            self.feature(notification.method)(self._record)
        self.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: self.registered.extend(params.registrations))

    @property
    def _record(self) -> Callable[[Any], None]:
        def record(params: Any) -> None:
            self.received.append(params)
            self._news.set()

        return record

    async def launch(self, home: Path, command: Sequence[str] = REAL_SERVER) -> None:
        """Start the server's process."""
        await self.start_io(*command, env={**os.environ, "SOURCEWISE_HOME": str(home)})

    async def greet(self) -> None:
        """Send only `initialize`."""
        self.capabilities = types.ClientCapabilities()
        await within(self.initialize_async(types.InitializeParams(capabilities=self.capabilities)))

    async def begin(
        self, folders: Sequence[Path | str], options: dict[str, Any] | None = None, **workspace: Any
    ) -> types.InitializeResult:
        """Perform the handshake.

        Unless `options` set another limit, a question waits long for the embedding model, as the machine may be busy.
        """
        uris = [folder if isinstance(folder, str) else folder.as_uri() for folder in folders]
        return await within(
            self.initialize_session(
                types.InitializeParams(
                    capabilities=types.ClientCapabilities(
                        workspace=types.WorkspaceClientCapabilities(workspace_folders=True, **workspace)
                    ),
                    workspace_folders=[types.WorkspaceFolder(uri, uri.rpartition("/")[2]) for uri in uris],
                    initialization_options={"embedding.questionSeconds": TIMEOUT, **(options or {})},
                )
            )
        )

    async def ask(self, question: str, folder: Path | None = None, ask_id: str = "1") -> protocol.AskResult:
        """Ask a question and wait for the answer."""
        uri = folder.as_uri() if folder else None
        return await self.request(protocol.ASK, protocol.AskParams(question, ask_id, uri))

    async def search(self, query: str, folder: Path | None = None, limit: int | None = None) -> protocol.SearchResult:
        """Search and wait for the result."""
        uri = folder.as_uri() if folder else None
        return await self.request(protocol.SEARCH, protocol.SearchParams(query, uri, limit))

    def show(self, uri: str, text: str, language: str = "python") -> None:
        """Open a document with the given text, regardless of the file on disk."""
        item = types.TextDocumentItem(uri, language, 1, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, uri: str, text: str) -> None:
        """Replace the text of an open document."""
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=2)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def request(self, request: protocol.Request, params: Any, msg_id: str | None = None) -> Any:
        """Send a request of our protocol and wait for its result."""
        return await within(self.protocol.send_request_async(request.method, params, msg_id))

    async def raw_request(self, method: str, params: Any) -> Any:
        """Send a request with parameters that our types do not allow."""
        future: Future[Any] = Future()
        message_id = f"raw-{method}"
        self.protocol._request_futures[message_id] = future
        self.protocol._send_data({"jsonrpc": "2.0", "id": message_id, "method": method, "params": params})
        return await within(asyncio.wrap_future(future))

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until a condition on the received messages is truthy, and return its value."""

        async def wait() -> Any:
            while not (value := condition()):
                self._news.clear()
                await self._news.wait()
            return value

        return await within(wait())

    def state_of(self, folder: Path | str) -> protocol.FolderState | None:
        """Return the state of a folder that the server sent last."""
        uri = folder if isinstance(folder, str) else folder.as_uri()
        states = [params for params in self.received if isinstance(params, protocol.IndexState)]
        return next((state for state in states[-1].folders if state.uri == uri), None) if states else None

    async def until_read(self, folder: Path, files: int) -> None:
        """Wait until the index has this many files; some may not be embedded yet."""
        await self.until(
            lambda: (
                (state := self.state_of(folder))
                and state.files == files
                and state.stage in {Stage.EMBEDDING, Stage.IDLE}
            )
        )

    async def until_idle(self, folder: Path) -> protocol.FolderState:
        """Wait until the server has no more work for a folder."""

        def idle() -> protocol.FolderState | None:
            state = self.state_of(folder)
            return state if state and state.stage is Stage.IDLE else None

        return await self.until(idle)

    async def leave(self) -> None:
        """End the session as an editor does, and kill the process if that fails."""
        try:
            if self._server is not None and self._server.returncode is None:
                await within(self.shutdown_session(), 10)
        finally:
            if self._server is not None and self._server.returncode is None:
                self._server.kill()
            await within(self.stop(), 10)


async def within(awaitable: Any, seconds: float = TIMEOUT) -> Any:
    """Await with a timeout, because a crashed server never answers."""
    return await asyncio.wait_for(awaitable, seconds)

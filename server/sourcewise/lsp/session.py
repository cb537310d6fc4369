"""The session of an editor with an open workspace: handles its requests and notifications."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sourcewise import protocol
from sourcewise.errors import FolderError
from sourcewise.lsp import convert
from sourcewise.lsp.answers import Answers
from sourcewise.lsp.documents import local_path
from sourcewise.lsp.editor_locations import EditorLocations
from sourcewise.lsp.folders import OpenFolders
from sourcewise.lsp.hover import Hover
from sourcewise.lsp.index_control import IndexControl
from sourcewise.lsp.model_control import ModelControl

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from lsprotocol.types import HoverParams

    from sourcewise.lsp.documents import OpenDocuments
    from sourcewise.settings import Settings
    from sourcewise.workspace.workspace import Workspace


class Session:
    """Handles an editor's requests from opening a workspace to closing it. Use it only in the event loop's thread."""

    def __init__(self, workspace: Workspace, documents: OpenDocuments, notify: Callable[[str, object], None]) -> None:
        """Start without folders, in a running event loop.

        Args:
            workspace: opens the folders.
            documents: the documents that are open in the editor.
            notify: sends a method and its parameters to the editor.
        """
        self._workspace = workspace
        self._notify = notify
        self._folders = OpenFolders(workspace, self._publish_state)
        self.indexes = IndexControl(workspace, self._folders)
        self.models = ModelControl(workspace, self._folders, notify)
        locations = EditorLocations(self._folders, documents)
        self.answers = Answers(self._folders, locations, notify, lambda: workspace.settings.top, workspace.engine)
        self._hover = Hover(locations, lambda: workspace.settings)

    async def close(self, seconds: float) -> None:
        """Stop indexing and the models; after this many seconds, return without waiting any longer."""
        self._hover.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(self._folders.close(), self._workspace.language_models.close())

    # --- requests -------------------------------------------------------------------------------------

    async def answer(self, request: protocol.Request, params: Any) -> Any:
        """Handle a request under `sourcewise/`.

        Raises:
            UserError: the request failed.
            JsonRpcInvalidParams: the parameters are invalid.
        """
        return await _HANDLERS[request](self, params)

    async def hover(self, params: HoverParams) -> str | None:
        """Return a hover for the name at a position, as Markdown, or None."""
        return await self._hover.at(params.text_document.uri, params.position.line, params.position.character)

    # --- notifications --------------------------------------------------------------------------------

    async def apply_settings(self, settings: Settings) -> None:
        """Use other settings; answers in progress keep the old ones."""
        if self._workspace.apply(settings):
            await self._folders.reconfigure()

    def change_folders(self, added: Iterable[str], removed: Iterable[str] = ()) -> None:
        """Open and close folders, by their URIs."""
        for uri in removed:
            self._folders.remove(uri)
        for uri in added:
            try:
                self._folders.add(uri, convert.path_of(uri))
            except FolderError as error:
                self._folders.refuse(uri, Path(uri), error)

    def files_changed(self, uris: Iterable[str]) -> None:
        """Update files that were created, changed or deleted, by their URIs."""
        self._folders.files_changed(filter(None, map(local_path, uris)))

    def documents_open(self, uris: Iterable[str]) -> None:
        """Give priority to the files of the open documents, by their URIs."""
        self._folders.set_open_files(filter(None, map(local_path, uris)))

    def _publish_state(self) -> None:
        self._notify(protocol.INDEX_STATE.method, self.indexes.state())


_HANDLERS: dict[protocol.Request, Callable[[Session, Any], Awaitable[Any]]] = {
    protocol.ASK: lambda session, params: session.answers.ask(params),
    protocol.EXPLAIN: lambda session, params: session.answers.explain(params),
    protocol.SEARCH: lambda session, params: session.answers.search(params),
    protocol.SIMILAR: lambda session, params: session.answers.similar(params),
    protocol.INDEX_STATUS: lambda session, params: session.indexes.status(params),
    protocol.INDEX_REBUILD: lambda session, params: session.indexes.rebuild(params),
    protocol.INDEX_PAUSE: lambda session, params: session.indexes.pause(params),
    protocol.INDEX_CHOICES: lambda session, params: session.indexes.choices(params),
    protocol.INDEX_WHY: lambda session, params: session.indexes.why(params),
    protocol.INDEX_SKIPPED: lambda session, params: session.indexes.skipped(params),
    protocol.INDEX_CHUNKS: lambda session, params: session.indexes.chunks(params),
    protocol.MODELS_LIST: lambda session, params: session.models.list(params),
    protocol.MODELS_PULL: lambda session, params: session.models.pull(params),
    protocol.MODELS_ALLOW: lambda session, params: session.models.allow(params),
    protocol.MODELS_REVOKE: lambda session, params: session.models.revoke(params),
    protocol.DIAGNOSE: lambda session, params: session.indexes.diagnose(params),
}

"""What an editor asks about language models: which one would answer, to download one, to allow a remote one."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcInvalidParams

from sourcewise import protocol
from sourcewise.domain.answer import Destination
from sourcewise.llm.downloads import ModelDownloads
from sourcewise.lsp import convert

if TYPE_CHECKING:
    from collections.abc import Callable

    from sourcewise.folder_index.index import Index
    from sourcewise.llm.consent import Consent
    from sourcewise.lsp.folders import OpenFolders
    from sourcewise.weights import DownloadProgress
    from sourcewise.workspace.workspace import Workspace

_RUNTIMES = ("ollama", "embedded")
_REPORT_SECONDS = 0.25


class ModelControl:
    """The language models of this machine, as the editor sees them."""

    def __init__(self, workspace: Workspace, folders: OpenFolders, notify: Callable[[str, object], None]) -> None:
        """Join the parts.

        Args:
            workspace: whose models they are.
            folders: that are open.
            notify: sends a method and its parameters to the editor.
        """
        self._workspace = workspace
        self._downloads = ModelDownloads(lambda: workspace.settings, workspace.weights)
        self._folders = folders
        self._notify = notify

    async def list(self, _: protocol.ModelsParams) -> protocol.ModelsResult:
        """Say who would answer now and who else could; nothing is downloaded."""
        self._workspace.prepare_for_questions()  # an editor wants to know this when it shows where to ask them
        seen = await self._workspace.language_models.overview()
        return protocol.ModelsResult(
            answering=protocol.ModelName(seen.answering.runtime, seen.answering.name),
            local=seen.local,
            problem=seen.problem,
            ollama_runs=seen.ollama_runs,
            endpoint=seen.endpoint,
            wanted=seen.wanted,
            models=tuple(
                protocol.LanguageModel(model.runtime, model.name, model.installed, model.bytes, model.host)
                for model in seen.models
            ),
        )

    async def pull(self, params: protocol.PullParams) -> protocol.PullResult:
        """Download a model; notifications report the progress.

        Raises:
            UserError: it cannot be had.
            JsonRpcInvalidParams: nothing of that kind can be downloaded.
        """
        if params.runtime not in _RUNTIMES:
            raise JsonRpcInvalidParams(f"runtime is {params.runtime!r}; it must be one of {', '.join(_RUNTIMES)}.")
        if not params.name.strip():
            raise JsonRpcInvalidParams("name is empty; it must be the name of a model.")
        await self._downloads.download(params.runtime, params.name.strip(), self._progress_reporter(params.pull_id))
        return protocol.PullResult(params.name)

    async def allow(self, params: protocol.AllowParams) -> protocol.AllowedModels:
        """Remember that the user allows a remote model to get code of a folder.

        Raises:
            UserError: there is no such folder, or the decision cannot be stored.
        """
        allowed = params.destination
        consent = self._consent_of(self._folders.index_so_far(allowed.folder))
        await asyncio.to_thread(consent.give, Destination(allowed.model, allowed.host))
        return self._allowed()

    async def revoke(self, _: protocol.RevokeParams) -> protocol.AllowedModels:
        """Forget what the user has allowed for the open folders.

        Raises:
            UserError: the decision cannot be stored.
        """
        for index in self._indexes():
            await asyncio.to_thread(self._consent_of(index).withdraw)
        return self._allowed()

    def _allowed(self) -> protocol.AllowedModels:
        return protocol.AllowedModels(
            tuple(
                convert.destination(self._folders.uri_of(index), allowed)
                for index in self._indexes()
                for allowed in self._consent_of(index).destinations
            )
        )

    def _consent_of(self, index: Index) -> Consent:
        return self._workspace.consent_of(index.folder)

    def _indexes(self) -> tuple[Index, ...]:
        return tuple(folder.index for folder in self._folders.all if folder.index is not None)

    def _progress_reporter(self, pull_id: str) -> Callable[[DownloadProgress], None]:
        """Return a function that reports a new stage to the editor at once, and more bytes a few times a second."""
        reported_at, reported = 0.0, ""

        def report(progress: DownloadProgress) -> None:
            nonlocal reported_at, reported
            message = _message(progress)
            if (
                message != reported
                or time.monotonic() - reported_at >= _REPORT_SECONDS
                or progress.done == progress.total
            ):
                reported_at, reported = time.monotonic(), message
                notification = protocol.PullProgress(pull_id, message, progress.done, progress.total)
                self._notify(protocol.MODELS_PROGRESS.method, notification)

        return report


def _message(progress: DownloadProgress) -> str:
    return f"{progress.stage.capitalize()} {progress.name}"

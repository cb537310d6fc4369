"""Handles the editor's requests about language models: list, download, allow and revoke."""

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
    """Lists and downloads language models, and stores the consent to remote ones."""

    def __init__(self, workspace: Workspace, folders: OpenFolders, notify: Callable[[str, object], None]) -> None:
        """Take the workspace and the open folders.

        Args:
            workspace: provides the models.
            folders: the open folders.
            notify: sends a method and its parameters to the editor.
        """
        self._workspace = workspace
        self._downloads = ModelDownloads(lambda: workspace.settings, workspace.weights)
        self._folders = folders
        self._notify = notify

    async def list(self, _: protocol.ModelsParams) -> protocol.ModelsResult:
        """Return the model that would answer now, and all available models; downloads nothing."""
        self._workspace.prepare_for_questions()  # editors send this request when they show the input for questions
        overview = await self._workspace.language_models.overview()
        return protocol.ModelsResult(
            answering=protocol.ModelName(overview.answering.runtime, overview.answering.name),
            local=overview.local,
            problem=overview.problem,
            ollama_runs=overview.ollama_runs,
            endpoint=overview.endpoint,
            wanted=overview.wanted,
            models=tuple(
                protocol.LanguageModel(model.runtime, model.name, model.installed, model.bytes, model.host)
                for model in overview.models
            ),
        )

    async def pull(self, params: protocol.PullParams) -> protocol.PullResult:
        """Download a model; notifications report the progress.

        Raises:
            UserError: the model cannot be downloaded.
            JsonRpcInvalidParams: the runtime or the name is invalid.
        """
        if params.runtime not in _RUNTIMES:
            raise JsonRpcInvalidParams(f"runtime is {params.runtime!r}; it must be one of {', '.join(_RUNTIMES)}.")
        if not params.name.strip():
            raise JsonRpcInvalidParams("name is empty; it must be the name of a model.")
        await self._downloads.download(params.runtime, params.name.strip(), self._progress_reporter(params.pull_id))
        return protocol.PullResult(params.name)

    async def allow(self, params: protocol.AllowParams) -> protocol.AllowedModels:
        """Store the user's consent to send code of a folder to a remote model.

        Raises:
            UserError: the folder is not open, or the consent cannot be stored.
        """
        allowed = params.destination
        consent = self._consent_of(self._folders.index_so_far(allowed.folder))
        await asyncio.to_thread(consent.give, Destination(allowed.model, allowed.host))
        return self._allowed()

    async def revoke(self, _: protocol.RevokeParams) -> protocol.AllowedModels:
        """Revoke the user's consent for all open folders.

        Raises:
            UserError: the change cannot be stored.
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
        """Return a function that reports progress to the editor: each new stage, and bytes a few times a second."""
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

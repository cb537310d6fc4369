"""What an editor asks about language models: who would answer, and to download one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcInvalidParams

from sourcewise import protocol
from sourcewise.model_downloads import ModelDownloads

if TYPE_CHECKING:
    from collections.abc import Callable

    from sourcewise.weights import DownloadProgress
    from sourcewise.workspace import Workspace

_RUNTIMES = ("ollama", "embedded")
_TELL_SECONDS = 0.25


class ModelControl:
    """The language models of this machine, as the editor sees them."""

    def __init__(self, workspace: Workspace, notify: Callable[[str, object], None]) -> None:
        """Join the parts.

        Args:
            workspace: whose models they are.
            notify: sends a method and its parameters to the editor.
        """
        self._workspace = workspace
        self._downloads = ModelDownloads(lambda: workspace.settings, workspace.weights)
        self._notify = notify

    async def list(self, _: protocol.ModelsParams) -> protocol.ModelsResult:
        """Say who would answer now and who else could; nothing is downloaded."""
        self._workspace.expect_questions()  # an editor wants to know this when it shows where to ask them
        seen = await self._workspace.language_models.overview()
        return protocol.ModelsResult(
            answering=protocol.ModelName(seen.answering.runtime, seen.answering.name),
            local=seen.local,
            problem=seen.problem,
            ollama_runs=seen.ollama_runs,
            endpoint=self._workspace.settings.endpoint,
            wanted=seen.wanted,
            models=tuple(
                protocol.LanguageModel(model.runtime, model.name, model.installed, model.bytes) for model in seen.models
            ),
        )

    async def pull(self, params: protocol.PullParams) -> protocol.PullResult:
        """Download a model; notifications tell how far it is.

        Raises:
            UserError: it cannot be had.
            JsonRpcInvalidParams: nothing of that kind can be downloaded.
        """
        if params.runtime not in _RUNTIMES:
            raise JsonRpcInvalidParams(f"runtime is {params.runtime!r}; it must be one of {', '.join(_RUNTIMES)}.")
        if not params.name.strip():
            raise JsonRpcInvalidParams("name is empty; it must be the name of a model.")
        await self._downloads.bring(params.runtime, params.name.strip(), self._teller(params.pull_id))
        return protocol.PullResult(params.name)

    def _teller(self, pull_id: str) -> Callable[[DownloadProgress], None]:
        """Return what tells the editor of a new stage at once, and of more bytes a few times a second."""
        told_at, told = 0.0, ""

        def tell(progress: DownloadProgress) -> None:
            nonlocal told_at, told
            message = _message(progress)
            if message != told or time.monotonic() - told_at >= _TELL_SECONDS or progress.done == progress.total:
                told_at, told = time.monotonic(), message
                news = protocol.PullProgress(pull_id, message, progress.done, progress.total)
                self._notify(protocol.MODELS_PROGRESS.method, news)

        return tell


def _message(progress: DownloadProgress) -> str:
    return f"{progress.stage.capitalize()} {progress.name}"

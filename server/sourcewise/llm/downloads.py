"""Downloads language models, through Ollama or from the model hub. Callers with the same model share one download."""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from sourcewise.errors import GeneratorModelMissingError
from sourcewise.llm import embedded
from sourcewise.llm.ollama_connection import OllamaConnection
from sourcewise.weights import DownloadProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sourcewise.settings import Settings
    from sourcewise.weights import WeightsStore

    Listener = Callable[[DownloadProgress], None]


class ModelDownloads:
    """The running downloads. Not thread-safe: use it only in the thread of the event loop."""

    def __init__(self, settings: Callable[[], Settings], weights: WeightsStore) -> None:
        """Create the downloads of one process.

        Args:
            settings: returns the current settings.
            weights: stores the built-in model.
        """
        self._settings = settings
        self._weights = weights
        self._shared: dict[tuple[str, str], _SharedDownload] = {}

    async def download(self, runtime: str, name: str, listener: Listener) -> None:
        """Download a model. If cancelled, stop the download unless another caller needs it.

        Args:
            runtime: `ollama` or `embedded`.
            name: the model; for `embedded`, the model of `embedded.model`.
            listener: called with the progress, in bytes.

        Raises:
            UserError: the model cannot be downloaded.
        """
        key = runtime, name
        if key not in self._shared:
            start = self._download_by_ollama if runtime == "ollama" else self._download_weights
            self._shared[key] = _SharedDownload(lambda report: start(name, report))
        download = self._shared[key]
        try:
            await download.join(listener)
        finally:
            if download.is_over and self._shared.get(key) is download:
                del self._shared[key]

    async def _download_by_ollama(self, name: str, report: Listener) -> None:
        connection = OllamaConnection(self._settings())
        # Ollama downloads a model in layers and reports the size of each.
        done: dict[str, int] = {}
        total: dict[str, int] = {}
        try:
            async with aclosing(connection.pull(name)) as steps:
                async for step in steps:
                    if step.digest:
                        done[step.digest], total[step.digest] = step.completed or 0, step.total or 0
                    stage = "downloading" if step.digest else step.status or "preparing"
                    report(DownloadProgress(name, sum(done.values()), sum(total.values()), "bytes", stage))
        finally:
            await connection.close()

    async def _download_weights(self, name: str, report: Listener) -> None:
        embedded.require_installed()
        wanted = self._settings().embedded_model
        if name not in (wanted, embedded.short_name(wanted)):
            raise GeneratorModelMissingError(
                f"Sourcewise downloads only the model of its settings, {wanted}.",
                "To download another one, set embedded.model.",
            )
        loop, stopped = asyncio.get_running_loop(), threading.Event()
        size = self._weights.size_of(wanted)

        def report_bytes(progress: DownloadProgress) -> None:
            loop.call_soon_threadsafe(report, _in_bytes(progress, size))

        try:
            await asyncio.to_thread(self._weights.ensure, wanted, report_bytes, stopped)
        finally:
            stopped.set()


class _SharedDownload:
    """One download and the listeners of its callers."""

    def __init__(self, work: Callable[[Listener], Coroutine[None, None, None]]) -> None:
        self._listeners: list[Listener] = []
        self._task = asyncio.create_task(work(self._report))

    @property
    def is_over(self) -> bool:
        """Whether the download ended, or no caller is left."""
        return self._task.done() or not self._listeners

    async def join(self, listener: Listener) -> None:
        self._listeners.append(listener)
        try:
            await asyncio.shield(self._task)
        finally:
            self._listeners.remove(listener)
            if not self._listeners:
                self._task.cancel()

    def _report(self, progress: DownloadProgress) -> None:
        for listener in self._listeners:
            listener(progress)


def _in_bytes(progress: DownloadProgress, size: int) -> DownloadProgress:
    """Return the progress in bytes. Packages count equally, since they have about the same size."""
    if progress.unit == "bytes":
        return progress
    return replace(progress, done=size * progress.done // max(progress.total, 1), total=size, unit="bytes")

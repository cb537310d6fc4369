"""Tests of listing, downloading and choosing language models, and of consent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from client import within
from lsprotocol.types import CancelParams, DidChangeConfigurationParams
from ollama_server import OllamaServer
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcRequestCancelled

from sourcewise import protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client import Editor

    from conftest import Start

NOWHERE = "http://127.0.0.1:9"
NO_WEIGHTS = "nobody/has-this-model"


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    """Return a fake Ollama server."""
    with OllamaServer() as running:
        yield running


def options(endpoint: str, **settings: Any) -> dict[str, Any]:
    """Return settings that choose a model automatically, with an embedded model that is not downloaded."""
    return {"llm": {"endpoint": endpoint, **settings}, "embedded": {"model": NO_WEIGHTS}}


async def test_the_list_names_the_model_that_would_answer(start: Start, project: Path, ollama: OllamaServer) -> None:
    editor = await start(project, options=options(ollama.endpoint))
    models = await listed(editor)
    assert (models.answering.runtime, models.answering.name) == ("ollama", "codellama")
    assert (models.local, models.problem, models.ollama_runs, models.wanted) == (True, "", True, "codellama")
    assert models.endpoint == ollama.endpoint
    assert protocol.LanguageModel("ollama", "codellama:latest", True, 3_800_000_000) in models.models


async def test_without_ollama_a_question_returns_sources_and_a_hint_and_downloads_nothing(
    start: Start, project: Path, home: Path
) -> None:
    there = set((home / "models").iterdir())
    editor = await start(project, options=options(NOWHERE))
    models = await listed(editor)
    assert (models.answering.runtime, models.ollama_runs) == ("sources", False)
    await editor.until_read(project, 3)
    answer = await editor.ask("How are requests sent again after a failure?")
    assert (answer.model.runtime, answer.failure) == ("sources", "")
    assert answer.sources
    assert any("Ollama" in notice for notice in answer.notices)
    assert {place for place in (home / "models").iterdir() if "has-this-model" in place.name} <= there


async def test_a_pulled_ollama_model_answers(start: Start, project: Path, ollama: OllamaServer) -> None:
    ollama.script.models = {}
    editor = await start(project, options=options(ollama.endpoint))
    assert "ollama pull codellama" in (await listed(editor)).problem
    await pull(editor, "ollama", "codellama:latest", "p1")
    progress = [news for news in editor.received if isinstance(news, protocol.PullProgress)]
    assert {news.pull_id for news in progress} == {"p1"}
    assert (progress[-1].done, progress[-1].total) == (400, 400)
    assert progress[0].message == "Pulling manifest codellama:latest"
    assert (await listed(editor)).answering.runtime == "ollama"


async def test_cancelling_a_pull_stops_it(start: Start, project: Path, ollama: OllamaServer) -> None:
    ollama.script.ending = "endless"
    editor = await start(project, options=options(ollama.endpoint))
    pulling = asyncio.create_task(pull(editor, "ollama", "codellama", "p1", msg_id="the-pull"))
    await editor.until(lambda: any(isinstance(news, protocol.PullProgress) for news in editor.received))
    editor.cancel_request(CancelParams(id="the-pull"))
    with pytest.raises(JsonRpcRequestCancelled):
        await within(pulling, 10)
    assert await asyncio.to_thread(ollama.client_left.wait, 10)


async def test_an_impossible_pull_is_answered_with_an_error(start: Start, project: Path, ollama: OllamaServer) -> None:
    ollama.script.pull = ({"error": "pull model manifest: file does not exist"},)
    editor = await start(project, options=options(ollama.endpoint))
    with pytest.raises(JsonRpcException, match="Ollama has no model named llama9") as refusal:
        await pull(editor, "ollama", "llama9", "p1")
    assert refusal.value.data["kind"] == "GeneratorModelMissingError"
    for runtime, name in (("oracle", "llama9"), ("ollama", " ")):
        with pytest.raises(JsonRpcInvalidParams):
            await pull(editor, runtime, name, "p2")


async def test_a_changed_endpoint_applies_to_the_next_question(
    start: Start, project: Path, ollama: OllamaServer
) -> None:
    editor = await start(project, options=options(NOWHERE), configuration=True)
    assert (await listed(editor)).answering.runtime == "sources"
    editor.set_configuration(options(ollama.endpoint), section="sourcewise")
    editor.workspace_did_change_configuration(DidChangeConfigurationParams(None))
    async with asyncio.timeout(60):
        while (await listed(editor)).endpoint != ollama.endpoint:
            pass  # the server requests the settings asynchronously
    answer = await editor.ask("How are requests sent again after a failure?")
    assert (answer.model.runtime, answer.failure) == ("ollama", "")
    assert answer.text.startswith("The answer is 42")


REMOTE = "https://ollama.example"
QUESTION = "How are requests sent again after a failure?"


@pytest.fixture
def remote(ollama: OllamaServer) -> OllamaServer:
    """Return the server with a model that it runs on another machine."""
    ollama.script.models["mycoder:latest"] = 384
    ollama.script.listed_hosts = {"mycoder:latest": REMOTE}
    ollama.script.answering_host = REMOTE
    return ollama


async def test_code_leaves_the_machine_only_with_the_users_consent(
    start: Start, project: Path, remote: OllamaServer
) -> None:
    editor = await start(project, options=options(remote.endpoint, model="mycoder"))
    held = await editor.ask(QUESTION)
    assert held.needs_consent == protocol.Destination(project.as_uri(), "mycoder:latest", REMOTE)
    assert REMOTE in held.failure
    assert (held.text, bool(held.sources)) == ("", True)
    uri = (project / "auth.py").as_uri()
    explained = await editor.request(protocol.EXPLAIN, protocol.ExplainParams("e", protocol.Selection(uri, 4, 6)))
    assert explained.needs_consent == held.needs_consent
    assert prompts_of(remote) == 0

    allowed = await editor.request(protocol.MODELS_ALLOW, protocol.AllowParams(held.needs_consent))
    assert allowed.destinations == (held.needs_consent,)
    answer = await editor.ask(QUESTION)
    assert (answer.failure, answer.needs_consent) == ("", None)
    assert any(REMOTE in notice for notice in answer.notices)
    assert prompts_of(remote) == 1

    assert (await editor.request(protocol.MODELS_REVOKE, protocol.RevokeParams())).destinations == ()
    assert (await editor.ask(QUESTION)).needs_consent == held.needs_consent
    assert prompts_of(remote) == 1


async def test_consent_for_a_folder_applies_in_other_windows_but_not_to_other_folders(
    start: Start, project: Path, remote: OllamaServer, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "paint.py").write_text("def mix_colours(first, second):\n    return first + second\n")
    editor = await start(project, other, options=options(remote.endpoint, model="mycoder:latest"))
    held = await editor.ask(QUESTION, project)
    await editor.request(protocol.MODELS_ALLOW, protocol.AllowParams(held.needs_consent))
    elsewhere = await editor.ask("What does mix_colours do with the colours?", other)
    assert elsewhere.needs_consent.folder == other.as_uri()
    await editor.leave()
    again = await start(project, options=options(remote.endpoint, model="mycoder"))
    assert (await again.ask(QUESTION)).needs_consent is None


async def test_an_ollama_on_another_machine_needs_consent(start: Start, project: Path) -> None:
    # This spelling of the loopback address does not count as local, yet it reaches the fake server.
    with OllamaServer() as ollama:
        endpoint = ollama.endpoint.replace("127.0.0.1", "127.1")
        editor = await start(project, options=options(endpoint))
        held = await editor.ask(QUESTION)
        assert held.needs_consent == protocol.Destination(project.as_uri(), "codellama:latest", endpoint)
        assert prompts_of(ollama) == 0
        models = await listed(editor)
        assert not models.local
        assert {model.host for model in models.models if model.runtime == "ollama"} == {endpoint}


async def test_consent_for_a_folder_that_is_not_open_is_refused(
    start: Start, project: Path, remote: OllamaServer, tmp_path: Path
) -> None:
    editor = await start(project, options=options(remote.endpoint, model="mycoder"))
    destination = protocol.Destination(tmp_path.as_uri(), "mycoder:latest", REMOTE)
    with pytest.raises(JsonRpcException, match="is not an open folder"):
        await editor.request(protocol.MODELS_ALLOW, protocol.AllowParams(destination))


def prompts_of(ollama: OllamaServer) -> int:
    """Return the number of prompts that were sent."""
    return sum(request.path == "/api/chat" for request in ollama.requests)


async def listed(editor: Editor) -> protocol.ModelsResult:
    """Request the list of models."""
    return await editor.request(protocol.MODELS_LIST, protocol.ModelsParams())


async def pull(editor: Editor, runtime: str, name: str, pull_id: str, msg_id: str | None = None) -> protocol.PullResult:
    """Request the download of a model."""
    return await editor.request(protocol.MODELS_PULL, protocol.PullParams(pull_id, runtime, name), msg_id)

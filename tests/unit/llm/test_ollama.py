from __future__ import annotations

import asyncio
import socket
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from ollama_server import OllamaServer

from sourcewise.domain.answer import Destination, ModelName, Prompt, TextDelta, Usage
from sourcewise.errors import (
    GeneratorError,
    GeneratorInterruptedError,
    GeneratorModelMissingError,
    GeneratorSlowError,
    GeneratorUnreachableError,
    SettingsError,
)
from sourcewise.llm.ollama import OllamaGenerator, OllamaStatus
from sourcewise.llm.ollama_connection import OllamaConnection
from sourcewise.llm.ollama_models import InstalledModel, best_for_code, destination_of, full_name, pull_advice
from sourcewise.processes.loopback import origin_of
from sourcewise.settings import DEFAULT_ENDPOINT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sourcewise.domain.answer import GenerationEvent

PROMPT = Prompt("You explain code.", "What does login do?", 10, 6800, ())


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


def settings_for(server: OllamaServer, **changes: object) -> Settings:
    return replace(Settings(endpoint=server.endpoint), **changes)  # type: ignore[arg-type]


async def answer_of(generator: OllamaGenerator) -> list[GenerationEvent]:
    try:
        async with aclosing(generator.generate(PROMPT)) as events:
            return [event async for event in events]
    finally:
        await generator.close()


def free_endpoint() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


async def test_streams_the_text_and_ends_with_the_usage(server: OllamaServer) -> None:
    *words, usage = await answer_of(OllamaGenerator(settings_for(server)))
    assert words == [TextDelta("The answer"), TextDelta(" is 42"), TextDelta(" [1].")]
    assert usage == Usage(512, 3, 2.0, 0.5, "stop", prompt_cut=False)


async def test_sends_the_options_of_the_settings(server: OllamaServer) -> None:
    await answer_of(OllamaGenerator(settings_for(server, temperature=0.2, keep_alive="30m", answer_tokens=700)))
    body = server.last("/api/chat").body
    assert body["options"] == {"num_ctx": 8192, "num_predict": 700, "temperature": 0.2}
    assert body["keep_alive"] == "30m"
    assert body["think"] is False
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == PROMPT.user


async def test_sends_plain_seconds_to_keep_alive_as_a_number(server: OllamaServer) -> None:
    await answer_of(OllamaGenerator(settings_for(server, keep_alive="-1")))
    assert server.last("/api/chat").body["keep_alive"] == -1


async def test_never_sends_the_key_of_the_environment(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "do-not-tell")
    generator = OllamaGenerator(settings_for(server))
    await generator.state()
    await answer_of(generator)
    assert {request.path for request in server.requests} == {"/api/tags", "/api/show", "/api/chat"}
    assert all("authorization" not in request.headers for request in server.requests)


async def test_ignores_proxies_of_the_environment(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", free_endpoint())
    monkeypatch.setenv("ALL_PROXY", free_endpoint())
    assert isinstance((await answer_of(OllamaGenerator(settings_for(server))))[-1], Usage)


async def test_keeps_its_budget_inside_the_window(server: OllamaServer) -> None:
    assert OllamaGenerator(settings_for(server)).prompt_budget == 6800
    small = OllamaGenerator(settings_for(server), context_length=4096)
    assert small.prompt_budget + small.answer_tokens < 4096
    tiny = OllamaGenerator(settings_for(server, context_tokens=512, answer_tokens=1000))
    assert tiny.prompt_budget + tiny.answer_tokens < 512


async def test_reports_a_truncated_prompt(server: OllamaServer) -> None:
    server.script.prompt_eval_count = 4096
    *_, usage = await answer_of(OllamaGenerator(settings_for(server), context_length=4096))
    assert isinstance(usage, Usage)
    assert usage.prompt_cut


async def test_reports_an_answer_that_reached_its_maximum_length(server: OllamaServer) -> None:
    server.script.done_reason = "length"
    *_, usage = await answer_of(OllamaGenerator(settings_for(server)))
    assert isinstance(usage, Usage)
    assert usage.stop_reason == "length"
    assert not usage.prompt_cut


async def test_closing_the_stream_closes_the_connection(server: OllamaServer) -> None:
    server.script.ending = "endless"
    generator = OllamaGenerator(settings_for(server))
    async with aclosing(generator.generate(PROMPT)) as events:
        assert await anext(events) == TextDelta("The answer")
    assert await asyncio.to_thread(server.client_left.wait, 10)
    await generator.close()


async def test_cancelling_the_reader_closes_the_connection(server: OllamaServer) -> None:
    server.script.ending = "endless"
    generator = OllamaGenerator(settings_for(server))
    spoke = asyncio.Event()

    async def read() -> None:
        async for _ in generator.generate(PROMPT):
            spoke.set()

    reader = asyncio.create_task(read())
    await spoke.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await asyncio.to_thread(server.client_left.wait, 10)
    await generator.close()


async def test_a_closed_generator_answers_again(server: OllamaServer) -> None:
    generator = OllamaGenerator(settings_for(server))
    await generator.close()
    assert isinstance((await answer_of(generator))[-1], Usage)


@pytest.mark.parametrize("ending", ["cut", "silent"])
async def test_an_interrupted_answer_is_an_error_after_its_text(server: OllamaServer, ending: str) -> None:
    server.script.ending = ending
    generator = OllamaGenerator(settings_for(server))
    heard: list[GenerationEvent] = []

    async def listen() -> None:
        async for event in generator.generate(PROMPT):
            heard.append(event)  # noqa: PERF401 - keep the events before the error

    with pytest.raises(GeneratorInterruptedError):
        await listen()
    assert len(heard) == 3
    await generator.close()


async def test_shows_the_reason_that_ollama_gives(server: OllamaServer) -> None:
    server.script.ending = "error"
    with pytest.raises(GeneratorError, match="unexpected EOF"):
        await answer_of(OllamaGenerator(settings_for(server)))
    server.script.ending = "refuse"
    with pytest.raises(GeneratorError, match="more system memory"):
        await answer_of(OllamaGenerator(settings_for(server)))


async def test_a_silent_model_is_too_slow(server: OllamaServer) -> None:
    server.script.ending = "never"
    with pytest.raises(GeneratorSlowError, match=r"llm\.answerSeconds"):
        await answer_of(OllamaGenerator(settings_for(server, answer_seconds=0.2)))


async def test_a_missing_model_shows_the_command_that_installs_it(server: OllamaServer) -> None:
    with pytest.raises(GeneratorModelMissingError, match=r"ollama pull codellama:13b \(downloads 7.4 GB\)"):
        await answer_of(OllamaGenerator(settings_for(server), "codellama:13b"))


async def test_a_closed_port_is_unreachable_for_every_kind_of_request() -> None:
    settings = Settings(endpoint=free_endpoint())
    with pytest.raises(GeneratorUnreachableError):
        await answer_of(OllamaGenerator(settings))
    connection = OllamaConnection(settings)
    with pytest.raises(GeneratorUnreachableError):
        await connection.installed_models()
    with pytest.raises(GeneratorUnreachableError):
        await anext(connection.pull("codellama"))
    await connection.close()


async def test_another_web_server_at_the_endpoint_is_recognized(server: OllamaServer) -> None:
    server.script.ending = "html"
    connection = OllamaConnection(settings_for(server))
    with pytest.raises(GeneratorError, match="does not reply like Ollama"):
        await connection.installed_models()
    await connection.close()


async def test_state_distinguishes_not_installed_from_not_running(monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = free_endpoint()
    monkeypatch.setattr("sourcewise.llm.ollama_endpoint.DEFAULT_ENDPOINT", endpoint)
    for found, expected in ((None, OllamaStatus.NOT_INSTALLED), ("/usr/bin/ollama", OllamaStatus.NOT_RUNNING)):
        monkeypatch.setattr("sourcewise.llm.ollama_failures.find_program", lambda _name, found=found: found)
        generator = OllamaGenerator(Settings(endpoint=endpoint))
        state = await generator.state()
        await generator.close()
        assert state.status is expected
        assert expected.value.split()[-1] in str(state.problem).lower() or "ollama serve" in str(state.problem)


async def test_a_configured_address_is_never_reported_as_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.llm.ollama_failures.find_program", lambda _name: None)
    monkeypatch.setattr("sourcewise.llm.ollama_endpoint.DEFAULT_ENDPOINT", free_endpoint())
    for endpoint, variable in ((free_endpoint(), ""), (DEFAULT_ENDPOINT, free_endpoint())):
        monkeypatch.setenv("OLLAMA_HOST", variable)
        generator = OllamaGenerator(Settings(endpoint=endpoint))
        state = await generator.state()
        await generator.close()
        assert state.status is OllamaStatus.NOT_RUNNING
        assert "ollama serve" in str(state.problem)


async def test_another_server_is_never_reported_as_not_installed(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcewise.llm.ollama_failures.find_program", lambda _name: None)
    monkeypatch.setattr("sourcewise.llm.ollama_endpoint.DEFAULT_ENDPOINT", server.endpoint)
    server.script.ending = "html"
    generator = OllamaGenerator(settings_for(server))
    state = await generator.state()
    await generator.close()
    assert state.status is OllamaStatus.NOT_RUNNING
    assert "does not reply like Ollama" in str(state.problem)


PAGE = "<html>\n<head><title>502 Bad Gateway</title></head>\n</html>"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (502, PAGE, "A proxy at .* cannot reach Ollama"),
        (503, "", "A proxy at .* cannot reach Ollama"),
        (401, '{"detail": "Unauthorized"}', "requires a login"),
        (407, PAGE, "requires a login"),
        (404, PAGE, r"does not reply like Ollama \(status 404\)"),
        (404, '{"error": {"code": 404, "message": "File Not Found"}}', r"does not reply like Ollama \(status 404\)"),
        (500, "[]", r"does not reply like Ollama \(status 500\)"),
        (308, "", "redirects to https://login.example, "),
        (200, PAGE, "does not reply like Ollama"),
        (200, "", "does not reply like Ollama"),
        (200, "[]", "does not reply like Ollama"),
        (200, "null", "does not reply like Ollama"),
        (200, '{"object": "list", "data": []}', "does not reply like Ollama"),
        (200, '{"models": [3]}', "does not reply like Ollama"),
    ],
)
async def test_the_reply_of_another_server_is_never_shown(
    server: OllamaServer, status: int, body: str, words: str
) -> None:
    server.script.foreign = (status, body)
    connection = OllamaConnection(settings_for(server))
    with pytest.raises(GeneratorError, match=words) as listed:
        await connection.installed_models()
    with pytest.raises(GeneratorError) as asked:
        await anext(connection.chat("codellama", "", []))
    await connection.close()
    for error in (listed.value, asked.value):
        assert "<" not in str(error)
        assert error.hint


async def test_a_server_that_accepts_connections_but_never_replies_is_too_slow(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcewise.llm.ollama_connection._LOOKUP_SECONDS", 0.2)
    server.script.foreign = "silence"
    connection = OllamaConnection(settings_for(server))
    with pytest.raises(GeneratorSlowError, match="accepts connections but does not reply"):
        await connection.installed_models()
    await connection.close()


@pytest.mark.parametrize(
    ("template", "modelfile", "warned"),
    [
        ("{{ .Prompt }}", "FROM x\nTEMPLATE {{ .Prompt }}\n", True),
        (" {{- .Prompt -}}\n", "", True),
        ("{{ .Prompt }}", "FROM x\nTEMPLATE {{ .Prompt }}\nRENDERER qwen3\n", False),
        ("{{ .System }} {{ .Prompt }}", "", False),
        ("", "", False),
    ],
)
async def test_a_model_without_a_chat_template_is_reported(
    server: OllamaServer, template: str, modelfile: str, *, warned: bool
) -> None:
    server.script.shown = {"template": template, "modelfile": modelfile}
    asked = OllamaGenerator(settings_for(server))
    generator = OllamaGenerator.in_state(settings_for(server), await asked.state())
    assert ["chat template" in warning for warning in generator.warnings] == [True] * warned
    await asked.close()
    await generator.close()


async def test_state_lists_the_installed_models_if_the_model_is_missing(server: OllamaServer) -> None:
    server.script.models = {"codellama:7b-instruct": 3_800_000_000, "llama3.2:latest": 2_000_000_000}
    generator = OllamaGenerator(settings_for(server))
    state = await generator.state()
    await generator.close()
    assert state.status is OllamaStatus.MODEL_MISSING
    assert [model.name for model in state.installed] == ["codellama:7b-instruct", "llama3.2:latest"]
    assert "codellama:7b-instruct" in str(state.problem)
    assert "ollama pull codellama (downloads 3.8 GB)" in str(state.problem)


async def test_state_is_ready_with_the_context_length_of_the_model(server: OllamaServer) -> None:
    generator = OllamaGenerator(settings_for(server))
    state = await generator.state()
    await generator.close()
    assert (state.status, state.context_length, state.problem) == (OllamaStatus.READY, 16384, None)


@pytest.mark.parametrize(
    ("endpoint", "model", "local"),
    [
        ("http://127.0.0.1:11434", "codellama", True),
        ("http://localhost:11434", "codellama", True),
        ("http://[::1]:11434", "codellama", True),
        ("127.0.0.1:11434", "codellama", True),
        ("http://192.168.1.7:11434", "codellama", False),
        ("https://ollama.example.com", "codellama", False),
        ("http://127.0.0.1:11434", "qwen3-coder:480b-cloud", False),
        ("http://127.0.0.1:11434", "glm-4.6:cloud", False),
    ],
)
async def test_detects_a_prompt_that_leaves_the_machine(endpoint: str, model: str, *, local: bool) -> None:
    generator = OllamaGenerator(Settings(endpoint=endpoint), model)
    assert (generator.destination is None) is local
    await generator.close()


@pytest.mark.parametrize("reported_by", ["listed_hosts", "shown_hosts"])
@pytest.mark.parametrize("host", ["https://ollama.example:443", "http://127.0.0.1:4000"])
async def test_a_model_with_a_remote_host_is_not_local(server: OllamaServer, reported_by: str, host: str) -> None:
    setattr(server.script, reported_by, {"codellama:latest": host})
    generator = OllamaGenerator(settings_for(server))
    state = await generator.state()
    await generator.close()
    assert state.status is OllamaStatus.READY
    chosen = OllamaGenerator.in_state(settings_for(server), state)
    assert chosen.destination == Destination("codellama:latest", origin_of(host))
    await chosen.close()


async def test_an_empty_remote_host_means_local(server: OllamaServer) -> None:
    server.script.listed_hosts = server.script.shown_hosts = {"codellama:latest": ""}
    server.script.answering_host = ""
    generator = OllamaGenerator(settings_for(server))
    assert (await generator.state()).remote_host == ""
    assert isinstance((await answer_of(generator))[-1], Usage)


async def test_a_model_without_details_is_not_ready(server: OllamaServer) -> None:
    server.script.shown_hosts = None
    generator = OllamaGenerator(settings_for(server))
    state = await generator.state()
    await generator.close()
    assert state.status is OllamaStatus.UNKNOWN
    assert "internal error" in str(state.problem)


async def test_an_answer_from_an_unexpected_host_is_stopped_before_its_first_word(
    server: OllamaServer,
) -> None:
    server.script.answering_host = "https://ollama.example:443"
    server.script.ending = "endless"
    with pytest.raises(GeneratorError, match=r"forwarded the question to https://ollama\.example, "):
        async with asyncio.timeout(20):
            await answer_of(OllamaGenerator(settings_for(server)))
    assert await asyncio.to_thread(server.client_left.wait, 10)


async def test_an_answer_from_the_expected_host_is_accepted(server: OllamaServer) -> None:
    server.script.answering_host = "https://ollama.example:443"
    generator = OllamaGenerator(settings_for(server), remote_host="https://ollama.example")
    assert isinstance((await answer_of(generator))[-1], Usage)


async def test_a_redirect_is_not_followed(server: OllamaServer) -> None:
    with OllamaServer() as elsewhere:
        server.script.redirect = f"{elsewhere.endpoint}/api/chat"
        with pytest.raises(GeneratorError):
            await answer_of(OllamaGenerator(settings_for(server)))
        assert elsewhere.requests == []


def test_a_destination_names_all_machines_and_contains_no_password() -> None:
    assert destination_of("http://ada:secret@nas:11434", "big", "https://ollama.com") == Destination(
        "big:latest", "https://ollama.com through http://nas:11434"
    )
    assert destination_of("http://127.0.0.1:11434", "codellama", "") is None


def test_an_unreadable_endpoint_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"llm\.endpoint"):
        OllamaGenerator(Settings(endpoint="http://localhost:notaport"))


async def test_the_generator_has_the_name_of_the_model() -> None:
    generator = OllamaGenerator(Settings())
    assert generator.name == ModelName("ollama", "codellama")
    await generator.close()


def test_a_name_without_a_tag_means_latest() -> None:
    assert full_name("codellama") == "codellama:latest"
    assert full_name("CodeLlama:7B") == "codellama:7b"
    assert full_name("localhost:5000/team/model") == "localhost:5000/team/model:latest"


def test_the_command_for_an_unknown_model_shows_no_size() -> None:
    assert pull_advice("other/model") == "ollama pull other/model"


@pytest.mark.parametrize(
    ("names", "best"),
    [
        ({"llama3.2:latest": 2, "qwen2.5-coder:7b": 5}, "qwen2.5-coder:7b"),
        ({"qwen2.5-coder:7b": 5, "codellama:13b": 7}, "codellama:13b"),
        ({"qwen2.5-coder:1.5b": 1, "qwen2.5-coder:7b": 5, "qwen2.5-coder:32b": 20}, "qwen2.5-coder:7b"),
        ({"nomic-embed-text:latest": 1, "starcoder2:3b": 2}, None),
        ({}, None),
    ],
)
def test_the_substitute_is_a_comfortable_local_model_for_code(names: dict[str, int], best: str | None) -> None:
    remote = InstalledModel("codellama:remote", 10**9, "https://ollama.example")
    found = best_for_code([remote] + [InstalledModel(name, size * 10**9) for name, size in names.items()], "codellama")
    assert (found.name if found else None) == best

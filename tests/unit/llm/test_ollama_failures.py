"""Replies of other servers at Ollama's address, and servers that do not respond."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from ollama_server import OllamaServer

from sourcewise.errors import GeneratorError, GeneratorSlowError
from sourcewise.llm.ollama import OllamaGenerator, OllamaStatus
from sourcewise.llm.ollama_connection import OllamaConnection
from sourcewise.settings import DEFAULT_ENDPOINT, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


def free_endpoint() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


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
    generator = OllamaGenerator(Settings(endpoint=server.endpoint))
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
    connection = OllamaConnection(Settings(endpoint=server.endpoint))
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
    connection = OllamaConnection(Settings(endpoint=server.endpoint))
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
    asked = OllamaGenerator(Settings(endpoint=server.endpoint))
    generator = OllamaGenerator.in_state(Settings(endpoint=server.endpoint), await asked.state())
    assert ["chat template" in warning for warning in generator.warnings] == [True] * warned
    await asked.close()
    await generator.close()

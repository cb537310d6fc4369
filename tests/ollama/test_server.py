"""Tests of the small Ollama-compatible server with the official client."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest
from ollama import Client, ResponseError
from server import PARROT, VERSION, Library, OllamaServer

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = 120.0
GREETING = [{"role": "user", "content": "Say hello."}]


@pytest.fixture(scope="module")
def server() -> Iterator[OllamaServer]:
    names = frozenset({"codellama:latest", "llama3.2:1b", PARROT})
    server = OllamaServer(0, Library(names, {"codellama:latest", PARROT}, pull_seconds=0.1))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(server: OllamaServer) -> Iterator[Client]:
    client = Client(host=server.endpoint, trust_env=False)
    yield client
    client._client.close()


def test_reports_its_version(server: OllamaServer) -> None:
    assert httpx.get(f"{server.endpoint}/api/version").json() == {"version": VERSION}


def test_lists_and_describes_the_pulled_models(client: Client) -> None:
    (model, *_) = client.list().models

    assert model.model == "codellama:latest"
    assert (model.size or 0) > 90_000_000
    details = client.show("codellama")
    assert details.capabilities == ["completion"]
    assert (details.modelinfo or {})["llama.context_length"] == 2048


def test_an_answer_streams_in_parts_and_ends_with_its_counts(client: Client) -> None:
    options = {"num_predict": 12, "temperature": 0}
    parts = list(client.chat("codellama", GREETING, stream=True, options=options))

    assert len(parts) > 3
    assert "".join(part.message.content or "" for part in parts).strip()
    last = parts[-1]
    assert (last.done, last.done_reason, last.eval_count) == (True, "length", 12)
    assert (last.prompt_eval_count or 0) > 0
    assert (last.eval_duration or 0) > 0


def test_an_answer_at_temperature_zero_is_the_same_with_and_without_streaming(client: Client) -> None:
    options = {"num_predict": 8, "temperature": 0}
    parts = client.chat("codellama", GREETING, stream=True, options=options)

    whole = client.chat("codellama", GREETING, options=options)

    assert whole.message.content == "".join(part.message.content or "" for part in parts)


def test_an_answer_stops_when_the_client_disconnects(client: Client, server: OllamaServer) -> None:
    with closing(client.chat("codellama", GREETING, stream=True, options={"temperature": 1.0})) as parts:  # type: ignore[type-var]
        next(iter(parts))

    with server.changed:
        assert server.changed.wait_for(lambda: server.running_chats == 0, TIMEOUT)


def test_a_prompt_that_does_not_fit_is_refused(client: Client) -> None:
    long = [{"role": "user", "content": "word " * 4000}]

    with pytest.raises(ResponseError, match="context"):
        list(client.chat("codellama", long, stream=True))


@pytest.mark.parametrize("name", ["llama3.2:1b", "unheard-of"])
def test_a_model_that_is_not_pulled_is_refused_with_ollamas_message(client: Client, name: str) -> None:
    with pytest.raises(ResponseError, match=f"model '{name}' not found") as caught:
        client.chat(name, GREETING)

    assert caught.value.status_code == 404


def test_a_pulled_model_is_listed(client: Client) -> None:
    reports = list(client.pull("llama3.2:1b", stream=True))

    assert reports[-1].status == "success"
    sizes = [report.completed for report in reports if report.completed is not None]
    assert sizes == sorted(sizes)
    assert sizes[-1] == reports[1].total
    assert "llama3.2:1b" in {model.model for model in client.list().models}


def test_pulling_an_unknown_model_fails(client: Client) -> None:
    with pytest.raises(ResponseError, match="file does not exist"):
        list(client.pull("unheard-of", stream=True))


def test_the_parrot_repeats_the_quoted_text(client: Client) -> None:
    messages = [{"role": "user", "content": "Say: «`open` [1]\n<script>alert(1)</script>»"}]

    parts = list(client.chat("parrot", messages, stream=True))

    assert "".join(part.message.content or "" for part in parts) == "`open` [1]\n<script>alert(1)</script>"
    assert len(parts) == 4

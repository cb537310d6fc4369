"""The address of Ollama, from the settings or from OLLAMA_HOST."""

from __future__ import annotations

import pytest

from sourcewise.llm.ollama_endpoint import OllamaEndpoint, ollama_endpoint
from sourcewise.settings import DEFAULT_ENDPOINT, Settings


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1", "http://127.0.0.1:80"),
        ("https://localhost", "https://localhost:443"),
        ("http://127.0.0.1:8080/ollama/", "http://127.0.0.1:8080/ollama"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:11434"),
        ("::", "http://[::1]:11434"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("[::]", "http://[::1]:11434"),
        ("127.0.0.1:port", "http://127.0.0.1:11434"),
        ("127.0.0.1:99999", "http://127.0.0.1:11434"),
        (' "127.0.0.1:8080" ', "http://127.0.0.1:8080"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(monkeypatch: pytest.MonkeyPatch, value: str, address: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", value)
    assert ollama_endpoint(Settings()) == OllamaEndpoint(address, "OLLAMA_HOST")


@pytest.mark.parametrize("value", ["", "  ", '""'])
def test_an_empty_ollama_host_means_the_default(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", value)
    assert ollama_endpoint(Settings()) == OllamaEndpoint(DEFAULT_ENDPOINT)


@pytest.mark.parametrize(
    ("value", "ignored"),
    [
        ("nas", "http://nas:11434"),
        ("http://ada:secret@nas:8080/ollama", "http://nas:8080"),
        ("192.168.1.7", "http://192.168.1.7:11434"),
        ("https://ollama.example", "https://ollama.example"),
        ("http://[broken", "http://broken"),
        ("localhost.evil.example", "http://localhost.evil.example:11434"),
    ],
)
def test_an_ollama_host_on_another_machine_is_ignored(
    monkeypatch: pytest.MonkeyPatch, value: str, ignored: str
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", value)
    endpoint = ollama_endpoint(Settings())
    assert (endpoint.address, endpoint.source) == (DEFAULT_ENDPOINT, "")
    assert endpoint.ignored.startswith(ignored)
    assert "secret" not in endpoint.ignored


def test_the_setting_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:8080")
    assert ollama_endpoint(Settings(endpoint="http://nas:11434")) == OllamaEndpoint("http://nas:11434", "llm.endpoint")


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/api", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/api/generate", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/ollama/api", "http://127.0.0.1:8080/ollama"),
        ("http://127.0.0.1:8080/api/ollama", "http://127.0.0.1:8080/api/ollama"),
        ("http://api.example/v10", "http://api.example/v10"),
        ("http://0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "127.0.0.1"),
        ("http://[::]:8080/", "http://[::1]:8080/"),
        ("http://0.0.0.0.example:8080", "http://0.0.0.0.example:8080"),
        (" http://127.0.0.1:8080 ", "http://127.0.0.1:8080"),
    ],
)
def test_the_setting_may_be_the_address_of_an_interface_or_of_all_networks(written: str, address: str) -> None:
    assert ollama_endpoint(Settings(endpoint=written)).address == address

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from ollama_server import OllamaServer

from sourcewise.domain.answer import Prompt, Source, TextDelta, Usage
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage
from sourcewise.errors import GeneratorError, GeneratorModelMissingError, SettingsError, WeightsError
from sourcewise.llm.embedded import EmbeddedGenerator
from sourcewise.llm.ollama import OllamaGenerator
from sourcewise.llm.selection import choose_generator
from sourcewise.llm.sources_only import SourcesOnlyGenerator
from sourcewise.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOWHERE = "http://127.0.0.1:9"
FAR = "https://ollama.example"


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    file = tmp_path / "small.gguf"
    file.write_bytes(b"GGUF")
    return file


def no_file() -> None:
    return None


def never() -> None:
    pytest.fail("the built-in model was requested")


async def test_auto_selects_ollama_if_it_has_the_model(server: OllamaServer) -> None:
    server.script.context_length = 4096
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint), never)
    assert isinstance(generator, OllamaGenerator)
    assert generator.prompt_budget < 4096, "the trained length must bound the prompt"
    assert notices == ()
    await generator.close()


async def test_auto_selects_the_best_installed_model_and_shows_how_to_install_the_wanted_one(
    server: OllamaServer,
) -> None:
    server.script.models = {"llama3.2:latest": 2 * 10**9, "qwen2.5-coder:7b": 5 * 10**9}
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint), never)
    assert generator.name.name == "qwen2.5-coder:7b"
    assert "ollama pull codellama" in notices[0]
    await generator.close()


@pytest.mark.parametrize("reported_by", ["listed_hosts", "shown_hosts"])
async def test_auto_never_selects_a_default_model_on_another_machine(server: OllamaServer, reported_by: str) -> None:
    setattr(server.script, reported_by, {"codellama:latest": FAR})
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint), no_file)
    assert isinstance(generator, SourcesOnlyGenerator)
    assert f"codellama runs at {FAR}" in notices[0]
    assert "llm.runtime" in notices[0]


@pytest.mark.parametrize("reported_by", ["listed_hosts", "shown_hosts"])
async def test_auto_selects_another_model_on_this_machine_instead(server: OllamaServer, reported_by: str) -> None:
    server.script.models = dict.fromkeys(("codellama:latest", "codellama:13b", "llama3.2:latest"), 10**9)
    setattr(server.script, reported_by, {"codellama:latest": FAR, "codellama:13b": FAR})
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint), never)
    assert (generator.name.name, generator.destination) == ("llama3.2:latest", None)
    assert "llama3.2:latest answers instead" in notices[0]
    await generator.close()


async def test_auto_never_selects_a_model_with_a_cloud_tag(server: OllamaServer) -> None:
    server.script.models = {"qwen3-coder:480b-cloud": 0}
    generator, _ = await choose_generator(Settings(endpoint=server.endpoint), no_file)
    assert isinstance(generator, SourcesOnlyGenerator)


@pytest.mark.parametrize("changes", [{"generator": "ollama"}, {"model": "mycoder"}])
async def test_a_model_on_another_machine_is_selected_if_the_user_names_it(
    server: OllamaServer, changes: dict[str, str]
) -> None:
    server.script.models = {"codellama:latest": 0, "mycoder:latest": 0}
    server.script.listed_hosts = {"codellama:latest": FAR, "mycoder:latest": FAR}
    generator, notices = await choose_generator(replace(Settings(endpoint=server.endpoint), **changes), never)
    assert generator.destination is not None
    assert (generator.destination.host, notices) == (FAR, ())
    await generator.close()


async def test_the_default_model_with_its_tag_is_still_the_default(server: OllamaServer) -> None:
    server.script.listed_hosts = {"codellama:latest": FAR}
    settings = Settings(endpoint=server.endpoint, model="codellama:latest")
    assert isinstance((await choose_generator(settings, no_file))[0], SourcesOnlyGenerator)


async def test_auto_does_not_select_a_model_without_details(server: OllamaServer) -> None:
    server.script.shown_hosts = None
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint), no_file)
    assert isinstance(generator, SourcesOnlyGenerator)
    assert "internal error" in notices[0]


async def test_a_selection_requests_the_models_and_the_details_of_one_model_once(server: OllamaServer) -> None:
    generator, _ = await choose_generator(Settings(endpoint=server.endpoint), never)
    assert [request.path for request in server.requests] == ["/api/tags", "/api/show"]
    await generator.close()


async def test_auto_falls_back_to_the_built_in_model_with_a_notice(model_file: Path) -> None:
    pytest.importorskip("xllamacpp")
    settings = Settings(endpoint=NOWHERE, embedded_model=str(model_file))
    generator, notices = await choose_generator(settings, lambda: model_file)
    assert isinstance(generator, EmbeddedGenerator)
    assert generator.prompt_budget == Settings().embedded_prompt_tokens
    assert "Ollama" in notices[0]
    assert "small" in notices[1]
    await generator.close()


async def test_auto_falls_back_to_the_sources_with_all_reasons(server: OllamaServer) -> None:
    def broken() -> Path:
        raise WeightsError("The model cannot be downloaded.", "Connect to a network.")

    server.script.models = {"nomic-embed-text:latest": 10**8}
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint), broken)
    assert isinstance(generator, SourcesOnlyGenerator)
    assert "ollama pull codellama" in notices[0]
    assert "Connect to a network." in notices[1] or "sourcewise[embedded]" in notices[1]


async def test_auto_without_the_library_shows_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.llm.embedded.importlib.util.find_spec", lambda _name: None)
    generator, notices = await choose_generator(Settings(endpoint=NOWHERE), never)
    assert isinstance(generator, SourcesOnlyGenerator)
    assert "pip install 'sourcewise[embedded]'" in notices[-1]


async def test_the_runtime_ollama_has_no_substitute(server: OllamaServer) -> None:
    server.script.models = {"llama3.2:latest": 2 * 10**9}
    settings = Settings(endpoint=server.endpoint, generator="ollama")
    with pytest.raises(GeneratorModelMissingError):
        await choose_generator(settings, never)
    generator, notices = await choose_generator(replace(settings, model="llama3.2"), never)
    assert (generator.name.name, notices) == ("llama3.2", ())
    await generator.close()


async def test_the_runtime_embedded_has_no_substitute(server: OllamaServer) -> None:
    with pytest.raises(GeneratorError):
        await choose_generator(Settings(endpoint=server.endpoint, generator="embedded"), no_file)
    assert server.requests == []


async def test_the_runtime_sources_sends_no_request(server: OllamaServer) -> None:
    generator, notices = await choose_generator(Settings(endpoint=server.endpoint, generator="sources"), never)
    assert isinstance(generator, SourcesOnlyGenerator)
    assert (notices, server.requests) == ((), [])


async def test_an_unknown_runtime_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match=r"llm\.runtime"):
        await choose_generator(Settings(generator="oracle"), never)


async def test_sources_only_lists_each_source_with_its_number() -> None:
    chunk = Chunk("c1", "src/auth.py", 12, 34, "def login(): ...", "python", symbol="Auth.login")
    prompt = Prompt("s", "u", 2, 100, (Source(1, Passage(chunk, 1, 0.5), "def login(): ..."),))
    *deltas, usage = [event async for event in SourcesOnlyGenerator().generate(prompt)]
    text = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    assert "\n- [1] `src/auth.py:12-34` — `Auth.login`" in text
    assert "No language model" in text
    assert usage == Usage()


async def test_sources_only_reports_that_no_code_matches() -> None:
    first, *_ = [event async for event in SourcesOnlyGenerator().generate(Prompt("s", "u", 2, 100, ()))]
    assert isinstance(first, TextDelta)
    assert "no code matches" in first.text

"""The selected model is reused or closed, and a question never starts a download by itself."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from ollama_server import OllamaServer

from sourcewise.domain.answer import Prompt, TextDelta, Usage
from sourcewise.errors import GeneratorError
from sourcewise.llm.language_models import LanguageModel, LanguageModels
from sourcewise.settings import Settings
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOWHERE = "http://127.0.0.1:9"
PROMPT = Prompt("You explain code.", "What does login do?", 10, 6800, ())


class ModelsFixture:
    """Language models with settings that a test can change."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        weights = WeightsStore(folder / "models", origins=())
        self.models = LanguageModels(lambda: self.settings, weights, folder / "log", may_fetch=False)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


@pytest.fixture
def fixture(server: OllamaServer, tmp_path: Path) -> ModelsFixture:
    return ModelsFixture(Settings(endpoint=server.endpoint), tmp_path)


async def test_the_model_is_reused_while_its_settings_are_unchanged(fixture: ModelsFixture) -> None:
    first, _ = await fixture.models.choose()
    fixture.settings = replace(fixture.settings, top=3)
    second, _ = await fixture.models.choose()
    assert second is first
    await fixture.models.close()


@pytest.mark.parametrize("change", [{"temperature": 0.1}, {"context_tokens": 4096}, {"answer_seconds": 9.0}])
async def test_changed_settings_create_another_generator(fixture: ModelsFixture, change: dict[str, float]) -> None:
    first, _ = await fixture.models.choose()
    fixture.settings = replace(fixture.settings, **change)
    second, _ = await fixture.models.choose()
    assert second is not first
    await fixture.models.close()


async def test_a_model_that_moves_to_another_machine_is_detected(server: OllamaServer, fixture: ModelsFixture) -> None:
    fixture.settings = replace(fixture.settings, generator="ollama")
    first, _ = await fixture.models.choose()
    server.script.listed_hosts = {"codellama:latest": "https://ollama.example"}
    second, _ = await fixture.models.choose()
    assert first.destination is None
    assert second.destination is not None
    assert second is not first
    await fixture.models.close()


async def test_the_overview_shows_where_models_run(server: OllamaServer, fixture: ModelsFixture) -> None:
    server.script.models["mycoder:latest"] = 384
    server.script.listed_hosts = {"mycoder:latest": "https://ollama.example:443"}
    fixture.settings = replace(fixture.settings, model="big:120b-cloud")
    hosts = {model.name: model.host for model in (await fixture.models.overview()).models if model.runtime == "ollama"}
    assert hosts == {
        "big:120b-cloud": "https://ollama.com",
        "codellama:latest": "",
        "mycoder:latest": "https://ollama.example",
    }


async def test_a_running_answer_is_finished_by_the_model_that_started_it(
    server: OllamaServer, fixture: ModelsFixture
) -> None:
    before, _ = await fixture.models.choose()
    async with aclosing(before.generate(PROMPT)) as events:
        heard = [await anext(events)]
        fixture.settings = replace(fixture.settings, temperature=0.1)
        after, _ = await fixture.models.choose()
        heard += [event async for event in events]
    assert heard[0] == TextDelta("The answer")
    assert isinstance(heard[-1], Usage)
    assert server.last("/api/chat").body["options"]["temperature"] == 0.7
    async with aclosing(after.generate(PROMPT)) as events:
        assert isinstance([event async for event in events][-1], Usage)
    assert server.last("/api/chat").body["options"]["temperature"] == 0.1
    await fixture.models.close()


@pytest.mark.parametrize(
    ("words", "done_reason", "hint"),
    [
        ((), "stop", "another model"),
        (("\n", "  "), "stop", "another model"),
        (("<think>Hm.", "</think>\n"), "stop", "another model"),
        ((), "length", r"llm\.maxAnswerTokens"),
    ],
)
async def test_an_answer_without_text_is_an_error(
    server: OllamaServer, fixture: ModelsFixture, words: tuple[str, ...], done_reason: str, hint: str
) -> None:
    server.script.words, server.script.done_reason = words, done_reason
    generator, _ = await fixture.models.choose()
    with pytest.raises(GeneratorError, match=hint):
        async with aclosing(generator.generate(PROMPT)) as events:
            assert [event async for event in events]
    await fixture.models.close()


async def test_an_answer_after_reasoning_is_not_empty(server: OllamaServer, fixture: ModelsFixture) -> None:
    server.script.words = ("<think>Hm.</think>", "It is 42 [1].")
    generator, _ = await fixture.models.choose()
    async with aclosing(generator.generate(PROMPT)) as events:
        assert isinstance([event async for event in events][-1], Usage)
    await fixture.models.close()


async def test_an_ignored_address_and_a_missing_chat_template_are_notices(
    server: OllamaServer, fixture: ModelsFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcewise.llm.ollama_endpoint.DEFAULT_ENDPOINT", server.endpoint)
    monkeypatch.setenv("OLLAMA_HOST", "nas")
    server.script.shown = {"template": "{{ .Prompt }}"}
    _, notices = await fixture.models.choose()
    assert ["http://nas:11434" in notices[0], "chat template" in notices[1]] == [True, True]
    assert (await fixture.models.overview()).problem == "", "neither keeps the model from answering"
    await fixture.models.close()


async def test_without_ollama_and_weights_the_sources_answer_with_a_notice(tmp_path: Path) -> None:
    generator, notices = await ModelsFixture(Settings(endpoint=NOWHERE), tmp_path).models.choose()
    assert generator.name.runtime == "sources"
    assert "Ollama" in notices[0]
    assert not notices[1:] or "sourcewise[embedded]" in notices[1], "the missing download needs no notice"
    assert not (tmp_path / "models").exists(), "nothing may be downloaded"


async def test_the_overview_shows_the_answering_model_and_all_others(
    server: OllamaServer, fixture: ModelsFixture
) -> None:
    server.script.models = {"codellama:latest": 38, "llama3.2:latest": 20}
    seen = await fixture.models.overview()
    assert (str(seen.answering), seen.local, seen.problem, seen.ollama_runs) == ("codellama (ollama)", True, "", True)
    of_ollama = [model for model in seen.models if model.runtime == "ollama"]
    assert of_ollama == [
        LanguageModel("ollama", "codellama:latest", installed=True, bytes=38),
        LanguageModel("ollama", "llama3.2:latest", installed=True, bytes=20),
    ]


async def test_the_overview_shows_why_another_model_answers(server: OllamaServer, fixture: ModelsFixture) -> None:
    server.script.models = {"llama3.2:latest": 20}
    seen = await fixture.models.overview()
    assert (seen.answering.name, seen.wanted) == ("llama3.2:latest", "codellama")
    assert "ollama pull codellama" in seen.problem
    assert LanguageModel("ollama", "codellama", installed=False, bytes=3_800_000_000) in seen.models


async def test_the_overview_reports_a_missing_ollama(tmp_path: Path) -> None:
    seen = await ModelsFixture(Settings(endpoint=NOWHERE), tmp_path).models.overview()
    assert (seen.answering.runtime, seen.ollama_runs) == ("sources", False)
    assert "Ollama" in seen.problem


async def test_a_runtime_that_cannot_answer_is_reported_with_the_reason(tmp_path: Path) -> None:
    for settings in (Settings(endpoint=NOWHERE, generator="ollama"), Settings(endpoint="http://[", generator="ollama")):
        seen = await ModelsFixture(settings, tmp_path).models.overview()
        assert (seen.answering.runtime, bool(seen.problem)) == ("sources", True)


async def test_the_built_in_model_is_listed_only_if_its_library_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcewise.llm.embedded.importlib.util.find_spec", lambda _name: object())
    fixture = ModelsFixture(Settings(endpoint=NOWHERE), tmp_path)
    ours = [model for model in (await fixture.models.overview()).models if model.runtime == "embedded"]
    assert ours == [LanguageModel("embedded", Settings().embedded_model, installed=False, bytes=1_117_320_768)]
    monkeypatch.setattr("sourcewise.llm.embedded.importlib.util.find_spec", lambda _name: None)
    assert all(model.runtime == "ollama" for model in (await fixture.models.overview()).models)

"""Selects the language model that answers, lists the available ones, and keeps the selected one loaded."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sourcewise.domain.answer import TextDelta, Usage
from sourcewise.errors import GeneratorError, UserError
from sourcewise.llm import embedded
from sourcewise.llm.ollama import OllamaGenerator
from sourcewise.llm.ollama_connection import OllamaConnection
from sourcewise.llm.ollama_endpoint import ollama_endpoint
from sourcewise.llm.ollama_models import InstalledModel, cloud_host, destination_of, download_bytes, full_name
from sourcewise.llm.selection import choose_generator
from sourcewise.llm.sources_only import SourcesOnlyGenerator

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from pathlib import Path

    from sourcewise.domain.answer import Destination, GenerationEvent, ModelName, Prompt
    from sourcewise.llm.generator import Generator
    from sourcewise.settings import Settings
    from sourcewise.weights import DownloadProgress, WeightsStore


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model that is installed or can be downloaded.

    Attributes:
        bytes: the size on disk or of the download; 0 if unknown.
        host: the other machine that it runs on; empty if it runs on this one.
    """

    runtime: str
    name: str
    installed: bool
    bytes: int
    host: str = ""


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """The model that would answer now, and all others.

    Attributes:
        local: whether the question would stay on this machine.
        problem: why the wanted model would not answer, with the next step; empty if it would.
        ollama_runs: whether Ollama responds at its endpoint.
        endpoint: the address of Ollama.
    """

    answering: ModelName
    local: bool
    problem: str
    ollama_runs: bool
    endpoint: str
    wanted: str
    models: tuple[LanguageModel, ...]


class LanguageModels:
    """The language models that the current settings make available."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        weights: WeightsStore,
        log_file: Path,
        *,
        on_fetch: Callable[[DownloadProgress], None] | None = None,
        may_fetch: bool = True,
    ) -> None:
        """Create the models, without connecting or loading anything.

        Args:
            settings: returns the current settings.
            weights: stores the built-in model.
            log_file: the log of the built-in model's runtime.
            on_fetch: called with the progress of a download.
            may_fetch: False if a question must never start a download, which may be a gigabyte.
        """
        self._settings = settings
        self._weights = weights
        self._log_file = log_file
        self._on_fetch = on_fetch
        self._may_fetch = may_fetch
        self._serving: _SharedGenerator | None = None

    async def choose(self) -> tuple[Generator, Sequence[str]]:
        """Return the model that answers now, and notices about the selection.

        The previous model is reused while its settings are unchanged, since it is in memory. Otherwise it is closed
        after its current answer.

        Raises:
            UserError: the runtime of the settings cannot answer.
        """
        settings = self._settings()
        chosen, about_choice = await choose_generator(settings, self._embedded_file, self._log_file)
        notices = (*about_choice, *(chosen.warnings if isinstance(chosen, OllamaGenerator) else ()))
        candidate = _SharedGenerator(chosen, settings)
        before = self._serving
        if before is not None and before.key == candidate.key:
            await candidate.close()
            return before, notices
        self._serving = candidate
        if before is not None:
            await before.retire()
        return candidate, notices

    async def overview(self) -> ModelOverview:
        """Return all models, without downloading or loading any."""
        settings = self._settings()
        (answering, local, problem), installed = await asyncio.gather(self._answering(settings), _installed(settings))
        wanted = settings.embedded_model if settings.generator == "embedded" else settings.model
        models = (*_ollama_models(installed or (), settings), *self._embedded_models(settings.embedded_model))
        endpoint = ollama_endpoint(settings).address
        return ModelOverview(answering, local, problem, installed is not None, endpoint, wanted, models)

    async def close(self) -> None:
        """Unload the model that answered last, at once."""
        serving, self._serving = self._serving, None
        if serving is not None:
            await serving.close()

    async def _answering(self, settings: Settings) -> tuple[ModelName, bool, str]:
        try:
            generator, notices = await choose_generator(settings, self._present_file, self._log_file)
        except UserError as error:
            return SourcesOnlyGenerator().name, True, str(error)
        await generator.close()
        return generator.name, generator.destination is None, " ".join(notices)

    def _embedded_models(self, model: str) -> tuple[LanguageModel, ...]:
        if not embedded.is_installed():
            return ()
        weights = self._weights
        name = embedded.short_name(model)
        return (LanguageModel("embedded", name, weights.is_present(model), weights.size_of(model)),)

    def _embedded_file(self) -> Path | None:
        if not self._may_fetch:
            return self._present_file()
        return self._weights.ensure(self._settings().embedded_model, self._on_fetch)

    def _present_file(self) -> Path | None:
        model = self._settings().embedded_model
        return self._weights.ensure(model) if self._weights.is_present(model) else None


class _SharedGenerator:
    """A generator that rejects empty answers, and once it is retired, closes after its last running answer."""

    def __init__(self, generator: Generator, settings: Settings) -> None:
        self._generator = generator
        self._answers = 0
        self._retired = False
        about_models = [getattr(settings, spec.name) for spec in fields(settings) if _is_about_models(spec.metadata)]
        self.key = (
            generator.name,
            generator.destination,
            generator.prompt_budget,
            generator.answer_tokens,
            *about_models,
        )

    @property
    def name(self) -> ModelName:
        return self._generator.name

    @property
    def prompt_budget(self) -> int:
        return self._generator.prompt_budget

    @property
    def answer_tokens(self) -> int:
        return self._generator.answer_tokens

    @property
    def destination(self) -> Destination | None:
        return self._generator.destination

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        self._answers += 1
        written, stop_reason = "", "stop"
        try:
            async with aclosing(self._generator.generate(prompt)) as events:
                async for event in events:
                    written += event.text if isinstance(event, TextDelta) else ""
                    stop_reason = event.stop_reason if isinstance(event, Usage) else stop_reason
                    yield event
            if not _without_reasoning(written):
                raise _empty_answer(self.name, stop_reason)
        finally:
            self._answers -= 1
            if self._retired:
                await self.retire()

    async def retire(self) -> None:
        self._retired = True
        if not self._answers:
            await self._generator.close()

    async def close(self) -> None:
        await self._generator.close()


def _without_reasoning(text: str) -> str:
    """Return a text without the reasoning that some models write before it."""
    text = text.strip()
    return text.rpartition("</think>")[2].strip() if text.startswith("<think>") else text


def _empty_answer(model: ModelName, stop_reason: str) -> GeneratorError:
    prefix = "embedded" if model.runtime == "embedded" else "llm"
    if stop_reason == "length":
        return GeneratorError(
            f"{model.name} reached the maximum length of an answer without writing any text.",
            f"Raise {prefix}.maxAnswerTokens, or choose another model ({prefix}.model).",
        )
    return GeneratorError(
        f"{model.name} returned an empty answer.", f"Ask again, or choose another model ({prefix}.model)."
    )


def _is_about_models(metadata: Mapping[str, str]) -> bool:
    return metadata["name"].startswith(("llm.", "embedded."))


async def _installed(settings: Settings) -> tuple[InstalledModel, ...] | None:
    """Return the installed models of Ollama, or None if it does not respond."""
    try:
        connection = OllamaConnection(settings)
    except UserError:
        return None
    try:
        return await connection.installed_models()
    except UserError:
        return None
    finally:
        await connection.close()


def _ollama_models(installed: Sequence[InstalledModel], settings: Settings) -> tuple[LanguageModel, ...]:
    present = tuple(_language_model(model, settings, installed=True) for model in installed)
    wanted = settings.model
    if full_name(wanted) in {full_name(model.name) for model in installed}:
        return present
    absent = InstalledModel(wanted, download_bytes(wanted), cloud_host(wanted))
    return (_language_model(absent, settings, installed=False), *present)


def _language_model(model: InstalledModel, settings: Settings, *, installed: bool) -> LanguageModel:
    destination = destination_of(ollama_endpoint(settings).address, model.name, model.remote_host)
    return LanguageModel("ollama", model.name, installed, model.bytes, destination.host if destination else "")

"""Which language model answers, and which could. Hides where they lie, and when one that answered may be let go of."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sourcewise.errors import UserError
from sourcewise.llm import embedded
from sourcewise.llm.ollama_connection import OllamaConnection
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
    """A language model that is on this machine, or could be.

    Attributes:
        bytes: as installed or as a download; 0 if not known.
        host: the other machine that it runs on; empty if it runs on this one.
    """

    runtime: str
    name: str
    installed: bool
    bytes: int
    host: str = ""


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """Who would answer a question asked now, and who else could.

    Attributes:
        local: whether the question would stay on this machine.
        problem: why the wanted model would not answer, with the next step; empty where it would.
        ollama_runs: whether Ollama answers at its endpoint.
    """

    answering: ModelName
    local: bool
    problem: str
    ollama_runs: bool
    wanted: str
    models: tuple[LanguageModel, ...]


class LanguageModels:
    """The language models of this machine, as the settings of the moment see them."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        weights: WeightsStore,
        log_file: Path,
        *,
        on_fetch: Callable[[DownloadProgress], None] | None = None,
        may_fetch: bool = True,
    ) -> None:
        """Join the parts; nothing is asked and nothing is loaded.

        Args:
            settings: gives them as they are now.
            weights: where the model that needs no Ollama lies.
            log_file: where that one complains.
            on_fetch: hears how far a download is.
            may_fetch: False where a question must never begin a download of a gigabyte that nobody asked for.
        """
        self._settings = settings
        self._weights = weights
        self._log_file = log_file
        self._on_fetch = on_fetch
        self._may_fetch = may_fetch
        self._serving: _SharedGenerator | None = None

    async def choose(self) -> tuple[Generator, Sequence[str]]:
        """Return the model that answers now, and sentences about the choice.

        The one that answered before is kept while nothing about it changed: it is in memory. Else it is let go of, as
        soon as it has said what it is saying.

        Raises:
            UserError: the runtime that the settings name cannot answer.
        """
        settings = self._settings()
        chosen, notices = await choose_generator(settings, self._embedded_file, self._log_file)
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
        """Look at all models; nothing is downloaded or loaded."""
        settings = self._settings()
        (answering, local, problem), installed = await asyncio.gather(self._answering(settings), _installed(settings))
        wanted = settings.embedded_model if settings.generator == "embedded" else settings.model
        models = (*_ollama_models(installed or (), settings), *self._embedded_models(settings.embedded_model))
        return ModelOverview(answering, local, problem, installed is not None, wanted, models)

    async def close(self) -> None:
        """Give back the memory of the model that answered, now."""
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
    """A generator that is let go of when it has finished speaking."""

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
        try:
            async with aclosing(self._generator.generate(prompt)) as events:
                async for event in events:
                    yield event
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


def _is_about_models(metadata: Mapping[str, str]) -> bool:
    return metadata["name"].startswith(("llm.", "embedded."))


async def _installed(settings: Settings) -> tuple[InstalledModel, ...] | None:
    """Return what Ollama has, or None where it does not answer."""
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
    there = tuple(_language_model(model, settings, installed=True) for model in installed)
    wanted = settings.model
    if full_name(wanted) in {full_name(model.name) for model in installed}:
        return there
    absent = InstalledModel(wanted, download_bytes(wanted), cloud_host(wanted))
    return (_language_model(absent, settings, installed=False), *there)


def _language_model(model: InstalledModel, settings: Settings, *, installed: bool) -> LanguageModel:
    destination = destination_of(settings.endpoint, model.name, model.remote_host)
    return LanguageModel("ollama", model.name, installed, model.bytes, destination.host if destination else "")

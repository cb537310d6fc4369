"""Which language model answers: the one the settings name, or the best that this machine has."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sourcewise.errors import GeneratorModelMissingError, SettingsError, UserError
from sourcewise.llm import embedded
from sourcewise.llm.embedded import EmbeddedGenerator
from sourcewise.llm.ollama import OllamaGenerator, OllamaState, OllamaStatus
from sourcewise.llm.ollama_models import best_for_code, pull_advice
from sourcewise.llm.sources_only import SourcesOnlyGenerator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sourcewise.llm.generator import Generator
    from sourcewise.settings import Settings

Choice = tuple["Generator", tuple[str, ...]]


async def choose_generator(
    settings: Settings, embedded_file: Callable[[], Path | None], log_file: Path | None = None
) -> Choice:
    """Return the generator that answers, and sentences that tell the user what is not as asked.

    Args:
        settings: `generator` is obeyed strictly, unless it is `auto`: then Ollama, the embedded model, the sources.
        embedded_file: gives the GGUF or None; may take long and download, and is called in a thread of its own.
        log_file: where the embedded runtime complains.

    Raises:
        UserError: the runtime that the settings name cannot answer.
    """
    match settings.generator:
        case "ollama":
            return await _ollama_strictly(settings), ()
        case "embedded":
            return await _embedded(settings, embedded_file, log_file), ()
        case "sources":
            return SourcesOnlyGenerator(), ()
        case "auto":
            return await _best(settings, embedded_file, log_file)
    raise SettingsError(
        f"Setting llm.runtime: {settings.generator!r} is no runtime.", "Choose auto, ollama, embedded or sources."
    )


async def _ollama_strictly(settings: Settings) -> OllamaGenerator:
    state = await _ollama_state(settings)
    if state.problem is not None:
        raise state.problem
    return OllamaGenerator(settings, context_length=state.context_length)


async def _best(settings: Settings, embedded_file: Callable[[], Path | None], log_file: Path | None) -> Choice:
    state = await _ollama_state(settings)
    if state.status is OllamaStatus.READY:
        return OllamaGenerator(settings, context_length=state.context_length), ()
    if substitute := best_for_code(state.installed, settings.model):
        known = await _ollama_state(settings, substitute.name)
        notice = (
            f"Ollama does not have {settings.model}, so {substitute.name} answers. "
            f"To get {settings.model}, run: {pull_advice(settings.model)}"
        )
        return OllamaGenerator(settings, substitute.name, known.context_length), (notice,)
    notices = (str(state.problem),) if state.problem else ()
    try:
        generator = await _embedded(settings, embedded_file, log_file)
    except GeneratorModelMissingError as error:
        # It may not be fetched unasked, so it is no news that it is not there.
        return SourcesOnlyGenerator(), notices or (str(error),)
    except UserError as error:
        return SourcesOnlyGenerator(), (*notices, str(error))
    return generator, (*notices, f"Until then, {generator.name.name} answers on this machine's processor.")


async def _ollama_state(settings: Settings, model: str | None = None) -> OllamaState:
    asked = OllamaGenerator(settings, model)
    try:
        return await asked.state()
    finally:
        await asked.close()


async def _embedded(
    settings: Settings, embedded_file: Callable[[], Path | None], log_file: Path | None
) -> EmbeddedGenerator:
    embedded.require_installed()
    model_file = await asyncio.to_thread(embedded_file)
    if model_file is None:
        raise GeneratorModelMissingError(
            f"The language model {settings.embedded_model} is not on this machine.",
            "Download it (the editor has a command for that), or name a .gguf file in embedded.model.",
        )
    return EmbeddedGenerator(
        model_file,
        embedded.short_name(settings.embedded_model),
        prompt_budget=settings.embedded_prompt_tokens,
        answer_tokens=settings.embedded_answer_tokens,
        temperature=settings.temperature,
        log_file=log_file,
    )

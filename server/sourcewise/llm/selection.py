"""Selects the language model that answers: the one of the settings, or the best one available."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sourcewise.errors import GeneratorError, GeneratorModelMissingError, SettingsError, UserError
from sourcewise.llm import embedded
from sourcewise.llm.embedded import EmbeddedGenerator
from sourcewise.llm.ollama import OllamaGenerator, OllamaState, OllamaStatus
from sourcewise.llm.ollama_models import best_for_code, full_name, pull_advice
from sourcewise.llm.sources_only import SourcesOnlyGenerator
from sourcewise.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sourcewise.llm.generator import Generator

Choice = tuple["Generator", tuple[str, ...]]


async def choose_generator(
    settings: Settings, embedded_file: Callable[[], Path | None], log_file: Path | None = None
) -> Choice:
    """Return the generator that answers, and notices about differences from the settings.

    Args:
        settings: with `auto` as runtime, the order is Ollama, the built-in model, sources only. Any other runtime has
            no substitute.
        embedded_file: returns the GGUF file or None; may download it, and is called in a thread.
        log_file: the log of the built-in model's runtime.

    Raises:
        UserError: the runtime of the settings cannot answer.
    """
    match settings.generator:
        case "ollama":
            return await _require_ollama(settings), ()
        case "embedded":
            return await _embedded(settings, embedded_file, log_file), ()
        case "sources":
            return SourcesOnlyGenerator(), ()
        case "auto":
            return await _automatic(settings, embedded_file, log_file)
    raise SettingsError(
        f"Setting llm.runtime: {settings.generator!r} is not a runtime.", "Choose auto, ollama, embedded or sources."
    )


async def _require_ollama(settings: Settings) -> OllamaGenerator:
    state = await _ollama_state(settings)
    if state.problem is not None:
        raise state.problem
    return OllamaGenerator.in_state(settings, state)


async def _automatic(settings: Settings, embedded_file: Callable[[], Path | None], log_file: Path | None) -> Choice:
    state = await _ollama_state(settings)
    if state.status is OllamaStatus.READY and (_is_named(settings) or not state.remote_host):
        return OllamaGenerator.in_state(settings, state), ()
    problem = state.problem or _remote_unconfirmed(state)
    if substitute := await _substitute(settings, state):
        return substitute, (_about_substitute(state, substitute.name.name, problem),)
    notices = (str(problem),)
    try:
        generator = await _embedded(settings, embedded_file, log_file)
    except GeneratorModelMissingError as error:
        # A question may not start the download here, so this is mentioned only if there is no other notice.
        return SourcesOnlyGenerator(), notices or (str(error),)
    except UserError as error:
        return SourcesOnlyGenerator(), (*notices, str(error))
    return generator, (*notices, f"Until then, the built-in model {generator.name.name} answers.")


def _is_named(settings: Settings) -> bool:
    """Return whether the user named the model. A default is not a consent to send code to another machine."""
    return full_name(settings.model) != full_name(Settings().model)


def _remote_unconfirmed(state: OllamaState) -> GeneratorError:
    return GeneratorError(
        f"{state.model} runs at {state.remote_host}, not on this machine, so Sourcewise does not select it by itself.",
        "To use it anyway, set llm.runtime to ollama.",
    )


async def _substitute(settings: Settings, state: OllamaState) -> OllamaGenerator | None:
    """Return the best of the other models that Ollama runs itself; None if there is none."""
    candidates = [model for model in state.installed if full_name(model.name) != full_name(state.model)]
    while best := best_for_code(candidates, settings.model):
        found = await _ollama_state(settings, best.name)
        if found.status is OllamaStatus.READY and not found.remote_host:
            return OllamaGenerator.in_state(settings, found)
        candidates.remove(best)
    return None


def _about_substitute(state: OllamaState, substitute: str, problem: GeneratorError) -> str:
    if state.status is not OllamaStatus.MODEL_MISSING:
        return f"{problem} {substitute} answers instead."
    return (
        f"Ollama does not have {state.model}, so {substitute} answers. "
        f"To get {state.model}, run: {pull_advice(state.model)}"
    )


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
            f"The language model {settings.embedded_model} is not downloaded.",
            "Download it with the command Download a Language Model, or set embedded.model to a .gguf file.",
        )
    return EmbeddedGenerator(
        model_file,
        embedded.short_name(settings.embedded_model),
        prompt_budget=settings.embedded_prompt_tokens,
        answer_tokens=settings.embedded_answer_tokens,
        temperature=settings.temperature,
        log_file=log_file,
    )

"""Answers from an Ollama server. Hides how far away an answer is, and how a prompt is kept inside the window."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sourcewise.domain.answer import ModelName, TextDelta, Usage
from sourcewise.errors import GeneratorError, GeneratorUnreachableError
from sourcewise.llm.ollama_connection import OllamaConnection
from sourcewise.llm.ollama_failures import missing
from sourcewise.llm.ollama_models import InstalledModel, cloud_host, destination_of, full_name

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ollama import ChatResponse

    from sourcewise.domain.answer import Destination, GenerationEvent, Prompt
    from sourcewise.settings import Settings

# Beside the code, a prompt holds instructions, headings and the question.
_INSTRUCTION_TOKENS = 800
# Prompt sizes are estimates, and the chat template of the model adds tokens of its own.
_MARGIN_TOKENS = 192


class OllamaStatus(StrEnum):
    """How far away an answer is."""

    NOT_INSTALLED = "not installed"
    NOT_RUNNING = "not running"
    MODEL_MISSING = "model missing"
    UNKNOWN = "model unknown"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class OllamaState:
    """What Ollama can do now.

    Attributes:
        model: the one that was asked for.
        installed: all that it has.
        context_length: the most tokens that the model was trained for; None where unknown.
        remote_host: the machine that Ollama passes prompts for the model on to; empty if it runs the model itself.
        problem: why it is not ready; None when it is.
    """

    status: OllamaStatus
    model: str
    installed: tuple[InstalledModel, ...] = ()
    context_length: int | None = None
    remote_host: str = ""
    problem: GeneratorError | None = None


class OllamaGenerator:
    """One model of one Ollama server."""

    def __init__(
        self,
        settings: Settings,
        model: str | None = None,
        context_length: int | None = None,
        remote_host: str = "",
    ) -> None:
        """Describe the connection; nothing is sent.

        Args:
            settings: endpoint, time limits, sizes.
            model: instead of the one of the settings.
            context_length: what the model was trained for, in tokens; Ollama silently lowers a larger request to it.
            remote_host: see OllamaState.

        Raises:
            SettingsError: the endpoint is no address.
        """
        self._settings = settings
        self._model = model or settings.model
        self._context = min(settings.context_tokens, context_length or settings.context_tokens)
        self._remote_host = remote_host or cloud_host(self._model)
        self._connection = OllamaConnection(settings)

    @classmethod
    def in_state(cls, settings: Settings, state: OllamaState) -> OllamaGenerator:
        """Return the model that a state is about, with what is known of it."""
        return cls(settings, state.model, state.context_length, state.remote_host)

    @property
    def name(self) -> ModelName:
        """The model as Ollama calls it."""
        return ModelName("ollama", self._model)

    @property
    def answer_tokens(self) -> int:
        """The longest answer, in tokens; at most half of the window."""
        return min(self._settings.answer_tokens, self._context // 2)

    @property
    def prompt_budget(self) -> int:
        """The most tokens of a prompt: as much code as the settings allow, but never more than the window holds."""
        room = self._context - self.answer_tokens - _MARGIN_TOKENS
        return max(64, min(self._settings.code_tokens + _INSTRUCTION_TOKENS, room))

    @property
    def destination(self) -> Destination | None:
        """Where the prompt goes if Ollama is on another machine, or passes it on to one; else None."""
        return destination_of(self._settings.endpoint, self._model, self._remote_host)

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the answer; see `Generator`."""
        async with aclosing(self._chat(prompt)) as parts:
            async for part in parts:
                if part.message.content:
                    yield TextDelta(part.message.content)
                if part.done:
                    yield self._usage(part)

    async def state(self) -> OllamaState:
        """Tell what stands between us and an answer; never raises for a server that is away."""
        try:
            installed = await self._connection.installed_models()
        except GeneratorError as problem:
            away = isinstance(problem, GeneratorUnreachableError) and self._connection.failures.looks_uninstalled
            status = OllamaStatus.NOT_INSTALLED if away else OllamaStatus.NOT_RUNNING
            return OllamaState(status, self._model, problem=problem)
        listed = next((model for model in installed if full_name(model.name) == full_name(self._model)), None)
        if listed is None:
            absent = missing(self._model, installed)
            return OllamaState(OllamaStatus.MODEL_MISSING, self._model, installed, problem=absent)
        try:
            details = await self._connection.details(self._model)
        except GeneratorError as problem:
            # Unknown is not local: without the details it may run anywhere.
            return OllamaState(OllamaStatus.UNKNOWN, self._model, installed, problem=problem)
        host = details.remote_host or listed.remote_host
        return OllamaState(OllamaStatus.READY, self._model, installed, details.context_length, host)

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    def _chat(self, prompt: Prompt) -> AsyncGenerator[ChatResponse, None]:
        return self._connection.chat(
            self._model,
            self._remote_host,
            [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            # A thinking model would spend the answer's tokens on text that nobody sees.
            think=False,
            options={
                "num_ctx": self._context,
                "num_predict": self.answer_tokens,
                "temperature": self._settings.temperature,
            },
            keep_alive=_keep_alive(self._settings.keep_alive),
        )

    def _usage(self, last: ChatResponse) -> Usage:
        prompt_tokens = last.prompt_eval_count or 0
        return Usage(
            prompt_tokens=prompt_tokens,
            answer_tokens=last.eval_count or 0,
            prompt_seconds=(last.prompt_eval_duration or 0) / 1e9,
            answer_seconds=(last.eval_duration or 0) / 1e9,
            stop_reason=last.done_reason or "stop",
            # Ollama cuts a long prompt down to exactly its window and says nothing. Ours leave room for an answer,
            # so one that fills the window was cut. The reverse, a count below our estimate, proves nothing: the
            # estimate is rough, and older servers do not count the tokens that they had cached.
            prompt_cut=prompt_tokens > self._context - _MARGIN_TOKENS // 2,
        )


def _keep_alive(value: str) -> str | float:
    """Ollama takes `10m` as text, but plain seconds (and -1, for ever) only as a number."""
    try:
        return float(value)
    except ValueError:
        return value

"""Generates answers with an Ollama server, and keeps prompts inside the context window."""

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

# A prompt contains instructions, headings and the question in addition to the code.
_INSTRUCTION_TOKENS = 800
# Prompt sizes are estimates, and the chat template of the model adds tokens of its own.
_MARGIN_TOKENS = 192


class OllamaStatus(StrEnum):
    """Whether Ollama and the model are ready."""

    NOT_INSTALLED = "not installed"
    NOT_RUNNING = "not running"
    MODEL_MISSING = "model missing"
    UNKNOWN = "model unknown"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class OllamaState:
    """The state of Ollama and one model.

    Attributes:
        model: the requested model.
        installed: all installed models.
        context_length: the context length that the model was trained for, in tokens; None if unknown.
        remote_host: the machine to which Ollama forwards prompts for the model; empty if it runs the model itself.
        has_chat_template: whether Ollama formats the instructions and the question for the model.
        problem: why the model is not ready; None if it is.
    """

    status: OllamaStatus
    model: str
    installed: tuple[InstalledModel, ...] = ()
    context_length: int | None = None
    remote_host: str = ""
    has_chat_template: bool = True
    problem: GeneratorError | None = None


class OllamaGenerator:
    """A model of an Ollama server."""

    def __init__(
        self,
        settings: Settings,
        model: str | None = None,
        context_length: int | None = None,
        remote_host: str = "",
        *,
        has_chat_template: bool = True,
    ) -> None:
        """Describe the connection, without opening it.

        Args:
            settings: the endpoint, time limits and sizes.
            model: replaces the model of the settings.
            context_length: the length that the model was trained for, in tokens; Ollama silently reduces a larger
                window to it.
            remote_host: see OllamaState.
            has_chat_template: see OllamaState.

        Raises:
            SettingsError: the endpoint is not a valid address.
        """
        self._settings = settings
        self._model = model or settings.model
        self._context = min(settings.context_tokens, context_length or settings.context_tokens)
        self._remote_host = remote_host or cloud_host(self._model)
        self._has_chat_template = has_chat_template
        self._connection = OllamaConnection(settings)

    @classmethod
    def in_state(cls, settings: Settings, state: OllamaState) -> OllamaGenerator:
        """Return a generator for the model of a state."""
        return cls(
            settings,
            state.model,
            state.context_length,
            state.remote_host,
            has_chat_template=state.has_chat_template,
        )

    @property
    def name(self) -> ModelName:
        """The model and its runtime."""
        return ModelName("ollama", self._model)

    @property
    def answer_tokens(self) -> int:
        """The maximum length of an answer, in tokens; at most half of the window."""
        return min(self._settings.answer_tokens, self._context // 2)

    @property
    def prompt_budget(self) -> int:
        """The maximum size of a prompt, in estimated tokens: limited by llm.codeTokens and by the window."""
        room = self._context - self.answer_tokens - _MARGIN_TOKENS
        return max(64, min(self._settings.code_tokens + _INSTRUCTION_TOKENS, room))

    @property
    def destination(self) -> Destination | None:
        """The machine that receives the prompt if Ollama is on another machine or forwards to one; else None."""
        return destination_of(self._connection.endpoint.address, self._model, self._remote_host)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about reasons for unexpected answers."""
        untemplated = (
            f"{self._model} has no chat template, so Ollama does not send it the instructions, and its answers "
        )
        untemplated += "may be strange. Add a TEMPLATE to its Modelfile, or choose another model (llm.model)."
        return (*self._connection.failures.about_ignored_host, *(() if self._has_chat_template else (untemplated,)))

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the answer; see `Generator`."""
        async with aclosing(self._chat(prompt)) as parts:
            async for part in parts:
                if part.message.content:
                    yield TextDelta(part.message.content)
                if part.done:
                    yield self._usage(part)

    async def state(self) -> OllamaState:
        """Return whether the model is ready. A server that does not respond is a state, not an error."""
        try:
            installed = await self._connection.installed_models()
        except GeneratorError as problem:
            absent = isinstance(problem, GeneratorUnreachableError) and self._connection.failures.looks_uninstalled
            status = OllamaStatus.NOT_INSTALLED if absent else OllamaStatus.NOT_RUNNING
            return OllamaState(status, self._model, problem=problem)
        listed = next((model for model in installed if full_name(model.name) == full_name(self._model)), None)
        if listed is None:
            return OllamaState(
                OllamaStatus.MODEL_MISSING, self._model, installed, problem=missing(self._model, installed)
            )
        try:
            details = await self._connection.details(self._model)
        except GeneratorError as problem:
            # Without its details, the model may run on any machine, so it does not count as local.
            return OllamaState(OllamaStatus.UNKNOWN, self._model, installed, problem=problem)
        host = details.remote_host or listed.remote_host
        return OllamaState(
            OllamaStatus.READY, self._model, installed, details.context_length, host, details.has_chat_template
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._connection.close()

    def _chat(self, prompt: Prompt) -> AsyncGenerator[ChatResponse, None]:
        return self._connection.chat(
            self._model,
            self._remote_host,
            [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            # A thinking model would use the tokens of the answer for text that is not shown.
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
            # Ollama silently truncates a long prompt to exactly its window. Our prompts leave room for an answer, so a
            # prompt that fills the window was truncated. A count below the estimate proves nothing: the estimate is
            # rough, and older servers do not count cached tokens.
            prompt_cut=prompt_tokens > self._context - _MARGIN_TOKENS // 2,
        )


def _keep_alive(value: str) -> str | float:
    """Return the value as Ollama accepts it: `10m` as text, but plain seconds (and -1, for always) as a number."""
    try:
        return float(value)
    except ValueError:
        return value

"""Answers from an Ollama server. Hides its client, its ways to fail, and what its models are called.

What is sent goes to the one endpoint of the settings: no proxy, no redirect is followed, no key is attached.
"""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httpx
from ollama import AsyncClient, ResponseError

from sourcewise.errors import (
    GeneratorError,
    GeneratorInterruptedError,
    GeneratorModelMissingError,
    GeneratorSlowError,
    GeneratorUnreachableError,
    SettingsError,
)
from sourcewise.llm.ollama_models import InstalledModel, full_name, is_cloud, pull_advice
from sourcewise.model import ModelName, TextDelta, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from ollama import ChatResponse

    from sourcewise.model import GenerationEvent, Prompt
    from sourcewise.settings import Settings

# Beside the code, a prompt holds instructions, headings and the question.
_INSTRUCTION_TOKENS = 800
# Prompt sizes are estimates, and the chat template of the model adds tokens of its own.
_MARGIN_TOKENS = 192
_LOOKUP_SECONDS = 10.0


class OllamaStatus(StrEnum):
    """How far away an answer is."""

    NOT_INSTALLED = "not installed"
    NOT_RUNNING = "not running"
    MODEL_MISSING = "model missing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class OllamaState:
    """What Ollama can do now.

    Attributes:
        model: the one that was asked for.
        installed: all that it has.
        context_length: the most tokens that the model was trained for; None where unknown.
        problem: why it is not ready; None when it is.
    """

    status: OllamaStatus
    model: str
    installed: tuple[InstalledModel, ...] = ()
    context_length: int | None = None
    problem: GeneratorError | None = None


class OllamaGenerator:
    """One model of one Ollama server."""

    def __init__(self, settings: Settings, model: str | None = None, context_length: int | None = None) -> None:
        """Describe the connection; nothing is sent.

        Args:
            settings: endpoint, time limits, sizes.
            model: instead of the one of the settings.
            context_length: what the model was trained for, in tokens; Ollama silently lowers a larger request to it.

        Raises:
            SettingsError: the endpoint is no address.
        """
        self._settings = settings
        self._model = model or settings.model
        self._context = min(settings.context_tokens, context_length or settings.context_tokens)
        self._host = urlsplit(settings.endpoint if "//" in settings.endpoint else f"//{settings.endpoint}").hostname
        try:
            self._client = AsyncClient(
                host=settings.endpoint,
                timeout=httpx.Timeout(settings.answer_seconds, connect=settings.connect_seconds),
                follow_redirects=False,
                trust_env=False,
                auth=_without_key,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise SettingsError(
                f"The Ollama address {settings.endpoint!r} cannot be read: {error}.",
                "Write llm.endpoint like http://127.0.0.1:11434.",
            ) from error

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
    def is_local(self) -> bool:
        """False where the prompt leaves the machine: another host, or a model that Ollama runs in its cloud."""
        return _is_loopback(self._host or "") and not is_cloud(self._model)

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the answer; see `Generator`."""
        with self._translated():
            async with aclosing(await self._chat(prompt)) as parts:
                async for part in parts:
                    if part.message.content:
                        yield TextDelta(part.message.content)
                    if part.done:
                        yield self._usage(part)
                        return
        raise self._interrupted()

    async def installed_models(self) -> list[InstalledModel]:
        """List what the server has.

        Raises:
            GeneratorError: it cannot be asked.
        """
        with self._translated():
            async with asyncio.timeout(_LOOKUP_SECONDS):
                listing = await self._client.list()
        return [InstalledModel(entry.model, int(entry.size or 0)) for entry in listing.models if entry.model]

    async def state(self) -> OllamaState:
        """Tell what stands between us and an answer; never raises for a server that is away."""
        try:
            installed = tuple(await self.installed_models())
        except GeneratorError as problem:
            away = isinstance(problem, GeneratorUnreachableError) and self._looks_uninstalled()
            status = OllamaStatus.NOT_INSTALLED if away else OllamaStatus.NOT_RUNNING
            return OllamaState(status, self._model, problem=problem)
        if full_name(self._model) not in {full_name(model.name) for model in installed}:
            missing = _missing(self._model, installed)
            return OllamaState(OllamaStatus.MODEL_MISSING, self._model, installed, problem=missing)
        return OllamaState(OllamaStatus.READY, self._model, installed, await self._trained_length())

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call]

    async def _chat(self, prompt: Prompt) -> AsyncGenerator[ChatResponse, None]:
        parts = await self._client.chat(
            self._model,
            [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            stream=True,
            # A thinking model would spend the answer's tokens on text that nobody sees.
            think=False,
            options={
                "num_ctx": self._context,
                "num_predict": self.answer_tokens,
                "temperature": self._settings.temperature,
            },
            keep_alive=_keep_alive(self._settings.keep_alive),
        )
        # The client promises an iterator and returns a generator, whose end closes the connection.
        return cast("AsyncGenerator[ChatResponse, None]", parts)

    async def _trained_length(self) -> int | None:
        try:
            with self._translated():
                async with asyncio.timeout(_LOOKUP_SECONDS):
                    details = await self._client.show(self._model)
        except GeneratorError:
            return None
        lengths = [value for key, value in (details.modelinfo or {}).items() if key.endswith(".context_length")]
        return int(lengths[0]) if lengths else None

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

    def _looks_uninstalled(self) -> bool:
        return _is_loopback(self._host or "") and shutil.which("ollama") is None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what the client raises into sentences."""
        try:
            yield
        except (ConnectionError, httpx.ConnectError, httpx.ConnectTimeout, TimeoutError) as error:
            raise self._unreachable() from error
        except httpx.TimeoutException as error:
            raise GeneratorSlowError(
                f"{self._model} said nothing for {self._settings.answer_seconds:g} seconds.",
                "Choose a smaller model (llm.model) or raise llm.answerSeconds.",
            ) from error
        except httpx.TransportError as error:
            raise self._interrupted() from error
        except ResponseError as error:
            raise self._refusal(error) from error
        except (ValueError, httpx.InvalidURL) as error:
            raise self._stranger() from error

    def _unreachable(self) -> GeneratorUnreachableError:
        endpoint = self._settings.endpoint
        if self._looks_uninstalled():
            return GeneratorUnreachableError(
                f"Ollama is not installed (nothing answers at {endpoint}).",
                f"Install it from https://ollama.com/download, then run: {pull_advice(self._model)}",
            )
        return GeneratorUnreachableError(
            f"Ollama does not answer at {endpoint}.", "Start it with: ollama serve, or correct llm.endpoint."
        )

    def _stranger(self) -> GeneratorUnreachableError:
        return GeneratorUnreachableError(
            f"What answers at {self._settings.endpoint} does not speak as Ollama does.",
            "Check llm.endpoint; Ollama itself listens at http://127.0.0.1:11434.",
        )

    def _interrupted(self) -> GeneratorInterruptedError:
        return GeneratorInterruptedError(
            f"Ollama went away in the middle of the answer of {self._model}.",
            "Ask again. If it stays so, there may be too little memory for it: choose a smaller one (llm.model).",
        )

    def _refusal(self, error: ResponseError) -> GeneratorError:
        if error.status_code == 404:
            return _missing(self._model, ()) if "model" in error.error else self._stranger()
        return GeneratorError(f"Ollama could not run {self._model}: {error.error.strip()}.", "Its own log says more.")


def _missing(model: str, installed: tuple[InstalledModel, ...]) -> GeneratorModelMissingError:
    others = ", ".join(entry.name for entry in installed[:5])
    return GeneratorModelMissingError(
        f"Ollama runs but does not have the model {model}" + (f" (it has {others})." if others else "."),
        f"Run: {pull_advice(model)}",
    )


def _without_key(request: httpx.Request) -> httpx.Request:
    """The client attaches OLLAMA_API_KEY to whatever host it talks to; that key is meant for one only."""
    request.headers.pop("authorization", None)
    return request


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _keep_alive(value: str) -> str | float:
    """Ollama takes `10m` as text, but plain seconds (and -1, for ever) only as a number."""
    try:
        return float(value)
    except ValueError:
        return value

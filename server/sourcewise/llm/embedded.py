"""Answers from a GGUF file on this machine. Hides the worker process that runs it and how its stream becomes async."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sourcewise.domain.answer import ModelName, PromptProgress, TextDelta, Usage
from sourcewise.errors import GeneratorError, GeneratorInterruptedError, WorkerError
from sourcewise.processes.worker import Worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sourcewise.domain.answer import GenerationEvent, Prompt

# A budget is an estimate; code may have half as many tokens again.
_ESTIMATE_SLACK = 1.5
_TEMPLATE_TOKENS = 128
_KILL_AGAIN_SECONDS = 0.1
_SUFFIX = ".gguf"


def is_installed() -> bool:
    """Tell whether the optional library is there, without loading it."""
    return importlib.util.find_spec("xllamacpp") is not None


def require_installed() -> None:
    """Raise GeneratorError where the optional library is missing."""
    if not is_installed():
        raise GeneratorError(
            "The embedded language model needs the package xllamacpp.", "Run: pip install 'sourcewise[embedded]'"
        )


def short_name(model: str) -> str:
    """Return what people call a model that the settings name, which may do so by the path of its file."""
    return Path(model).stem if model.endswith(_SUFFIX) else model


class EmbeddedGenerator:
    """One model in one worker process, which starts at the first question."""

    def __init__(
        self,
        model_file: Path,
        model_name: str,
        *,
        prompt_budget: int,
        answer_tokens: int,
        temperature: float,
        threads: int = 0,
        log_file: Path | None = None,
    ) -> None:
        """Describe the model; nothing is started.

        Args:
            model_file: a GGUF.
            model_name: what people call it.
            prompt_budget: tokens, estimated.
            answer_tokens: the longest answer.
            temperature: 0 is strict.
            threads: processor threads; 0 means one a physical core.
            log_file: where the runtime complains; None means our standard error.

        Raises:
            GeneratorError: there is no such file.
        """
        if not model_file.is_file():
            raise GeneratorError(
                f"The language model {model_file} is not there.",
                "Name a .gguf file in embedded.model, or a known model.",
            )
        self._name = ModelName("embedded", model_name)
        self._prompt_budget = prompt_budget
        self._answer_tokens = answer_tokens
        self._turn = asyncio.Lock()
        arguments = {
            "model_file": str(model_file),
            "context_tokens": int(prompt_budget * _ESTIMATE_SLACK) + answer_tokens + _TEMPLATE_TOKENS,
            "answer_tokens": answer_tokens,
            "temperature": temperature,
            "threads": threads,
        }
        self._worker = Worker(
            "sourcewise.llm.llama_service:LlamaService", arguments, name="language model", log_file=log_file
        )

    @property
    def name(self) -> ModelName:
        """The model's name."""
        return self._name

    @property
    def prompt_budget(self) -> int:
        """The most tokens of a prompt, estimated; half as many again still fit."""
        return self._prompt_budget

    @property
    def answer_tokens(self) -> int:
        """The longest answer, in tokens."""
        return self._answer_tokens

    @property
    def destination(self) -> None:
        """The prompt stays on this machine."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the answer; see `Generator`. One that is not read to its end costs the loaded model."""
        # One at a time, so that stopping an answer ends the process of that answer and of no other.
        async with self._turn:
            events: asyncio.Queue[GenerationEvent | None] = asyncio.Queue()
            call = asyncio.create_task(asyncio.to_thread(self._call, prompt, events, asyncio.get_running_loop()))
            try:
                while (event := await events.get()) is not None:
                    yield event
                yield await _usage(call)
            finally:
                await self._stop(call)

    async def close(self) -> None:
        """End the process."""
        await asyncio.to_thread(self._worker.close)

    async def _stop(self, call: asyncio.Task[dict[str, Any]]) -> None:
        if call.done():
            return
        while not call.done():
            # Only the end of its process stops the model within a batch; one that is just starting may be missed.
            self._worker.kill()
            await asyncio.wait([call], timeout=_KILL_AGAIN_SECONDS)
        call.exception()  # the death that we caused is nobody's news

    def _call(
        self, prompt: Prompt, events: asyncio.Queue[GenerationEvent | None], loop: asyncio.AbstractEventLoop
    ) -> dict[str, Any]:
        def on_item(item: tuple[str, Any]) -> None:
            kind, value = item
            loop.call_soon_threadsafe(
                events.put_nowait, PromptProgress(value) if kind == "progress" else TextDelta(value)
            )

        try:
            counts: dict[str, Any] = self._worker.call("chat", prompt.system, prompt.user, on_item=on_item)
            return counts
        finally:
            loop.call_soon_threadsafe(events.put_nowait, None)


async def _usage(call: asyncio.Future[dict[str, Any]]) -> Usage:
    try:
        return Usage(**await call)
    except WorkerError as error:
        raise GeneratorInterruptedError(error.message, error.hint) from error

"""Generates answers with a GGUF model in a worker process on this machine."""

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

# A budget is an estimate; code may have 1.5 times as many tokens.
_ESTIMATE_SLACK = 1.5
_TEMPLATE_TOKENS = 128
_KILL_AGAIN_SECONDS = 0.1
_SUFFIX = ".gguf"


def is_installed() -> bool:
    """Return whether the optional library is installed, without importing it."""
    return importlib.util.find_spec("xllamacpp") is not None


def require_installed() -> None:
    """Raise GeneratorError if the optional library is missing."""
    if not is_installed():
        raise GeneratorError(
            "The built-in language model needs the package xllamacpp.", "Run: pip install 'sourcewise[embedded]'"
        )


def short_name(model: str) -> str:
    """Return the name of a model of the settings, which may give the path of its file."""
    return Path(model).stem if model.endswith(_SUFFIX) else model


class EmbeddedGenerator:
    """A model in a worker process, which starts with the first question."""

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
        """Describe the model, without starting its process.

        Args:
            model_file: a GGUF file.
            model_name: the name to show.
            prompt_budget: the maximum size of a prompt, in estimated tokens.
            answer_tokens: the maximum length of an answer.
            temperature: the sampling temperature; at 0, answers vary least.
            threads: processor threads; 0 means one for each physical core.
            log_file: the log of the runtime; None means standard error.

        Raises:
            GeneratorError: the file does not exist.
        """
        if not model_file.is_file():
            raise GeneratorError(
                f"The language model {model_file} does not exist.",
                "Set embedded.model to a .gguf file or a known model.",
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
        """The model and its runtime."""
        return self._name

    @property
    def prompt_budget(self) -> int:
        """The maximum size of a prompt, in estimated tokens; 1.5 times as many actual tokens still fit."""
        return self._prompt_budget

    @property
    def answer_tokens(self) -> int:
        """The maximum length of an answer, in tokens."""
        return self._answer_tokens

    @property
    def destination(self) -> None:
        """None: the prompt stays on this machine."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the answer; see `Generator`. Closing the stream early ends the process and so unloads the model."""
        # One at a time: stopping an answer ends the process, which must not run another answer.
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
        """End the worker process."""
        await asyncio.to_thread(self._worker.close)

    async def _stop(self, call: asyncio.Task[dict[str, Any]]) -> None:
        if call.done():
            return
        while not call.done():
            # Only ending the process stops the model within a batch. A kill may miss a process that is just starting.
            self._worker.kill()
            await asyncio.wait([call], timeout=_KILL_AGAIN_SECONDS)
        call.exception()  # mark the error as seen: this method caused it

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

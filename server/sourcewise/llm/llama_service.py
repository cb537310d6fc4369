"""Runs llama.cpp in the worker process: loads a GGUF file once and streams chat answers, using xllamacpp."""

from __future__ import annotations

import importlib
import logging
import os
import queue
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sourcewise.errors import GeneratorError, GeneratorInterruptedError
from sourcewise.processes.worker_process import is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Small, for frequent progress and quick cancellation; a batch of 512 reads a prompt only 15% faster (measured).
_BATCH_TOKENS = 128
_ERRORS_ONLY = 1
_SEE_LOG = "If it fails again, see the log."

logger = logging.getLogger(__name__)

Item = tuple[str, Any]


@dataclass(slots=True)
class _Counts:
    """The statistics that the runtime reported so far."""

    stop_reason: str = "stop"
    timings: dict[str, Any] | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0


class LlamaService:
    """A loaded model with one conversation slot. It reuses the KV cache of the unchanged start of a prompt."""

    def __init__(
        self, model_file: str, context_tokens: int, answer_tokens: int, temperature: float, threads: int
    ) -> None:
        """Load the model.

        Args:
            model_file: a GGUF file.
            context_tokens: the size of the context window, for prompt and answer together.
            answer_tokens: the maximum length of an answer.
            temperature: the sampling temperature; at 0, answers vary least.
            threads: processor threads; 0 means one for each physical core.

        Raises:
            GeneratorError: the library or the file cannot be loaded.
        """
        self._answer_tokens = answer_tokens
        self._context_tokens = context_tokens
        self._temperature = temperature
        self._server = load_model(model_file, context_tokens, threads)

    def chat(self, system: str, user: str) -> Generator[Item, None, dict[str, Any]]:
        """Yield `("progress", fraction)` and `("text", piece)`; return the counts as the fields of `Usage`.

        Raises:
            GeneratorError: the prompt does not fit. It is never truncated.
        """
        items: queue.SimpleQueue[Item | Exception | None] = queue.SimpleQueue()
        # The server reports through a callback in one long call; a thread turns this into a generator.
        threading.Thread(target=self._complete, args=(system, user, items), daemon=True).start()
        counts = _Counts()
        while (item := items.get()) is not None:
            if isinstance(item, Exception):
                raise _interrupted(item) from item
            yield from self._digest(item[1], counts)
        return _usage(counts)

    def _complete(self, system: str, user: str, items: queue.SimpleQueue[Item | Exception | None]) -> None:
        def on_part(part: dict[str, Any]) -> bool:
            items.put(("part", part))
            return self._overflows(part)

        try:
            self._server.handle_chat_completions(self._request(system, user), on_part)
        except Exception as error:  # `chat` raises it to the caller
            items.put(error)
        finally:
            items.put(None)

    def _request(self, system: str, user: str) -> dict[str, Any]:
        return {
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
            "max_tokens": self._answer_tokens,
            "temperature": self._temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
        }

    def _overflows(self, part: dict[str, Any]) -> bool:
        total: int = part.get("prompt_progress", {}).get("total", 0)
        return total + self._answer_tokens > self._context_tokens

    def _digest(self, part: dict[str, Any], counts: _Counts) -> Iterator[Item]:
        if "error" in part:
            raise self._refusal(part["error"])
        if progress := part.get("prompt_progress"):
            if self._overflows(part):
                raise self._too_long(progress["total"])
            yield "progress", progress["processed"] / max(1, progress["total"])
        for choice in part.get("choices", ()):
            if text := choice["delta"].get("content"):
                yield "text", text
            counts.stop_reason = choice.get("finish_reason") or counts.stop_reason
        if usage := part.get("usage"):
            counts.prompt_tokens, counts.answer_tokens = usage["prompt_tokens"], usage["completion_tokens"]
        counts.timings = part.get("timings") or counts.timings

    def _refusal(self, error: dict[str, Any]) -> GeneratorError:
        if error.get("type") == "exceed_context_size_error":
            return self._too_long(error["n_prompt_tokens"])
        logger.error("llama.cpp refused the prompt: %s", error)
        return GeneratorError("The built-in language model cannot answer this question.", f"Ask again. {_SEE_LOG}")

    def _too_long(self, tokens: int) -> GeneratorError:
        room = self._context_tokens - self._answer_tokens
        return GeneratorError(
            f"The prompt has {tokens} tokens, but the language model has room for {room}.",
            "Ask about less code at a time, or lower embedded.promptTokens.",
        )


def _interrupted(error: Exception) -> GeneratorError:
    logger.error("llama.cpp failed", exc_info=error)
    if is_out_of_memory(error):
        return GeneratorInterruptedError(
            "There is not enough memory for the built-in language model.",
            "Close other programs, or choose a smaller model (embedded.model).",
        )
    return GeneratorInterruptedError(
        "The built-in language model failed in the middle of its answer.", f"Ask again. {_SEE_LOG}"
    )


def load_model(model_file: str, context_tokens: int, threads: int) -> Any:
    """Return xllamacpp's server for a GGUF file, in this process and for one conversation at a time.

    Raises:
        GeneratorError: xllamacpp is not installed, or the file cannot be loaded as a model.
    """
    # OpenMP's threads spin while they wait. Beside other busy programs, sleeping is 20 times faster (measured).
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        xllamacpp = importlib.import_module("xllamacpp")  # an optional extra that only this process may import
    except ImportError as error:
        raise GeneratorError(
            "The built-in language model needs the package xllamacpp, which cannot be loaded.",
            "Run: pip install 'sourcewise[embedded]' (on Linux it also needs the system library libgomp1)",
        ) from error
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model_file
    parameters.n_ctx = context_tokens
    parameters.n_parallel = 1
    parameters.n_batch = parameters.n_ubatch = _BATCH_TOKENS
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads or -1
    parameters.verbosity = _ERRORS_ONLY
    parameters.warmup = parameters.fit_params = False
    # A cache of old prompts would need gigabytes; follow-ups reuse the prompt in the slot.
    parameters.cache_ram_mib = 0
    # The library always opens a port on the loopback address. A random key locks out all other programs.
    parameters.api_keys = [secrets.token_hex(32)]
    parameters.ui = parameters.endpoint_slots = False
    try:
        return xllamacpp.Server(parameters)
    except (RuntimeError, ValueError) as error:
        if is_out_of_memory(error):
            raise _interrupted(error) from error
        raise GeneratorError(
            f"The file {model_file} cannot be loaded as a language model.",
            "Set embedded.model to another .gguf file, or delete the file to download it again.",
        ) from error


def _usage(counts: _Counts) -> dict[str, Any]:
    timings = counts.timings or {}
    return {
        "prompt_tokens": counts.prompt_tokens,
        "answer_tokens": counts.answer_tokens,
        "prompt_seconds": timings.get("prompt_ms", 0.0) / 1000,
        "answer_seconds": timings.get("predicted_ms", 0.0) / 1000,
        "stop_reason": counts.stop_reason,
    }

"""Runs a small language model in this process. Hides xllamacpp, whose callback becomes an iterator."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any

from sourcewise.llm.llama_service import load_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class ModelError(Exception):
    """The model refused; the message comes from the runtime."""


class SmallModel:
    """A model from a GGUF file, loaded once. Answers one conversation at a time."""

    def __init__(self, model_file: Path, context_tokens: int, threads: int) -> None:
        """Load the model.

        Args:
            model_file: a GGUF file.
            context_tokens: the context length, for prompt and answer together.
            threads: processor threads; 0 means one per physical core.
        """
        self._server = load_model(str(model_file), context_tokens, threads)
        self._turn = threading.Lock()

    def chat(
        self,
        messages: list[dict[str, str]],
        answer_tokens: int,
        temperature: float,
        is_unwanted: Callable[[], bool],
    ) -> Iterator[dict[str, Any]]:
        """Yield the parts of an answer in the format of the OpenAI API.

        Args:
            messages: the conversation, each with `role` and `content`.
            answer_tokens: the most tokens of the answer.
            temperature: 0 makes the answer deterministic.
            is_unwanted: called between parts and while the prompt is read; returning True cancels the answer.

        Raises:
            ModelError: the prompt does not fit.
        """
        request = {
            "messages": messages,
            "max_tokens": answer_tokens,
            "temperature": temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
        }
        parts: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        with self._turn:
            worker = threading.Thread(target=self._complete, args=(request, parts, is_unwanted), daemon=True)
            worker.start()
            while (part := parts.get()) is not None:
                if "error" in part:
                    raise ModelError(str(part["error"].get("message", "no reason given")))
                yield part

    def _complete(
        self,
        request: dict[str, Any],
        parts: queue.SimpleQueue[dict[str, Any] | None],
        is_unwanted: Callable[[], bool],
    ) -> None:
        def on_part(part: dict[str, Any]) -> bool:
            parts.put(part)
            return is_unwanted()

        try:
            self._server.handle_chat_completions(request, on_part)
        except Exception as error:  # the reader of the queue must receive any error
            parts.put({"error": {"message": str(error)}})
        finally:
            parts.put(None)

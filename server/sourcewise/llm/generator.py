"""The interface of a language model, the same for each runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sourcewise.domain.answer import Destination, GenerationEvent, ModelName, Prompt


class Generator(Protocol):
    """A language model that answers one prompt at a time."""

    @property
    def name(self) -> ModelName:
        """The model and its runtime."""

    @property
    def prompt_budget(self) -> int:
        """The maximum size of a prompt, in estimated tokens: system and user message together."""

    @property
    def answer_tokens(self) -> int:
        """The maximum length of an answer, in tokens."""

    @property
    def destination(self) -> Destination | None:
        """The machine that receives the prompt; None if it stays on this one."""

    def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream `PromptProgress`*, `TextDelta`* and, as the last event, one `Usage`.

        Closing the stream, or cancelling the task that reads it, stops the model at once.

        Raises:
            GeneratorError: it cannot answer; text that was streamed before remains valid.
        """

    async def close(self) -> None:
        """Close connections and processes; the next answer opens them again."""

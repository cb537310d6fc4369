"""What the rest of the house knows of a language model, whichever runtime is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sourcewise.domain.answer import Destination, GenerationEvent, ModelName, Prompt


class Generator(Protocol):
    """A language model that answers one prompt at a time."""

    @property
    def name(self) -> ModelName:
        """Which model, through which runtime."""

    @property
    def prompt_budget(self) -> int:
        """The most tokens that the system and the user part of a prompt may have together."""

    @property
    def answer_tokens(self) -> int:
        """The longest answer, in tokens."""

    @property
    def destination(self) -> Destination | None:
        """Where the prompt is sent; None if it stays on this machine."""

    def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream `PromptProgress`*, `TextDelta`* and, as the last event, one `Usage`.

        Closing the stream, or cancelling the task that reads it, stops the model at once.

        Raises:
            GeneratorError: it cannot answer; text that was streamed before stays valid.
        """

    async def close(self) -> None:
        """Let go of connections and processes; the next answer takes them anew."""

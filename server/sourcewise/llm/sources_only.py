"""Answers without a language model, by listing the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.answer import ModelName, TextDelta, Usage
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sourcewise.domain.answer import GenerationEvent, Prompt, Source

_PROMPT_BUDGET = 8000
_ANSWER_TOKENS = 1000


class SourcesOnlyGenerator:
    """A generator that lists the sources of a prompt and makes no claims about them."""

    @property
    def name(self) -> ModelName:
        """The name that says that there is no model."""
        return ModelName("sources", "no language model")

    @property
    def prompt_budget(self) -> int:
        """The maximum size of the prompt, in estimated tokens; it only limits the number of listed sources."""
        return _PROMPT_BUDGET

    @property
    def answer_tokens(self) -> int:
        """The maximum length of the list, in tokens."""
        return _ANSWER_TOKENS

    @property
    def destination(self) -> None:
        """None: nothing is sent."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream a Markdown list of the sources, each cited by its number."""
        if prompt.sources:
            yield TextDelta(
                "No language model is available, so Sourcewise lists the best matches without an explanation:\n"
            )
        else:
            yield TextDelta("No language model is available, and no code matches the question.\n")
        for source in prompt.sources:
            yield TextDelta(_line(source))
        yield Usage()

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


def _line(source: Source) -> str:
    chunk = source.passage.chunk
    symbol = f" — `{visible(chunk.symbol)}`" if chunk.symbol else ""
    return f"\n- [{source.number}] `{source.passage.location}`{symbol}"

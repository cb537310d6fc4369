"""Answering without a language model: the sources speak for themselves."""

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
    """Lists the sources of a prompt and claims nothing about them."""

    @property
    def name(self) -> ModelName:
        """No model, said plainly."""
        return ModelName("sources", "no language model")

    @property
    def prompt_budget(self) -> int:
        """Tokens; no model reads them, so it is only a bound on how many sources are listed."""
        return _PROMPT_BUDGET

    @property
    def answer_tokens(self) -> int:
        """Tokens, as a bound."""
        return _ANSWER_TOKENS

    @property
    def destination(self) -> None:
        """Nothing is sent."""

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        """Stream a list in Markdown: each source, cited by its number."""
        if prompt.sources:
            yield TextDelta(
                "No language model is available, so nothing was written about these places. They match best:\n"
            )
        else:
            yield TextDelta("No language model is available, and no place in the code matches the question.\n")
        for source in prompt.sources:
            yield TextDelta(_line(source))
        yield Usage()

    async def close(self) -> None:
        """Nothing is held."""


def _line(source: Source) -> str:
    chunk = source.passage.chunk
    symbol = f" — `{visible(chunk.symbol)}`" if chunk.symbol else ""
    return f"\n- [{source.number}] `{source.passage.location}`{symbol}"

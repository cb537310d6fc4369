"""An answer in progress: its text so far, its notices, its prompt, and the time of its first text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sourcewise.answering import prompt
from sourcewise.answering.conversation import recent_turns
from sourcewise.domain.answer import ModelName, Trace, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.answer import Destination, Prompt, Source
    from sourcewise.domain.search import SearchResult, Turn

# The share of the prompt for earlier turns; the rest is for code.
_HISTORY_SHARE = 0.2
_NO_MODEL = ModelName("sources", "no model")


class AnswerDraft:
    """An answer in progress."""

    def __init__(self, question: str, instruction: str, history: Sequence[Turn] = ()) -> None:
        self.question = question
        self.text: list[str] = []
        self.notices: list[str] = []
        self.model = _NO_MODEL
        self.prompt: Prompt | None = None
        self.usage = Usage()
        self.failure = ""
        self.needs_consent: Destination | None = None
        self._instruction = instruction
        self._history = history
        self._start = time.perf_counter()
        self._first_delta: float | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """All questions of the conversation."""
        return (*(turn.question for turn in self._history), self.question)

    def build_prompt(self, budget: int, sources: Sequence[Source]) -> Prompt:
        """Return the prompt; see prompt.build_prompt."""
        history = recent_turns(self._history, int(budget * _HISTORY_SHARE))
        return prompt.build_prompt(self.question, sources, budget, self._instruction, history)

    def withhold(self, destination: Destination) -> None:
        """End the answer without sending the prompt, because the user has not allowed the destination."""
        self.needs_consent = destination
        self.failure = (
            f"Nothing was sent: {destination.model} runs at {destination.host}, not on this machine, "
            "and you have not allowed it to receive code of this folder. "
            "Allow it, or choose a model that runs on this machine (llm.model)."
        )

    def add_text(self, text: str) -> None:
        """Append text from the model."""
        self._first_delta = self._first_delta or time.perf_counter()
        self.text.append(text)

    def trace(self, search: SearchResult) -> Trace:
        """Return the trace of the answer: its search, token counts, model usage, and timings in milliseconds."""
        timings = {**search.timings, "total": (time.perf_counter() - self._start) * 1000}
        if self._first_delta:
            timings["first word"] = (self._first_delta - self._start) * 1000
        tokens, budget = (self.prompt.tokens, self.prompt.budget) if self.prompt else (0, 0)
        return Trace(search, tokens, budget, self.usage, timings)

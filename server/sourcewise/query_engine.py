"""Question in, stream of answer events out: sources first, then text, then the checked answer with its trace."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Protocol

from sourcewise import citations
from sourcewise.errors import GeneratorError, QuestionError, UserError, WorkerError
from sourcewise.model import (
    Answer,
    AnswerReady,
    CitationState,
    ModelName,
    Notice,
    SearchMode,
    SourcesFound,
    TextDelta,
    Trace,
    Usage,
)
from sourcewise.prompt import as_sources, build_prompt

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from sourcewise.llm.generator import Generator
    from sourcewise.model import AnswerEvent, Prompt, SearchResult, Source

LONGEST_QUESTION = 20_000
NOTHING_FOUND = (
    "Nothing in this folder seems to be about that. Name a file, a symbol or words that the code would use, "
    "or check with `sourcewise status` that the folder is the one you mean."
)
_NO_MODEL = ModelName("sources", "no model")


class Knowledge(Protocol):
    """What an index must be able to tell."""

    def search(self, question: str, top: int) -> SearchResult:
        """Return the best passages."""

    def text_of(self, path: str) -> str | None:
        """Return a file's text as it is now, or None where it is gone."""

    def definition_of(self, name: str) -> str | None:
        """Return `path:line` of a definition, or None."""


class CodeQueryEngine:
    """Answers questions about one folder."""

    def __init__(
        self, index: Knowledge, choose_generator: Callable[[], Awaitable[tuple[Generator, Sequence[str]]]], top: int
    ) -> None:
        """Join the parts.

        Args:
            index: what the folder holds.
            choose_generator: gives the model that answers and sentences about the choice.
            top: how many sources an answer is made from.
        """
        self._index = index
        self._choose_generator = choose_generator
        self._top = top

    async def ask(self, question: str) -> AsyncGenerator[AnswerEvent, None]:
        """Yield SourcesFound, any number of Notice, PromptProgress and TextDelta, and AnswerReady.

        Closing the iterator stops the model. A model that fails in the middle of its text ends the answer there, with
        `Answer.failure` set; the sources and the text so far are kept.

        Raises:
            QuestionError: the question is empty, or too long for this model's prompt.
        """
        question = checked_question(question)
        answering = _Answering(question)
        search = await asyncio.to_thread(self._index.search, question, self._top)
        sources = as_sources(search.passages)
        yield SourcesFound(sources, search)
        for message in _notices_about(search):
            answering.notices.append(message)
            yield Notice(message)
        if search.relevant:
            async with aclosing(self._generate(answering, sources)) as events:
                async for event in events:
                    yield event
        else:
            answering.text.append(NOTHING_FOUND)
            yield TextDelta(NOTHING_FOUND)
        yield AnswerReady(await asyncio.to_thread(self._finish, answering, search, sources))

    async def _generate(self, answering: _Answering, sources: tuple[Source, ...]) -> AsyncGenerator[AnswerEvent, None]:
        try:
            generator, notices = await self._choose_generator()
        except UserError as error:
            answering.failure = str(error)
            return
        for message in (*notices, *_notices_about_model(generator)):
            answering.notices.append(message)
            yield Notice(message)
        answering.model = generator.name
        try:
            answering.prompt = build_prompt(answering.question, sources, generator.prompt_budget)
            async with aclosing(generator.generate(answering.prompt)) as events:
                async for event in events:
                    if isinstance(event, Usage):
                        answering.usage = event
                        continue
                    if isinstance(event, TextDelta):
                        answering.hear(event.text)
                    yield event
        except (GeneratorError, WorkerError) as error:
            answering.failure = str(error)

    def _finish(self, answering: _Answering, search: SearchResult, sources: tuple[Source, ...]) -> Answer:
        citable = answering.prompt.sources if answering.prompt else ()
        checked = citations.check("".join(answering.text), citable, self._index.text_of, self._index.definition_of)
        return Answer(
            answering.question,
            checked.text,
            answering.model,
            sources,
            checked.citations,
            checked.struck,
            checked.mentions,
            (*answering.notices, *_notices_after(answering.usage, checked)),
            answering.trace(search),
            answering.failure,
        )


class _Answering:
    """What is known so far about one answer."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.text: list[str] = []
        self.notices: list[str] = []
        self.model = _NO_MODEL
        self.prompt: Prompt | None = None
        self.usage = Usage()
        self.failure = ""
        self._start = time.perf_counter()
        self._first_word: float | None = None

    def hear(self, text: str) -> None:
        """Take some text of the model."""
        self._first_word = self._first_word or time.perf_counter()
        self.text.append(text)

    def trace(self, search: SearchResult) -> Trace:
        """Return how it was made."""
        timings = {**search.timings, "total": (time.perf_counter() - self._start) * 1000}
        if self._first_word:
            timings["first word"] = (self._first_word - self._start) * 1000
        prompt = self.prompt
        return Trace(search, prompt.tokens if prompt else 0, prompt.budget if prompt else 0, self.usage, timings)


def checked_question(question: str) -> str:
    """Return the question without blanks around it.

    Raises:
        QuestionError: it is empty or too long.
    """
    question = question.strip()
    if not question:
        raise QuestionError("The question is empty.", 'Ask something, for example: "Where are requests retried?"')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters; {LONGEST_QUESTION:,} are the most.",
            "Keep the part that says what you want to know.",
        )
    return question


def _notices_about(search: SearchResult) -> list[str]:
    if search.mode is SearchMode.KEYWORD and search.chunks:
        return ["Keyword search alone served: nothing is embedded yet. `sourcewise index` embeds the folder."]
    if search.embedded < search.chunks:
        return [f"{search.coverage:.0%} of the folder is embedded; keyword search served the rest."]
    return []


def _notices_about_model(generator: Generator) -> list[str]:
    if generator.is_local:
        return []
    return [f"{generator.name} does not run on this machine: the question and the code of the sources are sent to it."]


def _notices_after(usage: Usage, checked: citations.CheckedText) -> list[str]:
    notices = []
    if usage.prompt_cut:
        notices.append("The model's window cut the prompt. Set a larger llm.contextTokens or a smaller llm.codeTokens.")
    if usage.stop_reason == "length":
        notices.append("The answer reached its longest length and ends early. Set a larger llm.maxAnswerTokens.")
    if checked.struck:
        numbers = ", ".join(f"[{number}]" for number in checked.struck)
        notices.append(f"Citations that name no source were removed: {numbers}.")
    stale = [f"[{c.number}]" for c in checked.citations if c.state is not CitationState.CURRENT]
    if stale:
        notices.append(f"These sources have changed since they were indexed: {', '.join(stale)}. Ask again to be sure.")
    unknown = [f"`{mention.name}`" for mention in checked.mentions if mention.location is None]
    if unknown:
        notices.append(f"Not found in the code, so possibly invented: {', '.join(unknown)}.")
    return notices

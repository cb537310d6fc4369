"""Answers a question with a stream of events: first the sources, then text, then the checked answer with its trace."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sourcewise.answering import citations, notices, prompt
from sourcewise.answering.conversation import follow_ups
from sourcewise.answering.draft import AnswerDraft
from sourcewise.answering.prompt import as_sources
from sourcewise.domain.answer import (
    Answer,
    AnswerReady,
    Notice,
    SourcesFound,
    TextDelta,
    Usage,
)
from sourcewise.errors import GeneratorError, QuestionError, UserError, WorkerError
from sourcewise.retrieval.follow_up_context import search_request
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from sourcewise.domain.answer import AnswerEvent, Destination, Source
    from sourcewise.domain.code import Chunk
    from sourcewise.domain.search import Query, SearchRequest, SearchResult
    from sourcewise.llm.generator import Generator

LONGEST_QUESTION = 20_000
NOTHING_FOUND = (
    "No matching code found in this folder. Mention a file, a symbol or words that the code would use, "
    "or check that this is the right folder."
)


class Knowledge(Protocol):
    """The queries to an index that the engine uses."""

    def search(self, request: SearchRequest) -> SearchResult:
        """Return the best passages; the excerpt of the request comes first if it has one."""

    def related_code(self, code: Chunk, top: int) -> SearchResult:
        """Return some code, then its references, what it calls, and similar code."""

    def definition_of(self, name: str) -> str | None:
        """Return `path:line` of a definition, or None."""


class CodeQueryEngine:
    """Answers questions about one folder."""

    def __init__(
        self,
        index: Knowledge,
        text_of: Callable[[str], str | None],
        choose_generator: Callable[[], Awaitable[tuple[Generator, Sequence[str]]]],
        may_send: Callable[[Destination], bool],
        top: int,
    ) -> None:
        """Take the index and the choices that depend on the user.

        Args:
            index: the folder's index.
            text_of: returns the text of a file as the user sees it, or None if the file is gone.
            choose_generator: returns the model that answers, and notices about the choice.
            may_send: returns whether a prompt may be sent to a destination outside this machine.
            top: the maximum number of sources of an answer.
        """
        self._index = index
        self._text_of = text_of
        self._choose_generator = choose_generator
        self._may_send = may_send
        self._top = top

    async def ask(self, query: Query) -> AsyncGenerator[AnswerEvent, None]:
        """Yield SourcesFound, any number of Notice, PromptProgress and TextDelta, and AnswerReady.

        Closing the iterator stops the model. If the prompt would leave this machine without the user's consent, the
        answer has only its sources, and `Answer.needs_consent` is set. If the model fails in the middle of its text,
        `Answer.failure` is set; the sources and the text so far are kept.

        Raises:
            QuestionError: the question is empty, or too long for the model's prompt, or its scope is empty.
        """
        query = replace(query, question=checked_question(query.question))
        draft = AnswerDraft(query.question, prompt.ANSWER, query.history)
        request = search_request(query, self._top)
        async with aclosing(self._answer(draft, lambda: self._index.search(request))) as events:
            async for event in events:
                yield event

    async def explain(self, code: Chunk) -> AsyncGenerator[AnswerEvent, None]:
        """Explain some code, which need not be in the index; see ask."""
        location = f"{visible(code.path)}:{code.first_line}-{code.last_line}"
        question = f"Explain `{visible(code.symbol)}` ({location})" if code.symbol else f"Explain {location}"
        draft = AnswerDraft(question, prompt.EXPLAIN)
        async with aclosing(self._answer(draft, lambda: self._index.related_code(code, self._top))) as events:
            async for event in events:
                yield event

    async def _answer(
        self, draft: AnswerDraft, search_index: Callable[[], SearchResult]
    ) -> AsyncGenerator[AnswerEvent, None]:
        search = await asyncio.to_thread(search_index)
        sources = as_sources(search.passages)
        yield SourcesFound(sources, search)
        for message in notices.about_search(search):
            draft.notices.append(message)
            yield Notice(message)
        if search.relevant:
            async with aclosing(self._generate(draft, sources)) as events:
                async for event in events:
                    yield event
        else:
            draft.text.append(NOTHING_FOUND)
            yield TextDelta(NOTHING_FOUND)
        yield AnswerReady(await asyncio.to_thread(self._finish, draft, search, sources))

    async def _generate(self, draft: AnswerDraft, sources: tuple[Source, ...]) -> AsyncGenerator[AnswerEvent, None]:
        try:
            generator, about_choice = await self._choose_generator()
        except UserError as error:
            draft.failure = str(error)
            return
        destination = generator.destination
        if destination is not None and not self._may_send(destination):
            draft.withhold(destination)
            return
        for message in (*about_choice, *notices.about_destination(destination)):
            draft.notices.append(message)
            yield Notice(message)
        draft.model = generator.name
        try:
            draft.prompt = draft.build_prompt(generator.prompt_budget, sources)
            async with aclosing(generator.generate(draft.prompt)) as events:
                async for event in events:
                    if isinstance(event, Usage):
                        draft.usage = event
                        continue
                    if isinstance(event, TextDelta):
                        draft.add_text(event.text)
                    yield event
        except (GeneratorError, WorkerError) as error:
            draft.failure = str(error)

    def _finish(self, draft: AnswerDraft, search: SearchResult, sources: tuple[Source, ...]) -> Answer:
        citable = draft.prompt.sources if draft.prompt else ()
        checked = citations.check("".join(draft.text), citable, self._text_of, self._index.definition_of)
        return Answer(
            draft.question,
            checked.text,
            draft.model,
            sources,
            checked.citations,
            checked.struck,
            checked.mentions,
            (*draft.notices, *notices.about_answer(draft.usage, checked)),
            draft.trace(search),
            draft.failure,
            follow_ups(draft.questions, _cited_sources(checked, sources)) if search.relevant else (),
            draft.needs_consent,
        )


def checked_question(question: str) -> str:
    """Return the question without surrounding whitespace.

    Raises:
        QuestionError: the question is empty or too long.
    """
    question = question.strip()
    if not question:
        raise QuestionError("The question is empty.", 'Ask something, for example: "Where are requests retried?"')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters. The limit is {LONGEST_QUESTION:,}.",
            "Shorten the question.",
        )
    return question


def _cited_sources(checked: citations.CheckedText, sources: Sequence[Source]) -> list[Source]:
    """Return the cited sources, or the first three if none is cited."""
    cited = {citation.number for citation in checked.citations}
    return [source for source in sources if source.number in cited] or list(sources[:3])

"""The events of an answer: order, failures, notices and cancellation."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from sourcewise.answering.query_engine import LONGEST_QUESTION, NOTHING_FOUND, CodeQueryEngine
from sourcewise.domain.answer import Answer, AnswerReady, Destination, ModelName, Notice, SourcesFound, TextDelta, Usage
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage, Query, SearchMode, SearchRequest, SearchResult, Turn
from sourcewise.errors import GeneratorInterruptedError, GeneratorUnreachableError, QuestionError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from sourcewise.domain.answer import AnswerEvent, GenerationEvent, Prompt
    from sourcewise.llm.generator import Generator

LOGIN = Chunk(
    "a", "auth.py", 1, 2, "def login(user):\n    return sign(user)", "python", symbol="login", kind="function"
)

REMOTE = Destination("speaker:latest", "https://far.example")


class OneFile:
    """An index with one function."""

    def __init__(
        self,
        *,
        relevant: bool = True,
        mode: SearchMode = SearchMode.HYBRID,
        embedded: int = 1,
        fully_scanned: bool = True,
    ) -> None:
        self.result = SearchResult(
            "", (Passage(LOGIN, 1, 1.0, 0.7),), mode, 1, embedded, relevant, fully_scanned=fully_scanned
        )

    def search(self, request: SearchRequest) -> SearchResult:
        return self.result

    def related_code(self, code: Chunk, top: int) -> SearchResult:
        return self.result

    def text_of(self, path: str) -> str | None:
        return LOGIN.text if path == "auth.py" else None

    def definition_of(self, name: str) -> str | None:
        return "auth.py:1" if name == "login" else None


class Speaker:
    """A generator that yields the given words, and may fail after them."""

    def __init__(
        self, words: Sequence[str], usage: Usage | None = None, failure: Exception | None = None, *, local: bool = True
    ) -> None:
        self.name = ModelName("test", "speaker")
        self.prompt_budget = 1000
        self.answer_tokens = 100
        self.destination = None if local else REMOTE
        self.prompts: list[Prompt] = []
        self.stopped = False
        self._words = words
        self._usage = usage or Usage(prompt_tokens=10, answer_tokens=2, answer_seconds=1.0)
        self._failure = failure

    async def generate(self, prompt: Prompt) -> AsyncGenerator[GenerationEvent, None]:
        self.prompts.append(prompt)
        try:
            for word in self._words:
                yield TextDelta(word)
            if self._failure:
                raise self._failure
            yield self._usage
        finally:
            self.stopped = True

    async def close(self) -> None:
        pass


def engine(
    index: OneFile, generator: Generator | Exception, notices: Sequence[str] = (), *, consent: bool = True
) -> CodeQueryEngine:
    async def choose() -> tuple[Generator, Sequence[str]]:
        if isinstance(generator, Exception):
            raise generator
        return generator, notices

    return CodeQueryEngine(index, index.text_of, choose, lambda _: consent, 8)


async def events_of(engine: CodeQueryEngine, question: str = "How does login work?") -> list[AnswerEvent]:
    return [event async for event in engine.ask(Query(question))]


async def answer_of(engine: CodeQueryEngine) -> Answer:
    last = (await events_of(engine))[-1]
    assert isinstance(last, AnswerReady)
    return last.answer


async def test_sources_come_first_then_text_then_the_checked_answer() -> None:
    events = await events_of(engine(OneFile(), Speaker(["It signs ", "the user [1]", " and flies [4]."])))
    assert isinstance(events[0], SourcesFound)
    assert [event.text for event in events if isinstance(event, TextDelta)] == [
        "It signs ",
        "the user [1]",
        " and flies [4].",
    ]
    last = events[-1]
    assert isinstance(last, AnswerReady)
    assert last.answer.text == "It signs the user [1] and flies."
    assert last.answer.struck == (4,)
    assert any("[4]" in notice for notice in last.answer.notices)


async def test_the_prompt_has_the_conversation_and_follow_ups_are_new() -> None:
    speaker = Speaker(["By a signature [1]."])
    history = (Turn("Where is `login` called?", "In `main` [2]."),)
    index = OneFile()
    events = [event async for event in engine(index, speaker).ask(Query("How does it work?", history=history))]
    assert "In `main`." in speaker.prompts[0].user
    last = events[-1]
    assert isinstance(last, AnswerReady)
    assert last.answer.follow_ups == ("What does `login` return?", "What can go wrong in `login`?")


async def test_an_explanation_uses_its_own_instruction() -> None:
    speaker = Speaker(["It signs [1]."])
    events = [event async for event in engine(OneFile(), speaker).explain(LOGIN)]
    last = events[-1]
    assert isinstance(last, AnswerReady)
    assert last.answer.question == "Explain `login` (auth.py:1-2)"
    assert "what to explain" in speaker.prompts[0].user
    assert [citation.number for citation in last.answer.citations] == [1]


async def test_the_trace_has_token_counts_and_timings() -> None:
    trace = (await answer_of(engine(OneFile(), Speaker(["x"])))).trace
    assert 0 < trace.prompt_tokens <= trace.prompt_budget == 1000
    assert trace.usage.prompt_tokens == 10
    assert {"total", "first word"} <= trace.timings.keys()


@pytest.mark.parametrize("question", ["", "  \n ", "a" * 100_000])
async def test_an_invalid_question_is_refused(question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        await events_of(engine(OneFile(), Speaker([])), question)
    assert caught.value.hint


async def test_a_question_too_long_for_the_prompt_is_refused_after_the_sources() -> None:
    with pytest.raises(QuestionError, match="no room"):
        await events_of(engine(OneFile(), Speaker([])), "a b" * (LONGEST_QUESTION // 3))


async def test_without_relevant_code_no_model_is_used() -> None:
    speaker = Speaker(["invented"])
    answer = await answer_of(engine(OneFile(relevant=False), speaker))
    assert answer.text == NOTHING_FOUND
    assert speaker.prompts == []


async def test_an_interrupted_answer_keeps_its_text_and_sources() -> None:
    interrupted = GeneratorInterruptedError("Ollama stopped.", "Ask again.")
    answer = await answer_of(engine(OneFile(), Speaker(["It signs [1]"], failure=interrupted)))
    assert answer.text == "It signs [1]"
    assert answer.failure == "Ollama stopped. Ask again."
    assert len(answer.sources) == 1


async def test_without_a_model_the_sources_remain() -> None:
    answer = await answer_of(engine(OneFile(), GeneratorUnreachableError("Ollama does not run.", "Start it.")))
    assert (answer.text, answer.failure) == ("", "Ollama does not run. Start it.")
    assert len(answer.sources) == 1


async def test_closing_the_events_stops_the_model() -> None:
    speaker = Speaker(["one", "two", "three"])
    async with aclosing(engine(OneFile(), speaker).ask(Query("How does login work?"))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert speaker.stopped


@pytest.mark.parametrize(
    ("index", "generator", "words"),
    [
        (OneFile(mode=SearchMode.KEYWORD, embedded=0), Speaker(["x"]), "nothing is embedded yet"),
        (OneFile(mode=SearchMode.KEYWORD), Speaker(["x"]), "still starting or busy"),
        (OneFile(embedded=0), Speaker(["x"]), "0% of the folder is embedded"),
        (OneFile(fully_scanned=False), Speaker(["x"]), "still reading"),
        (OneFile(), Speaker(["x"], Usage(prompt_cut=True)), "prompt was truncated"),
        (OneFile(), Speaker(["x"], Usage(stop_reason="length")), "token limit"),
        (OneFile(), Speaker(["call `invented_name()`"]), "possibly invented: `invented_name`"),
        (OneFile(), Speaker(["x"], local=False), "does not run on this machine"),
    ],
)
async def test_the_answer_has_a_notice_for_each_limit(index: OneFile, generator: Speaker, words: str) -> None:
    answer = await answer_of(engine(index, generator))
    assert any(words in notice for notice in answer.notices)


async def test_notices_about_the_choice_of_model_come_before_the_text() -> None:
    events = await events_of(engine(OneFile(), Speaker(["x"]), ["codellama is missing."]))
    kinds = [type(event) for event in events]
    assert kinds.index(Notice) < kinds.index(TextDelta)


async def test_without_consent_nothing_is_sent_and_the_sources_remain() -> None:
    speaker = Speaker(["It signs."], local=False)
    answer = await answer_of(engine(OneFile(), speaker, consent=False))
    assert speaker.prompts == []
    assert answer.needs_consent == REMOTE
    assert "Nothing was sent" in answer.failure
    assert "https://far.example" in answer.failure
    assert (len(answer.sources), answer.text, answer.notices) == (1, "", ())


async def test_an_explanation_needs_consent_too() -> None:
    speaker = Speaker(["It signs."], local=False)
    events = [event async for event in engine(OneFile(), speaker, consent=False).explain(LOGIN)]
    assert speaker.prompts == []
    assert isinstance(events[-1], AnswerReady)
    assert events[-1].answer.needs_consent == REMOTE


async def test_with_consent_a_notice_names_the_destination() -> None:
    answer = await answer_of(engine(OneFile(), Speaker(["It signs."], local=False)))
    assert (answer.failure, answer.needs_consent, answer.text) == ("", None, "It signs.")
    assert any("sent to https://far.example" in notice for notice in answer.notices)


async def test_a_local_model_needs_no_consent() -> None:
    assert (await answer_of(engine(OneFile(), Speaker(["It signs."]), consent=False))).text == "It signs."

"""The notifications about an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sourcewise import protocol
from sourcewise.domain.answer import (
    Answer,
    AnswerReady,
    ModelName,
    Notice,
    PromptProgress,
    SourcesFound,
    TextDelta,
    Trace,
    Usage,
)
from sourcewise.domain.search import SearchMode, SearchResult
from sourcewise.lsp.answer_stream import AnswerStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from sourcewise.domain.answer import AnswerEvent

SEARCH = SearchResult("why?", (), SearchMode.KEYWORD, 3, 1)
ANSWER = Answer("why?", "So.", ModelName("test", "speaker"), (), (), (), (), (), Trace(SEARCH, 0, 0, Usage(), {}))


class Events:
    """Yields events, and records whether it was closed."""

    def __init__(self, *events: AnswerEvent) -> None:
        self._events = events
        self.closed = False

    async def generate(self) -> AsyncGenerator[AnswerEvent, None]:
        try:
            for event in self._events:
                yield event
        finally:
            self.closed = True


def stream(sent: list[tuple[str, Any]]) -> AnswerStream:
    return AnswerStream("ask-1", lambda path: f"file:///{path}", lambda method, params: sent.append((method, params)))


async def test_each_event_is_a_notification_and_the_last_one_the_result() -> None:
    sent: list[tuple[str, Any]] = []
    events = Events(
        SourcesFound((), SEARCH),
        Notice("Slow."),
        PromptProgress(0.5),
        TextDelta("S"),
        TextDelta("o."),
        AnswerReady(ANSWER),
    )
    assert await stream(sent).send(events.generate()) is ANSWER
    assert [method for method, _ in sent] == [
        protocol.ANSWER_SOURCES.method,
        protocol.ANSWER_NOTICE.method,
        protocol.ANSWER_PROGRESS.method,
        protocol.ANSWER_DELTA.method,
        protocol.ANSWER_DELTA.method,
    ]
    assert {params.ask_id for _, params in sent} == {"ask-1"}
    assert [(params.seq, params.text) for method, params in sent if method == protocol.ANSWER_DELTA.method] == [
        (0, "S"),
        (1, "o."),
    ]
    assert events.closed


async def test_a_failing_notification_closes_the_events() -> None:
    def broken(_method: str, _params: object) -> None:
        raise ConnectionError

    events = Events(TextDelta("S"), AnswerReady(ANSWER))
    with pytest.raises(ConnectionError):
        await AnswerStream("ask-1", str, broken).send(events.generate())
    assert events.closed

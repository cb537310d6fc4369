"""Streams an answer to the editor: each event becomes a notification; the last one becomes the response."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from sourcewise import protocol
from sourcewise.domain.answer import AnswerReady, Notice, PromptProgress, SourcesFound, TextDelta
from sourcewise.lsp import convert

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from sourcewise.domain.answer import Answer, AnswerEvent
    from sourcewise.lsp.convert import UriOf


class AnswerStream:
    """Sends the notifications about one answer."""

    def __init__(self, ask_id: str, uri_of: UriOf, notify: Callable[[str, object], None]) -> None:
        """Take the parameters of all notifications; sends nothing.

        Args:
            ask_id: the ID chosen by the editor; every notification contains it.
            uri_of: returns the URI of a file by its path.
            notify: sends a method and its parameters to the editor.
        """
        self._ask_id = ask_id
        self._uri_of = uri_of
        self._notify = notify
        self._deltas = 0

    async def send(self, events: AsyncGenerator[AnswerEvent, None]) -> Answer:
        """Send a notification for each event, and return the answer of the last one.

        If the task is cancelled, it closes the events, which stops the language model.
        """
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerReady):
                    return event.answer
                self._notify(*self._notification(event))
        raise AssertionError("an answer ends with AnswerReady")

    def _notification(self, event: AnswerEvent) -> tuple[str, object]:
        """Return the method and the parameters for an event."""
        match event:
            case SourcesFound(sources, search):
                converted = convert.sources(self._uri_of, sources)
                found = protocol.AnswerSources(self._ask_id, converted, convert.coverage(search))
                return protocol.ANSWER_SOURCES.method, found
            case PromptProgress(fraction):
                return protocol.ANSWER_PROGRESS.method, protocol.AnswerProgress(self._ask_id, fraction)
            case Notice(message):
                return protocol.ANSWER_NOTICE.method, protocol.AnswerNotice(self._ask_id, message)
            case TextDelta(text):
                self._deltas += 1
                return protocol.ANSWER_DELTA.method, protocol.AnswerDelta(self._ask_id, self._deltas - 1, text)
        raise TypeError(f"{event!r} has no notification")

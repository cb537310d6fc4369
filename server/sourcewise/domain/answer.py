"""Values of an answer: sources, prompt, citations, its trace, and the events that it arrives in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.domain.search import Passage, SearchResult


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as an answer cites it: `[number]`.

    Attributes:
        preview: its first lines.
        truncated: True where the prompt had no room for all of its lines.
    """

    number: int
    passage: Passage
    preview: str
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a language model is sent.

    Attributes:
        tokens: estimated size; `budget` is what it had to fit in.
        sources: the sources whose lines it holds, in order.
    """

    system: str
    user: str
    tokens: int
    budget: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ModelName:
    """Which language model speaks, and through what (`ollama`, `embedded`, `sources`)."""

    runtime: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.runtime})"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a prompt goes that leaves this machine.

    Attributes:
        model: its full name, with the tag.
        host: the address that it runs at.
    """

    model: str
    host: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model counted.

    Attributes:
        prompt_cut: True where the runtime read fewer tokens than it was sent.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    prompt_seconds: float = 0.0
    answer_seconds: float = 0.0
    stop_reason: str = "stop"
    prompt_cut: bool = False


class CitationState(StrEnum):
    """What checking a citation found."""

    CURRENT = "current"
    CHANGED = "changed since it was indexed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Citation:
    """A `[number]` of an answer that names a source."""

    number: int
    state: CitationState


@dataclass(frozen=True, slots=True)
class Mention:
    """A back-quoted identifier of an answer.

    Attributes:
        location: `path:line` of its definition where the catalog knows it, else None.
    """

    name: str
    location: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer was made.

    Attributes:
        timings: stage to milliseconds.
    """

    search: SearchResult
    prompt_tokens: int
    prompt_budget: int
    usage: Usage
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """Text, its sources, and what was checked about them.

    Attributes:
        text: with citations that name no source struck out.
        struck: the numbers that were struck.
        notices: sentences that the reader must see (model missing, prompt cut, partly embedded, …).
        failure: why the text ends early, or an empty string where it is whole.
        follow_ups: questions that the reader may want to ask next.
        needs_consent: where the prompt would have gone if the user had allowed it; None if nothing was held back.
    """

    question: str
    text: str
    model: ModelName
    sources: tuple[Source, ...]
    citations: tuple[Citation, ...]
    struck: tuple[int, ...]
    mentions: tuple[Mention, ...]
    notices: tuple[str, ...]
    trace: Trace
    failure: str = ""
    follow_ups: tuple[str, ...] = ()
    needs_consent: Destination | None = None


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """The first event of an answer: what it will be made from."""

    sources: tuple[Source, ...]
    search: SearchResult


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the reader while the answer is made."""

    message: str


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """How much of the prompt the model has read, 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The last event: the checked answer."""

    answer: Answer


AnswerEvent = SourcesFound | Notice | PromptProgress | TextDelta | AnswerReady
GenerationEvent = PromptProgress | TextDelta | Usage

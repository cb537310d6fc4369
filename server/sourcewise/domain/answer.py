"""Values of an answer: sources, prompt, citations, trace, and the events of its stream."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.domain.search import Passage, SearchResult


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that an answer can cite as `[number]`.

    Attributes:
        number: counted from 1.
        passage: the passage.
        preview: its first lines.
        truncated: whether the prompt omits some of its lines for lack of room.
        match: the score of the passage as a share of the best, 0.01 to 1; it never rises from one source to the next.
    """

    number: int
    passage: Passage
    preview: str
    truncated: bool = False
    match: float = 1.0


@dataclass(frozen=True, slots=True)
class Prompt:
    """The prompt for a language model.

    Attributes:
        system: the system message.
        user: the user message: code, conversation, question and instruction.
        tokens: estimated size in tokens.
        budget: the limit for `tokens`.
        sources: the sources that the prompt contains, in order.
    """

    system: str
    user: str
    tokens: int
    budget: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ModelName:
    """The name of a language model and its runtime: `ollama`, `embedded`, or `sources` for no model."""

    runtime: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} ({self.runtime})"


@dataclass(frozen=True, slots=True)
class Destination:
    """The destination of a prompt that leaves this machine.

    Attributes:
        model: the full name of the model, with its tag.
        host: the address of the machine that runs it.
    """

    model: str
    host: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts and times that the model's runtime reported.

    Attributes:
        prompt_tokens: tokens of the prompt.
        answer_tokens: tokens of the answer.
        prompt_seconds: time to read the prompt.
        answer_seconds: time to generate the answer.
        stop_reason: why the model stopped: `stop`, or `length` at the token limit.
        prompt_cut: whether the runtime read fewer tokens than it was sent.
    """

    prompt_tokens: int = 0
    answer_tokens: int = 0
    prompt_seconds: float = 0.0
    answer_seconds: float = 0.0
    stop_reason: str = "stop"
    prompt_cut: bool = False


class CitationState(StrEnum):
    """The state of a cited source, compared with its current file."""

    CURRENT = "current"
    CHANGED = "changed since it was indexed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation `[number]` of a source, and the state of that source."""

    number: int
    state: CitationState


@dataclass(frozen=True, slots=True)
class Mention:
    """A back-quoted identifier of an answer.

    Attributes:
        name: the identifier.
        location: `path:line` of its definition or of a source line that contains it; None if unknown.
    """

    name: str
    location: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """How an answer was created.

    Attributes:
        search: the search for its sources.
        prompt_tokens: estimated size of the prompt.
        prompt_budget: the limit for `prompt_tokens`.
        usage: token counts of the model.
        timings: milliseconds by stage.
    """

    search: SearchResult
    prompt_tokens: int
    prompt_budget: int
    usage: Usage
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished and checked answer.

    Attributes:
        question: the question.
        text: the text, without citations of nonexistent sources.
        model: the model that wrote the text.
        sources: the passages found, best first.
        citations: the cited sources, with their state.
        struck: the numbers of the removed citations.
        mentions: the back-quoted identifiers in the text.
        notices: sentences to display with the answer, for example about a missing model or a truncated prompt.
        trace: how the answer was created.
        failure: why the text is incomplete, or an empty string.
        follow_ups: suggested next questions.
        needs_consent: the destination to which the prompt was not sent, for lack of consent; else None.
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
    """The first event of an answer: its sources and their search."""

    sources: tuple[Source, ...]
    search: SearchResult


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to display while the answer is generated."""

    message: str


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """The share of the prompt that the model has read, 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next part of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The last event of an answer: the checked answer."""

    answer: Answer


AnswerEvent = SourcesFound | Notice | PromptProgress | TextDelta | AnswerReady
GenerationEvent = PromptProgress | TextDelta | Usage

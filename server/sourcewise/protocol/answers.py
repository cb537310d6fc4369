"""Questions and answers: `sourcewise/ask`, `sourcewise/explain`, and what is told while an answer is made."""

from __future__ import annotations

from attrs import frozen

from sourcewise.domain.answer import CitationState
from sourcewise.protocol.places import EVERYTHING, Coverage, Place, Scope, Selection, Source


@frozen
class Turn:
    """A question that was asked before in the same conversation, and the text that answered it.

    Attributes:
        symbols: those of the sources that the answer cites.
    """

    question: str
    answer: str
    symbols: tuple[str, ...] = ()


@frozen
class AskParams:
    """A question.

    Attributes:
        ask_id: chosen by the client; every notification about the answer carries it.
        folder: URI of a workspace folder; may be left out where there is one only.
        scope: what the sources must come from; left out, the whole folder.
        selection: lines that the question is about; they are the first source.
        history: the conversation so far, oldest first.
    """

    question: str
    ask_id: str
    folder: str | None = None
    scope: Scope = EVERYTHING
    selection: Selection | None = None
    history: tuple[Turn, ...] = ()


@frozen
class ModelName:
    """Which language model answered, and through what (`ollama`, `embedded`, `sources`)."""

    runtime: str
    name: str


@frozen
class Destination:
    """A model on another machine that a question and code of a folder would be sent to.

    Attributes:
        folder: URI of the folder whose code it is.
        model: its full name, with the tag.
        host: the address that it runs at.
    """

    folder: str
    model: str
    host: str


@frozen
class Citation:
    """A `[number]` of the answer, and what checking it found."""

    number: int
    state: CitationState


@frozen
class Mention:
    """A back-quoted identifier of the answer; `place` is null where the code does not know it."""

    name: str
    place: Place | None


@frozen
class Usage:
    """What the model counted, in tokens and seconds.

    Attributes:
        prompt_cut: true where the runtime read fewer tokens than it was sent.
    """

    prompt_tokens: int
    answer_tokens: int
    prompt_seconds: float
    answer_seconds: float
    stop_reason: str
    prompt_cut: bool


@frozen
class Trace:
    """How an answer was made.

    Attributes:
        prompt_tokens: estimated size of the prompt, which had to fit in `prompt_budget`.
        timings: stage to milliseconds.
        dimensions: of the question's embedding, 0 where there is none; `vector` holds its first numbers.
    """

    search: Coverage
    prompt_tokens: int
    prompt_budget: int
    usage: Usage
    timings: dict[str, float]
    dimensions: int
    vector: tuple[float, ...]


@frozen
class AskResult:
    """The whole answer; what the notifications said before is contained in it.

    Attributes:
        text: with citations that name no source struck out; `struck` are their numbers.
        notices: sentences that the reader must see.
        failure: why the text ends early, or an empty string where it is whole.
        follow_ups: questions that the reader may want to ask next.
        needs_consent: set if nothing was sent to the model because it runs on another machine and the user has not
            allowed that; then ask the user, send `sourcewise/models/allow` and ask again.
    """

    ask_id: str
    text: str
    model: ModelName
    sources: tuple[Source, ...]
    citations: tuple[Citation, ...]
    struck: tuple[int, ...]
    mentions: tuple[Mention, ...]
    notices: tuple[str, ...]
    failure: str
    follow_ups: tuple[str, ...]
    trace: Trace
    needs_consent: Destination | None = None


@frozen
class AnswerSources:
    """What the answer will be made from; the first notification of an answer."""

    ask_id: str
    sources: tuple[Source, ...]
    search: Coverage


@frozen
class AnswerProgress:
    """How much of the prompt the model has read, 0 to 1."""

    ask_id: str
    fraction: float


@frozen
class AnswerDelta:
    """More text; `seq` counts from 0."""

    ask_id: str
    seq: int
    text: str


@frozen
class AnswerNotice:
    """A sentence for the reader while the answer is made."""

    ask_id: str
    message: str


@frozen
class ExplainParams:
    """What to explain; the answer is an `AskResult`, told of by the same notifications.

    Attributes:
        ask_id: as in `AskParams`.
        selection: lines to explain, or a cursor: then the symbol there is explained.
    """

    ask_id: str
    selection: Selection

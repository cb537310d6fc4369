"""Questions and answers: `sourcewise/ask`, `sourcewise/explain`, and the notifications during an answer."""

from __future__ import annotations

from attrs import frozen

from sourcewise.domain.answer import CitationState
from sourcewise.protocol.places import EVERYTHING, Coverage, Place, Scope, Selection, Source


@frozen
class Turn:
    """An earlier question in the same conversation, and its answer.

    Attributes:
        question: the question.
        answer: the text of the answer.
        symbols: the symbols of the cited sources; see `Passage`.
    """

    question: str
    answer: str
    symbols: tuple[str, ...] = ()


@frozen
class AskParams:
    """Asks a question about a folder.

    Attributes:
        question: the question, at most 20,000 characters.
        ask_id: ID chosen by the client; every notification about the answer contains it.
        folder: URI of a workspace folder; required if several are open.
        scope: the scope of the search for sources; the default is the whole folder.
        selection: lines that the question is about; they become the first source.
        history: the conversation so far, oldest turn first.
    """

    question: str
    ask_id: str
    folder: str | None = None
    scope: Scope = EVERYTHING
    selection: Selection | None = None
    history: tuple[Turn, ...] = ()


@frozen
class ModelName:
    """A language model.

    Attributes:
        runtime: the program that runs the model: `ollama`, `embedded`, or `sources` for no model.
        name: the name of the model.
    """

    runtime: str
    name: str


@frozen
class Destination:
    """A model on another machine, to which a question and code of a folder would be sent.

    Attributes:
        folder: URI of the folder.
        model: the full name of the model, with its tag.
        host: the address of the machine that runs it.
    """

    folder: str
    model: str
    host: str


@frozen
class Citation:
    """A citation `[number]` in the answer.

    Attributes:
        number: the number of the source.
        state: the state of the cited lines, compared with the current file.
    """

    number: int
    state: CitationState


@frozen
class Mention:
    """A back-quoted identifier in the answer.

    Attributes:
        name: the identifier.
        place: its definition or a source line that contains it; null if the code does not contain it.
    """

    name: str
    place: Place | None


@frozen
class Usage:
    """Token counts and times that the model's runtime reported.

    Attributes:
        prompt_tokens: tokens of the prompt.
        answer_tokens: tokens of the answer.
        prompt_seconds: seconds to read the prompt.
        answer_seconds: seconds to generate the answer.
        stop_reason: why the model stopped: `stop`, or `length` at the token limit.
        prompt_cut: whether the runtime truncated the prompt.
    """

    prompt_tokens: int
    answer_tokens: int
    prompt_seconds: float
    answer_seconds: float
    stop_reason: str
    prompt_cut: bool


@frozen
class Trace:
    """How an answer was created.

    Attributes:
        search: how its sources were found.
        prompt_tokens: estimated size of the prompt in tokens.
        prompt_budget: the limit for `prompt_tokens`.
        usage: token counts and times of the model.
        timings: milliseconds by stage.
        dimensions: dimensions of the question's embedding; 0 without one.
        vector: the first numbers of the question's embedding.
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
    """The complete answer. It includes the content of all notifications about it.

    Attributes:
        ask_id: as in `AskParams`.
        text: the text in Markdown, without citations of nonexistent sources.
        model: the model that wrote the text.
        sources: the passages found, best first.
        citations: the cited sources.
        struck: the numbers of the removed citations.
        mentions: the back-quoted identifiers in the text.
        notices: sentences to display with the answer.
        failure: why the text is incomplete, or an empty string.
        follow_ups: suggested next questions.
        trace: how the answer was created.
        needs_consent: set if nothing was sent to the model because it runs on another machine and the user has not
            allowed it. Ask the user, send `sourcewise/models/allow`, and ask again.
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
    """The sources of an answer; its first notification.

    Attributes:
        ask_id: as in `AskParams`.
        sources: the passages found, best first.
        search: how they were found.
    """

    ask_id: str
    sources: tuple[Source, ...]
    search: Coverage


@frozen
class AnswerProgress:
    """The progress of the model in reading the prompt.

    Attributes:
        ask_id: as in `AskParams`.
        fraction: the share of the prompt that the model has read, 0 to 1.
    """

    ask_id: str
    fraction: float


@frozen
class AnswerDelta:
    """The next part of the text.

    Attributes:
        ask_id: as in `AskParams`.
        seq: number of the part, from 0.
        text: the text to append.
    """

    ask_id: str
    seq: int
    text: str


@frozen
class AnswerNotice:
    """A notice to display while the answer is generated.

    Attributes:
        ask_id: as in `AskParams`.
        message: the notice, as a sentence.
    """

    ask_id: str
    message: str


@frozen
class ExplainParams:
    """Asks for an explanation of code. The notifications are those of `sourcewise/ask`.

    Attributes:
        ask_id: as in `AskParams`.
        selection: the lines to explain, or a cursor to explain the symbol there.
    """

    ask_id: str
    selection: Selection

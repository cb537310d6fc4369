"""Every message under `sourcewise/`, declared once: what the server, its tests and the editor's types are made from.

On the wire the names are camelCase. A field without a default is always sent; one with a default is left out where it
has that value. Lines count from 1 and both ends are included. Paths are relative to their folder, with `/`.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from sourcewise.model import CitationState, SearchMode, Stage  # noqa: TC001 - the fields' types are read at run time

USER_ERROR_CODE = -32010
"""The code of an error that the user can act on; its `data` is an `ErrorData`."""


@frozen
class ErrorData:
    """What comes with the message of a user error.

    Attributes:
        kind: name of the error's class, for example `IndexBusyError`.
        hint: one sentence that says what to do next, or an empty string.
    """

    kind: str
    hint: str


# --- places -----------------------------------------------------------------------------------------------


@frozen
class Place:
    """A line of a file."""

    path: str
    uri: str
    line: int


@frozen
class Passage:
    """Lines of a file that were found.

    Attributes:
        score: only its order means something.
        similarity: cosine with the question in [-1, 1]; null where no vector was compared.
        symbol: qualified name of the definition it holds or is a part of; empty for loose lines.
        reasons: why it was found, in words.
        preview: its first lines.
    """

    path: str
    uri: str
    start_line: int
    end_line: int
    score: float
    similarity: float | None
    symbol: str
    kind: str
    language: str
    reasons: tuple[str, ...]
    preview: str


@frozen
class Source(Passage):
    """A passage as an answer cites it: `[number]`.

    Attributes:
        truncated: true where the prompt had no room for all of its lines.
    """

    number: int
    truncated: bool


@frozen
class Coverage:
    """How a search was served.

    Attributes:
        chunks: how many the folder has; `embedded` of them had a vector when it was asked.
        relevant: false where nothing found is about the question.
    """

    mode: SearchMode
    chunks: int
    embedded: int
    relevant: bool


# --- sourcewise/ask ---------------------------------------------------------------------------------------


@frozen
class AskParams:
    """A question.

    Attributes:
        ask_id: chosen by the client; every notification about the answer carries it.
        folder: URI of a workspace folder; may be left out where there is one only.
    """

    question: str
    ask_id: str
    folder: str | None = None


@frozen
class ModelName:
    """Which language model answered, and through what (`ollama`, `embedded`, `sources`)."""

    runtime: str
    name: str


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
    trace: Trace


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


# --- sourcewise/search ------------------------------------------------------------------------------------


@frozen
class SearchParams:
    """A search without an answer.

    Attributes:
        folder: as in `AskParams`.
        limit: the most passages, 1 to 50; left out, the setting `retrieval.top`.
    """

    query: str
    folder: str | None = None
    limit: int | None = None


@frozen
class SearchResult:
    """The passages, best first."""

    passages: tuple[Passage, ...]
    search: Coverage


# --- sourcewise/index -------------------------------------------------------------------------------------


@frozen
class FolderState:
    """What the index of a folder is doing.

    Attributes:
        done: files while reading, chunks while embedding, of `total`.
        embedded: how many of the chunks have a vector.
        message: what went wrong and what to do about it, or an empty string.
    """

    uri: str
    stage: Stage
    done: int
    total: int
    files: int
    chunks: int
    embedded: int
    message: str


@frozen
class IndexState:
    """All folders at one moment; sent when something changed, at most a few times a second."""

    folders: tuple[FolderState, ...]


@frozen
class StatusParams:
    """Which folder; left out, all of them."""

    folder: str | None = None


@frozen
class FolderStatus(FolderState):
    """What an index holds.

    Attributes:
        vectors: how many vectors the embedded chunks have.
        cached: embeddings in the per-user cache, of all folders.
        model: the embedding model.
        state: `missing`, `partial` or `ready`.
        skipped: reason to number of files.
    """

    vectors: int
    cached: int
    model: str
    state: str
    skipped: dict[str, int]


@frozen
class StatusResult:
    """The folders that were asked for."""

    folders: tuple[FolderStatus, ...]


# --- the table of messages --------------------------------------------------------------------------------


@frozen
class Request:
    """A method that the server answers."""

    method: str
    params: type[Any]
    result: type[Any]


@frozen
class Notification:
    """A method that the server sends and nobody answers."""

    method: str
    params: type[Any]


ASK = Request("sourcewise/ask", AskParams, AskResult)
SEARCH = Request("sourcewise/search", SearchParams, SearchResult)
INDEX_STATUS = Request("sourcewise/index/status", StatusParams, StatusResult)
REQUESTS = (ASK, SEARCH, INDEX_STATUS)

ANSWER_SOURCES = Notification("sourcewise/answer/sources", AnswerSources)
ANSWER_PROGRESS = Notification("sourcewise/answer/progress", AnswerProgress)
ANSWER_DELTA = Notification("sourcewise/answer/delta", AnswerDelta)
ANSWER_NOTICE = Notification("sourcewise/answer/notice", AnswerNotice)
INDEX_STATE = Notification("sourcewise/index/state", IndexState)
NOTIFICATIONS = (ANSWER_SOURCES, ANSWER_PROGRESS, ANSWER_DELTA, ANSWER_NOTICE, INDEX_STATE)

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
class Selection:
    """What is selected in an editor, in the document as it is there, saved or not.

    Attributes:
        start_character: UTF-16 units from 0, like `end_character`; where both ends are the same place, it is a cursor.
    """

    uri: str
    start_line: int
    end_line: int
    start_character: int = 0
    end_character: int = 0


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
class Turn:
    """A question that was asked before in the same conversation, and the text that answered it."""

    question: str
    answer: str


@frozen
class AskParams:
    """A question.

    Attributes:
        ask_id: chosen by the client; every notification about the answer carries it.
        folder: URI of a workspace folder; may be left out where there is one only.
        paths: files and folders (these end in `/`) that the sources must come from; none means all.
        selection: lines that the question is about; they are the first source.
        history: the conversation so far, oldest first.
    """

    question: str
    ask_id: str
    folder: str | None = None
    paths: tuple[str, ...] = ()
    selection: Selection | None = None
    history: tuple[Turn, ...] = ()


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
        follow_ups: questions that the reader may want to ask next.
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


# --- sourcewise/explain -----------------------------------------------------------------------------------


@frozen
class ExplainParams:
    """What to explain; the answer is an `AskResult`, told of by the same notifications.

    Attributes:
        ask_id: as in `AskParams`.
        selection: lines to explain, or a cursor: then the symbol there is explained.
    """

    ask_id: str
    selection: Selection


# --- sourcewise/search ------------------------------------------------------------------------------------


@frozen
class SearchParams:
    """A search without an answer.

    Attributes:
        folder: as in `AskParams`.
        limit: the most passages, 1 to 50; left out, the setting `retrieval.top`.
        paths: as in `AskParams`.
    """

    query: str
    folder: str | None = None
    limit: int | None = None
    paths: tuple[str, ...] = ()


@frozen
class SimilarParams:
    """A search for code that does what the selected lines do; they themselves are not among the results.

    Attributes:
        limit: as in `SearchParams`.
    """

    selection: Selection
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
        paused: the user stopped the work; it waits.
        seconds_left: until this stage is done; null where nobody can tell.
        message: what went wrong and what to do about it, or an empty string.
    """

    uri: str
    stage: Stage
    done: int
    total: int
    paused: bool
    seconds_left: float | None
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


@frozen
class RebuildParams:
    """Which folder to read anew from the beginning; left out, all. Embeddings that are known are not made again."""

    folder: str | None = None


@frozen
class PauseParams:
    """Whether the work on all folders is to wait."""

    paused: bool


@frozen
class WhyParams:
    """A file to tell about."""

    uri: str


@frozen
class WhyResult:
    """Why a file is in the index, or not.

    Attributes:
        sentence: the whole answer for a person.
        rule: what keeps it out and where that stands, for example `*.log (.gitignore:3)`, or an empty string.
        chunks: how many it has in the index now.
    """

    path: str
    indexed: bool
    sentence: str
    rule: str
    chunks: int


# --- sourcewise/models ------------------------------------------------------------------------------------


@frozen
class ModelsParams:
    """Nothing needs to be said."""


@frozen
class LanguageModel:
    """A language model that is on this machine, or could be.

    Attributes:
        bytes: its size, as installed or as a download; 0 where nobody knows.
    """

    runtime: str
    name: str
    installed: bool
    bytes: int


@frozen
class ModelsResult:
    """Who would answer a question asked now, and who else could.

    Attributes:
        answering: runtime `sources` where no model would.
        problem: why it is not the wanted one, or an empty string; with its next step.
        ollama_runs: whether Ollama answers at its endpoint.
        wanted: the model that the settings name.
        models: all that are installed, the wanted one, and the one that Sourcewise runs itself.
    """

    answering: ModelName
    local: bool
    problem: str
    ollama_runs: bool
    endpoint: str
    wanted: str
    models: tuple[LanguageModel, ...]


@frozen
class PullParams:
    """A model to download; `$/cancelRequest` stops it, and asking again carries on.

    Attributes:
        pull_id: chosen by the client; every notification about the download carries it.
        runtime: `ollama`, or `embedded` for the one that Sourcewise runs itself.
    """

    pull_id: str
    runtime: str
    name: str


@frozen
class PullResult:
    """The model is there."""

    name: str


@frozen
class PullProgress:
    """How far a download is, in bytes; `total` is 0 where nobody knows."""

    pull_id: str
    message: str
    done: int
    total: int


# --- sourcewise/diagnose ----------------------------------------------------------------------------------


@frozen
class DiagnoseParams:
    """Nothing needs to be said."""


@frozen
class DiagnoseResult:
    """A report in Markdown that may be shown to others: without code, questions, user or folder names."""

    report: str


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
EXPLAIN = Request("sourcewise/explain", ExplainParams, AskResult)
SEARCH = Request("sourcewise/search", SearchParams, SearchResult)
SIMILAR = Request("sourcewise/similar", SimilarParams, SearchResult)
INDEX_STATUS = Request("sourcewise/index/status", StatusParams, StatusResult)
INDEX_REBUILD = Request("sourcewise/index/rebuild", RebuildParams, IndexState)
INDEX_PAUSE = Request("sourcewise/index/pause", PauseParams, IndexState)
INDEX_WHY = Request("sourcewise/index/why", WhyParams, WhyResult)
MODELS_LIST = Request("sourcewise/models/list", ModelsParams, ModelsResult)
MODELS_PULL = Request("sourcewise/models/pull", PullParams, PullResult)
DIAGNOSE = Request("sourcewise/diagnose", DiagnoseParams, DiagnoseResult)
REQUESTS = (
    ASK,
    EXPLAIN,
    SEARCH,
    SIMILAR,
    INDEX_STATUS,
    INDEX_REBUILD,
    INDEX_PAUSE,
    INDEX_WHY,
    MODELS_LIST,
    MODELS_PULL,
    DIAGNOSE,
)

ANSWER_SOURCES = Notification("sourcewise/answer/sources", AnswerSources)
ANSWER_PROGRESS = Notification("sourcewise/answer/progress", AnswerProgress)
ANSWER_DELTA = Notification("sourcewise/answer/delta", AnswerDelta)
ANSWER_NOTICE = Notification("sourcewise/answer/notice", AnswerNotice)
INDEX_STATE = Notification("sourcewise/index/state", IndexState)
MODELS_PROGRESS = Notification("sourcewise/models/progress", PullProgress)
NOTIFICATIONS = (ANSWER_SOURCES, ANSWER_PROGRESS, ANSWER_DELTA, ANSWER_NOTICE, INDEX_STATE, MODELS_PROGRESS)

"""The values that the rest of the house passes around: frozen, without behaviour that needs a library.

Paths are relative to the indexed folder, with `/` between the parts. Lines count from 1 and both ends are included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sourcewise.visible_text import visible

if TYPE_CHECKING:
    import os

    from sourcewise.errors import UserError

# --- files ------------------------------------------------------------------------------------------------


class SkipReason(StrEnum):
    """Why a file of the folder is not in the index."""

    IGNORED = "ignored"
    BINARY = "binary"
    TOO_LARGE = "too large"
    MINIFIED = "minified"
    GENERATED = "generated"
    SECRET = "secret"  # noqa: S105 - the name of a reason
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    SYMLINK = "symbolic link"
    VANISHED = "vanished"
    SPECIAL = "not a regular file"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What the file system says about a file without reading it.

    Attributes:
        size: in bytes.
        mtime_ns: last change, in nanoseconds since the epoch.
    """

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str, status: os.stat_result) -> FileStamp:
        """Return a stamp that fits the 64 bits of the database: times before 1677 and after 2262 wrap around."""
        return cls(path, _wrapped(status.st_size), _wrapped(status.st_mtime_ns))


def _wrapped(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file that belongs to the index.

    Attributes:
        text: decoded, with the line ends of the file.
        digest: hexadecimal BLAKE2b of the bytes, 32 characters.
    """

    stamp: FileStamp
    text: str
    language: str
    digest: str
    encoding: str = "utf-8"

    @property
    def path(self) -> str:
        """The path relative to the folder."""
        return self.stamp.path


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file (or, for `ignored`, possibly a whole folder, whose path ends in `/`) that stays out of the index.

    Attributes:
        detail: the rule and where it stands, for example `*.log (.gitignore:3)`.
    """

    stamp: FileStamp
    reason: SkipReason
    detail: str = ""

    @property
    def path(self) -> str:
        """The path relative to the folder."""
        return self.stamp.path


# --- chunks -----------------------------------------------------------------------------------------------


class _QuicklyPickled:
    """A frozen dataclass with slots whose pickles are made in half the time: thousands go from process to process."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


@dataclass(frozen=True, slots=True)
class Definition(_QuicklyPickled):
    """A named thing that code defines.

    Attributes:
        kind: `function`, `method`, `class`, `interface`, `struct`, `enum`, `trait`, `module`, `type`, `constant`,
            `macro`, `section`, …
        parents: names of the definitions around it, outermost first.
        signature: its head on one line, without the body.
        docstring: what is written about it, or an empty string.
    """

    name: str
    kind: str
    first_line: int
    last_line: int
    parents: tuple[str, ...] = ()
    signature: str = ""
    docstring: str = ""

    @property
    def qualified_name(self) -> str:
        """The name with its parents, joined by dots."""
        return ".".join((*self.parents, self.name))


@dataclass(frozen=True, slots=True)
class Chunk(_QuicklyPickled):
    """A span of one file, aligned to syntax.

    Attributes:
        id: hexadecimal, 32 characters; depends on path and content, not on line numbers, and is unique in the folder.
        position: 0-based place among the chunks of its file.
        total: how many chunks the file has.
        symbol: qualified name of the definition it holds or is a part of; empty for loose lines.
        kind: kind of that definition, `text` for loose lines.
        signature: head of that definition; what makes a later part of a split definition readable.
        definitions: all that begin inside the span.
    """

    id: str
    path: str
    first_line: int
    last_line: int
    text: str
    language: str
    position: int = 0
    total: int = 1
    symbol: str = ""
    kind: str = "text"
    signature: str = ""
    docstring: str = ""
    definitions: tuple[Definition, ...] = ()

    def overlaps(self, other: Chunk) -> bool:
        """Tell whether they share a line of one file."""
        same_file = self.path == other.path
        return same_file and self.first_line <= other.last_line and other.first_line <= self.last_line


# --- questions --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before in the same conversation, and the text that answered it.

    Attributes:
        symbols: what the sources that the answer cites define.
    """

    question: str
    answer: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search is narrowed to: all that is given holds, and of each list any one.

    Attributes:
        paths: files and folders that passages must come from.
        languages: of their files.
        kinds: of a definition that they hold or are a part of; see Definition.
        changed_since: a branch, a tag or a commit; their files must have changed since the work here left it.
    """

    paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    changed_since: str | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class ScopeChoices:
    """What a search of a folder can be narrowed to, besides its files and folders; the likeliest first."""

    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, and what it comes with.

    Attributes:
        scope: what its sources must come from.
        excerpt: lines that the question is about, as their editor shows them; they are the first source.
        history: the conversation so far, oldest first.
    """

    question: str
    scope: Scope = EVERYTHING
    excerpt: Chunk | None = None
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """What was spoken of before a question, as far as it may say what the question means.

    Attributes:
        text: its names and words.
        weight: how much a word of it counts beside a word of the question.
        meant: whether the question refers to it, so that an answer may have nothing but it.
    """

    text: str = ""
    weight: float = 0.0
    meant: bool = False


# --- retrieval --------------------------------------------------------------------------------------------


class SearchMode(StrEnum):
    """What served a search."""

    HYBRID = "keywords and vectors"
    KEYWORD = "keywords"
    VECTOR = "vectors"


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was retrieved for a question.

    Attributes:
        rank: from 1.
        score: fused score; only its order means something.
        similarity: cosine with the question in [-1, 1]; None where no vector was compared.
        reasons: why it is here, in words.
    """

    chunk: Chunk
    rank: int
    score: float
    similarity: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def location(self) -> str:
        """`path:first-last`, for a prompt or a person: what is invisible in the path is written out."""
        return f"{visible(self.chunk.path)}:{self.chunk.first_line}-{self.chunk.last_line}"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages for a question and how they were found.

    Attributes:
        embedded: chunks that had a vector when it was asked; `chunks` is how many there are.
        relevant: False where nothing found is about the question.
        timings: stage to milliseconds.
        question_vector: the dimensions and the first numbers of the question's embedding, for the trace.
        whole: False where the folder was still being read for the first time.
        by_words: ids of what words and names found, best first: the first to embed, while not everything is.
    """

    question: str
    passages: tuple[Passage, ...]
    mode: SearchMode
    chunks: int
    embedded: int
    relevant: bool = True
    timings: dict[str, float] = field(default_factory=dict)
    question_vector: tuple[int, tuple[float, ...]] | None = None
    whole: bool = True
    by_words: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """The share of chunks that have a vector, 0 to 1."""
        return self.embedded / self.chunks if self.chunks else 0.0


# --- answers ----------------------------------------------------------------------------------------------


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


# --- events -----------------------------------------------------------------------------------------------


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


# --- the index as a whole ---------------------------------------------------------------------------------


class Stage(StrEnum):
    """What an index is doing."""

    IDLE = "idle"
    SCANNING = "scanning"
    READING = "reading"
    RESTORING = "restoring vectors"
    FETCHING = "fetching the embedding model"
    SKIMMING = "skimming"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class IndexActivity:
    """What is being done with an index at one moment, and how much it holds.

    Attributes:
        done: as in IndexProgress, of `total`.
        paused: the work waits until the user says otherwise.
        seconds_left: until this stage is done; None where nobody can tell.
        embedded: how many of the chunks have their vectors.
        made: chunks that went through the model since the index was opened; `reused` got theirs from the cache.
        problem: what went wrong last, or None.
        notice: what else is to be said, or an empty string.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    paused: bool = False
    seconds_left: float | None = None
    files: int = 0
    chunks: int = 0
    embedded: int = 0
    made: int = 0
    reused: int = 0
    problem: UserError | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """Where an index run stands.

    Attributes:
        done: files while reading, chunks while embedding, bytes or packages while fetching; `total` likewise, 0 where
            nobody knows.
    """

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an index run did.

    Attributes:
        embedded: chunks that went through the model; `reused` got their vectors from the embedding cache.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    embedded: int = 0
    reused: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """A folder's index at one moment.

    Attributes:
        embedded: chunks that have their vectors for `model`; `vectors` is how many vectors those are.
        cached: embeddings in the per-user cache, of all folders.
        state: `missing`, `partial` (keyword search serves all, vectors a part) or `ready`.
        skipped: reason to number of files.
        bytes: what the index takes on the disk.
    """

    folder: str
    files: int
    chunks: int
    embedded: int
    vectors: int
    cached: int
    model: str
    state: str
    skipped: dict[str, int]
    bytes: int

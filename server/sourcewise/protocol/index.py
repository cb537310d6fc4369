"""What the index does and holds: `sourcewise/index/*`."""

from __future__ import annotations

from attrs import frozen

from sourcewise.domain.code import SkipReason
from sourcewise.domain.index_state import Stage


@frozen
class FolderState:
    """What the index of a folder is doing.

    Attributes:
        done: files while reading, chunks while embedding, of `total`.
        embedded: how many of the chunks have a vector.
        paused: the user stopped the work; it waits.
        seconds_left: until this stage is done; null if not known.
        message: what went wrong and what to do about it, or an empty string.
        notice: what else is to be said, such as why the work is slow, or an empty string.
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
    notice: str


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
        bytes: what the index takes on the disk.
    """

    vectors: int
    cached: int
    model: str
    state: str
    skipped: dict[str, int]
    bytes: int


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
    """Whether the work on all folders is to wait; it does until the opposite is asked for, also after a restart."""

    paused: bool


@frozen
class ChoicesParams:
    """Which folder; may be left out where there is one only."""

    folder: str | None = None


@frozen
class IndexChoices:
    """What a search can be narrowed to, besides files and folders; the likeliest first.

    Attributes:
        languages: that indexed files are in.
        kinds: of definitions, such as `class`; `text` is for loose lines.
        branches: of the repository, some of the latest.
    """

    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    branches: tuple[str, ...]


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


@frozen
class SkippedParams:
    """Which files to list that stay out of an index.

    Attributes:
        folder: left out, all of them.
        reason: only those that are out for it; left out, all.
        limit: how many of each reason at most; 0 to have them counted only.
    """

    folder: str | None = None
    reason: SkipReason | None = None
    limit: int = 1000


@frozen
class SkippedFile:
    """A file that stays out of the index, or a whole folder, whose path ends in `/`.

    Attributes:
        rule: what keeps it out and where that stands, as in `WhyResult`.
    """

    path: str
    uri: str
    reason: SkipReason
    rule: str


@frozen
class SkippedResult:
    """What stays out, by reason and path.

    Attributes:
        counts: reason to number of files, those beyond the limit included; the most first.
    """

    counts: dict[str, int]
    files: tuple[SkippedFile, ...]


@frozen
class ChunksParams:
    """A file whose chunks to show."""

    uri: str


@frozen
class IndexedChunk:
    """A chunk as the index has it.

    Attributes:
        symbol: qualified name of the definition it holds or is a part of; empty for loose lines.
        tokens: about how many its text has.
        vectors: how many it has; 0 until it is embedded.
        problem: why it cannot be embedded; empty where nothing speaks against it.
        preview: its first lines.
    """

    start_line: int
    end_line: int
    symbol: str
    kind: str
    tokens: int
    vectors: int
    problem: str
    preview: str


@frozen
class ChunksResult:
    """What a file is cut into.

    Attributes:
        sentence: why there are no chunks, for a person; empty where there are.
    """

    path: str
    chunks: tuple[IndexedChunk, ...]
    sentence: str

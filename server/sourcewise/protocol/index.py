"""The state and the contents of indexes: `sourcewise/index/*`."""

from __future__ import annotations

from attrs import frozen

from sourcewise.domain.code import SkipReason
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.index_state import Stage


@frozen
class FolderState:
    """The state of a folder's index.

    Attributes:
        uri: URI of the folder.
        stage: the current stage of the work.
        done: work done in this stage: files while reading, chunks while embedding, bytes while downloading the model.
        total: total work of this stage in the same unit; 0 if unknown.
        paused: whether the user paused indexing.
        seconds_left: estimated seconds until this stage is done; null if unknown.
        files: indexed files.
        chunks: chunks in the index.
        embedded: chunks that have vectors.
        message: the last error and the next step, or an empty string.
        notice: another notice, such as why indexing is slow, or an empty string.
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
    """The state of all open folders. The server sends it after each change, at most a few times a second.

    Attributes:
        folders: one entry for each open folder.
    """

    folders: tuple[FolderState, ...]


@frozen
class StatusParams:
    """Requests the status of indexes.

    Attributes:
        folder: URI of a workspace folder; the default is all folders.
    """

    folder: str | None = None


@frozen
class FolderStatus(FolderState):
    """The status of a folder's index.

    Attributes:
        vectors: vectors of the embedded chunks; a long chunk has several.
        cached: embeddings in the user's cache, for all folders.
        model: the embedding model.
        state: `missing`, `partial` (not all chunks have vectors) or `ready`.
        skipped: the number of skipped files by reason.
        bytes: size of the index on disk.
    """

    vectors: int
    cached: int
    model: str
    state: str
    skipped: dict[str, int]
    bytes: int


@frozen
class StatusResult:
    """The status of the requested folders.

    Attributes:
        folders: one entry for each requested folder.
    """

    folders: tuple[FolderStatus, ...]


@frozen
class RebuildParams:
    """Rebuilds indexes: reads all files again. Cached embeddings are reused.

    Attributes:
        folder: URI of a workspace folder; the default is all folders.
    """

    folder: str | None = None


@frozen
class PauseParams:
    """Pauses or resumes indexing of all folders. Pausing persists, even across restarts, until you resume.

    Attributes:
        paused: true to pause, false to resume.
    """

    paused: bool


@frozen
class ChoicesParams:
    """Requests the values that a search can be narrowed to.

    Attributes:
        folder: URI of a workspace folder; required if several are open.
    """

    folder: str | None = None


@frozen
class IndexChoices:
    """The values that a search can be narrowed to, besides files and folders; most likely first.

    Attributes:
        languages: languages of indexed files.
        kinds: kinds of definitions, such as `class`; `text` means lines outside definitions.
        roles: roles of indexed files.
        branches: recent branches of the repository.
    """

    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    roles: tuple[FileRole, ...]
    branches: tuple[str, ...]


@frozen
class WhyParams:
    """Asks why a file is indexed or not.

    Attributes:
        uri: URI of a file or folder.
    """

    uri: str


@frozen
class WhyResult:
    """Why a file is indexed or not.

    Attributes:
        path: path of the file, relative to its folder.
        indexed: whether the rules include the file.
        sentence: the answer as a sentence for display.
        rule: the rule that excludes the file and its location, for example `*.log (.gitignore:3)`, or an empty string.
        chunks: the current number of its chunks in the index.
    """

    path: str
    indexed: bool
    sentence: str
    rule: str
    chunks: int


@frozen
class SkippedParams:
    """Requests the skipped files, which are not indexed.

    Attributes:
        folder: URI of a workspace folder; the default is all folders.
        reason: list only files skipped for this reason; the default is all reasons.
        limit: the maximum number of files for each reason; 0 only counts them.
    """

    folder: str | None = None
    reason: SkipReason | None = None
    limit: int = 1000


@frozen
class SkippedFile:
    """A file that is not indexed. An ignored folder is one entry, whose path ends in `/`.

    Attributes:
        path: path relative to the folder.
        uri: URI of the file.
        reason: why the file is not indexed.
        rule: the rule and its location, as in `WhyResult`.
    """

    path: str
    uri: str
    reason: SkipReason
    rule: str


@frozen
class SkippedResult:
    """The skipped files.

    Attributes:
        counts: the number of files by reason, most frequent first; includes files beyond the limit.
        files: the files by reason, in the order of `counts`.
    """

    counts: dict[str, int]
    files: tuple[SkippedFile, ...]


@frozen
class ChunksParams:
    """Requests the chunks of a file.

    Attributes:
        uri: URI of the file.
    """

    uri: str


@frozen
class IndexedChunk:
    """A chunk in the index.

    Attributes:
        start_line: first line.
        end_line: last line.
        symbol: qualified name of the definition that the chunk contains or belongs to; empty outside definitions.
        kind: kind of that definition; `text` outside definitions.
        tokens: estimated number of tokens.
        vectors: number of vectors; 0 until the chunk is embedded.
        problem: why the chunk cannot be embedded; empty if it can be.
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
    """The chunks of a file.

    Attributes:
        path: path of the file, relative to its folder.
        chunks: the chunks, in order.
        sentence: why there are no chunks, as a sentence for display; empty if there are some.
    """

    path: str
    chunks: tuple[IndexedChunk, ...]
    sentence: str

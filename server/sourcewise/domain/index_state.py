"""Values that describe the contents and the activity of an index."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.errors import UserError


class Stage(StrEnum):
    """A stage of the work on an index."""

    IDLE = "idle"
    SCANNING = "scanning"
    READING = "reading"
    RESTORING = "restoring vectors"
    FETCHING = "fetching the embedding model"
    SUMMARIZING = "summarizing files"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class IndexActivity:
    """A snapshot of the work on an index, and of its size.

    Attributes:
        stage: the current stage.
        done: work done in this stage; see IndexProgress for the unit.
        total: total work of this stage.
        paused: whether the user paused indexing.
        seconds_left: estimated time until this stage is done; None if unknown.
        files: indexed files.
        chunks: chunks in the index.
        embedded: chunks that have vectors.
        made: chunks embedded by the model since the index was opened.
        reused: chunks that got their vectors from the cache since then.
        problem: the last error, or None.
        notice: another notice for the user, or an empty string.
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
    """The progress of a stage.

    Attributes:
        stage: the stage.
        done: files while reading, chunks while embedding, bytes or packages while downloading the model.
        total: the total in the same unit; 0 if unknown.
    """

    stage: Stage
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The result of an index update.

    Attributes:
        added: added files; likewise `changed`, `removed` and `unchanged`.
        embedded: chunks embedded by the model.
        reused: chunks that got their vectors from the embedding cache.
        seconds: the duration.
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
    """The status of a folder's index.

    Attributes:
        folder: the folder's path.
        files: indexed files.
        chunks: chunks in the index.
        embedded: chunks that have vectors of `model`.
        vectors: the number of those vectors; a long chunk has several.
        cached: embeddings in the user's cache, for all folders.
        model: the wanted embedding model.
        state: `missing`, `partial` (not all chunks have vectors, but keyword search covers all) or `ready`.
        skipped: the number of skipped files by reason.
        bytes: size of the index on disk.
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

"""Values that describe an index: what it holds, and what is being done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.errors import UserError


class Stage(StrEnum):
    """What an index is doing."""

    IDLE = "idle"
    SCANNING = "scanning"
    READING = "reading"
    RESTORING = "restoring vectors"
    FETCHING = "fetching the embedding model"
    SUMMARIZING = "summarizing files"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class IndexActivity:
    """What is being done with an index at one moment, and how much it holds.

    Attributes:
        done: as in IndexProgress, of `total`.
        paused: the work waits until the user says otherwise.
        seconds_left: until this stage is done; None if not known.
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
        done: files while reading, chunks while embedding, bytes or packages while fetching; `total` likewise, 0 if
            not known.
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

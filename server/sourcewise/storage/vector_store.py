"""Stores the vectors of chunks, and searches them by cosine similarity, in a process of its own.

That process runs Chroma, with a local folder or as the client of a server: importing it would block this process for a
second, its memory grows with the index, and a damaged graph can crash it. Hides that process and its crashes. It
handles one call at a time, so long work is split into short calls, and a question waits for at most one of them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypeVar

from sourcewise.errors import StorageError, VectorStoreCorruptError, WorkerDiedError, WorkerError
from sourcewise.processes.loopback import is_loopback
from sourcewise.processes.worker import Worker
from sourcewise.storage.chroma.folder import DATABASE
from sourcewise.storage.chroma.server import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from sourcewise.domain.code import Chunk

    Vector = NDArray[np.float32]
    Hits = list[tuple[str, float]]

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

# Larger calls would store vectors faster, but questions would wait longer.
_WINDOWS_PER_CALL = 32


class VectorStores:
    """The process for the vectors of all folders. It starts at the first use, and again after a crash."""

    def __init__(self, log_file: Path | None = None) -> None:
        """Describe the process; nothing is started.

        Args:
            log_file: where the process writes its log.
        """
        self._worker = Worker("sourcewise.storage.chroma.service:ChromaService", name="vector store", log_file=log_file)

    def open(self, folder: Path, server: str = "") -> VectorStore:
        """Return the vector store of a folder; nothing is opened before its first use.

        Args:
            folder: where the vectors are; created when needed.
            server: address of a Chroma server, `http://host:port`, that has the vectors instead; the folder then only
                records which of the server's collections are ours.
        """
        return VectorStore(self._worker, folder, server)

    def close(self) -> None:
        """End the process at once; stores that are still open are cut off as in a crash."""
        self._worker.close()


class VectorStore:
    """One folder's vectors, separate for each model. Thread-safe; for one process at a time, except on a server.

    Every method raises VectorStoreCorruptError when the vectors are damaged or gone (`reset` starts over) and
    StorageError when the disk, the server or the process fails.
    """

    def __init__(self, worker: Worker, folder: Path, server: str = "") -> None:
        """See VectorStores.open."""
        self._worker = worker
        self._folder = folder
        self._server = server

    @property
    def is_local(self) -> bool:
        """Whether the vectors, and the names of files and definitions stored with them, stay on this machine."""
        return not self._server or is_loopback(self._server)

    @property
    def is_missing(self) -> bool:
        """Whether no vector was stored since the last reset, judged by a file, without opening the store."""
        return not (self._folder / (IDENTITY if self._server else DATABASE)).is_file()

    def add(self, model: str, chunks: Sequence[tuple[Chunk, Vector]]) -> None:
        """Store the vectors of chunks, replacing their old ones.

        Args:
            model: name of the embedding model.
            chunks: each with an array of shape (windows, dimension).

        Raises:
            StorageError: the stored vectors of the model have another dimension.
        """
        for part in _portions(chunks, lambda item: len(item[1])):
            self._run("add", model, part)

    def update_metadata(self, model: str, chunks: Sequence[tuple[Chunk, int]]) -> None:
        """Store the current locations of chunks, each given with its number of windows."""
        for part in _portions(chunks, lambda item: item[1]):
            self._run("update_metadata", model, part)

    def remove(self, model: str, windows: Sequence[tuple[str, int]]) -> None:
        """Remove the vectors of chunks, given as ids with their number of windows; unknown ids are no error."""
        for part in _portions(windows, lambda item: item[1]):
            self._run("remove", model, part)

    def search(self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None) -> Hits:
        """Return the chunks nearest to a vector of shape (dimension,).

        Args:
            model: name of the embedding model; the result is empty if it has no vectors.
            vector: need not have unit length.
            limit: maximum number of chunks.
            chunk_ids: the only chunks to consider; a few hundred are compared exactly.

        Returns:
            Chunk id and cosine similarity, in [-1, 1], of its nearest window, best first.
        """
        hits: Hits = self._run("search", model, vector, limit, chunk_ids, urgent=True)
        return hits

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        """Return the chunks nearest to a chunk that has vectors, without itself; see search. Embeds nothing."""
        hits: Hits = self._run("neighbours", model, chunk_id, limit, urgent=True)
        return hits

    def count(self, model: str) -> int:
        """Return the number of vectors of this model."""
        number: int = self._run("count", model, urgent=True)
        return number

    def ids(self, model: str) -> set[str]:
        """Return the ids of all vectors of this model, as `chunk:window`."""
        found: set[str] = self._run("ids", model)
        return found

    def drop(self, model: str) -> None:
        """Remove all vectors of this model."""
        self._run("drop", model)

    def wasted(self, living: int) -> float:
        """Return the share of the search graph that removed vectors occupy, in [0, 1]; only a reset frees it.

        Args:
            living: the number of vectors of all models.
        """
        share: float = self._run("wasted", living)
        return share

    def compact(self) -> bool:
        """Free the disk space of large removals if that pays; questions wait meanwhile."""
        shrunk: bool = self._run("compact")
        return shrunk

    def close(self) -> None:
        """Close the folder; the next use opens it again."""
        if self._worker.running:
            self._call("close", self._folder, self._server, urgent=True)

    def reset(self) -> None:
        """Delete all vectors, however damaged, and start over."""
        self._run("reset")

    def _run(self, method: str, *arguments: Any, urgent: bool = False) -> Any:
        return self._call("run", self._folder, self._server, method, arguments, urgent=urgent)

    def _call(self, method: str, *arguments: Any, urgent: bool) -> Any:
        """Call the process; repeat a call whose process died, since every call may run twice without harm."""
        try:
            try:
                return self._worker.call(method, *arguments, urgent=urgent)
            except WorkerDiedError as error:
                logger.warning("%s The call for %s is repeated.", error.message, self._folder)
                return self._worker.call(method, *arguments, urgent=urgent)
        except WorkerDiedError as error:
            raise VectorStoreCorruptError(
                f"The stored vectors at {self._folder} are damaged (reading them crashed the process twice).",
                "Sourcewise restores them from the embedding cache.",
            ) from error
        except WorkerError as error:
            raise StorageError(error.message, error.hint) from error


def _portions(items: Sequence[Item], windows: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Split work into calls; an item with more windows than fit into one gets a call of its own."""
    portion: list[Item] = []
    size = 0
    for item in items:
        if portion and size + windows(item) > _WINDOWS_PER_CALL:
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += windows(item)
    if portion:
        yield portion

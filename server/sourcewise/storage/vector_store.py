"""The vectors of chunks, searched by cosine similarity: the door to a process of its own.

Chroma lives there, in a folder of this machine or as the client of a server: its import would stop this process for a
second, its memory grows with the index, and a damaged graph can end it. Hides that process, its end, and that it does
one thing at a time: long work is cut into short calls, so that a question waits for no more than one of them.
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

# Storing this many takes a moment; more at a time would be faster, and questions would wait longer.
_WINDOWS_A_CALL = 32


class VectorStores:
    """The process that the vectors of all folders are in. It is started at the first use, and anew after a crash."""

    def __init__(self, log_file: Path | None = None) -> None:
        """Describe the process; nothing is started.

        Args:
            log_file: where it writes its log.
        """
        self._worker = Worker("sourcewise.storage.chroma.service:ChromaService", name="vector store", log_file=log_file)

    def open(self, folder: Path, server: str = "") -> VectorStore:
        """Return the vectors of a folder; nothing is opened before it is used.

        Args:
            folder: where they are; it is made when it is needed.
            server: address of a Chroma server, `http://host:port`, that they are on instead; then the folder only says
                which of the server's collections are ours.
        """
        return VectorStore(self._worker, folder, server)

    def close(self) -> None:
        """End the process at once; what was not closed before is cut off as by a crash."""
        self._worker.close()


class VectorStore:
    """One folder's vectors, apart for every model. Thread-safe; one process at a time, except on a server.

    Every method raises VectorStoreCorruptError when the vectors are damaged or gone (`reset` starts anew) and
    StorageError when the disk, the server or the process fails.
    """

    def __init__(self, worker: Worker, folder: Path, server: str = "") -> None:
        """See VectorStores.open."""
        self._worker = worker
        self._folder = folder
        self._server = server

    @property
    def is_local(self) -> bool:
        """Whether the vectors, and with them names of files and definitions, stay on this machine."""
        return not self._server or is_loopback(self._server)

    @property
    def is_missing(self) -> bool:
        """Whether nothing has been stored since the last reset, as far as can be told without opening it."""
        return not (self._folder / (IDENTITY if self._server else DATABASE)).is_file()

    def add(self, model: str, chunks: Sequence[tuple[Chunk, Vector]]) -> None:
        """Store the vectors of chunks, in place of those they had.

        Args:
            model: name of the embedding model.
            chunks: each with an array of shape (windows, dimension).

        Raises:
            StorageError: the dimension is not the one that the model has had.
        """
        for part in _portions(chunks, lambda item: len(item[1])):
            self._run("add", model, part)

    def update_metadata(self, model: str, chunks: Sequence[tuple[Chunk, int]]) -> None:
        """Store where chunks are now, each with its number of windows."""
        for part in _portions(chunks, lambda item: item[1]):
            self._run("update_metadata", model, part)

    def remove(self, model: str, windows: Sequence[tuple[str, int]]) -> None:
        """Remove the vectors of chunks: ids, each with its number of windows; unknown ones are no error."""
        for part in _portions(windows, lambda item: item[1]):
            self._run("remove", model, part)

    def search(self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None) -> Hits:
        """Return the chunks nearest to a vector of shape (dimension,).

        Args:
            model: name of the embedding model; one without vectors finds nothing.
            vector: need not have unit length.
            limit: how many chunks at most.
            chunk_ids: ids of the only chunks to find; a few hundred are compared exactly.

        Returns:
            Chunk id and cosine similarity, in [-1, 1], of its nearest window, best first.
        """
        hits: Hits = self._run("search", model, vector, limit, chunk_ids, urgent=True)
        return hits

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        """Return the chunks nearest to one that has vectors, without itself; see search. Nothing is embedded."""
        hits: Hits = self._run("neighbours", model, chunk_id, limit, urgent=True)
        return hits

    def count(self, model: str) -> int:
        """Return how many vectors of this model there are."""
        number: int = self._run("count", model, urgent=True)
        return number

    def ids(self, model: str) -> set[str]:
        """Return the ids of all vectors of this model: `chunk:window`."""
        found: set[str] = self._run("ids", model)
        return found

    def drop(self, model: str) -> None:
        """Remove all vectors of this model."""
        self._run("drop", model)

    def wasted(self, living: int) -> float:
        """Return the share of the search graph that removed vectors take, in [0, 1]; only a reset gives it back.

        Args:
            living: how many vectors there are, of all models.
        """
        share: float = self._run("wasted", living)
        return share

    def compact(self) -> bool:
        """Give the disk what large removals left free, where that pays; questions wait meanwhile."""
        shrunk: bool = self._run("compact")
        return shrunk

    def close(self) -> None:
        """Close the folder; the next use opens it again."""
        if self._worker.running:
            self._call("close", self._folder, self._server, urgent=True)

    def reset(self) -> None:
        """Throw everything away, however damaged, and start anew."""
        self._run("reset")

    def _run(self, method: str, *arguments: Any, urgent: bool = False) -> Any:
        return self._call("run", self._folder, self._server, method, arguments, urgent=urgent)

    def _call(self, method: str, *arguments: Any, urgent: bool) -> Any:
        """Every call may be made twice without harm, so one whose process died in the middle is made again."""
        try:
            try:
                return self._worker.call(method, *arguments, urgent=urgent)
            except WorkerDiedError as error:
                logger.warning("%s The vectors of %s are asked again.", error.message, self._folder)
                return self._worker.call(method, *arguments, urgent=urgent)
        except WorkerDiedError as error:
            raise VectorStoreCorruptError(
                f"The stored vectors at {self._folder} are damaged (reading them ended the process twice).",
                "They are made again from the embedding cache.",
            ) from error
        except WorkerError as error:
            raise StorageError(error.message, error.hint) from error


def _portions(items: Sequence[Item], windows: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Cut work into calls; what has more windows than fit in one goes by itself."""
    portion: list[Item] = []
    size = 0
    for item in items:
        if portion and size + windows(item) > _WINDOWS_A_CALL:
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += windows(item)
    if portion:
        yield portion

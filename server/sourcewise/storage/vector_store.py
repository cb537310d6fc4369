"""The vectors of chunks in ChromaDB, searched by cosine similarity.

Hides ChromaDB: its slow import, its collections and batches, its errors, and what it does not notice itself. A
store that lost or scrambled its search graph answers wrongly or ends the process, so its files are
checked before it is opened.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
import threading
import uuid
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sourcewise.errors import SourcewiseError, StorageError, VectorStoreCorruptError
from sourcewise.storage import hnsw_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    from sourcewise.model import Chunk

    Vector = NDArray[np.float32]
    Metadata = Mapping[str, str | int]

_DATABASE = "chroma.sqlite3"
# Above Chroma's default of 100: a search here asks for 200 windows at a time.
_SEARCH_BREADTH = 200
# Up to this many chunks are compared one by one, which costs a millisecond for 20 of them.
_COMPARED_AT_MOST = 500
_DISK_FULL = re.compile(r"\(code: 13\)|no space left|disk is full|os error 28\b", re.IGNORECASE)
_NOT_WRITABLE = re.compile(
    r"\(code: (?:8|14|1032)\)|permission denied|read-only|readonly|os error (?:13|30)\b", re.IGNORECASE
)


class VectorStore:
    """One folder's vectors, a collection a model. Thread-safe; one process at a time.

    Nothing is opened before it is used. Every method raises VectorStoreCorruptError when the store is damaged (`reset`
    starts anew) and StorageError when the disk fails it.
    """

    def __init__(self, folder: Path) -> None:
        """Remember where the vectors are; the folder is made when it is needed."""
        self._folder = folder
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._collections: dict[str, Collection] = {}

    def add(self, model: str, chunks: Sequence[tuple[Chunk, Vector]]) -> None:
        """Store the vectors of chunks, in place of those they had.

        Args:
            model: name of the embedding model.
            chunks: each with an array of shape (windows, dimension).

        Raises:
            StorageError: the dimension is not the one that the model has had.
        """
        if not chunks:
            return
        ids = [f"{chunk.id}:{window}" for chunk, vectors in chunks for window in range(len(vectors))]
        metadata = [_metadata(chunk, window) for chunk, vectors in chunks for window in range(len(vectors))]
        rows = np.concatenate([vectors for _, vectors in chunks]).astype(np.float32)
        with self._translated():
            collection = self._collection_for(model, rows.shape[1])
            _note_windows(collection, max(len(vectors) for _, vectors in chunks))
            for part in self._batches(len(ids)):
                collection.upsert(ids=ids[part], embeddings=rows[part], metadatas=list(metadata[part]))

    def update_metadata(self, model: str, chunks: Sequence[tuple[Chunk, int]]) -> None:
        """Store where chunks are now, each with its number of windows."""
        ids = [f"{chunk.id}:{window}" for chunk, windows in chunks for window in range(windows)]
        metadata = [_metadata(chunk, window) for chunk, windows in chunks for window in range(windows)]
        with self._translated():
            collection = self._collection(model)
            if collection is not None:
                for part in self._batches(len(ids)):
                    collection.update(ids=ids[part], metadatas=list(metadata[part]))

    def remove(self, model: str, windows: Sequence[tuple[str, int]]) -> None:
        """Remove the vectors of chunks: ids, each with its number of windows; unknown ones are no error."""
        ids = [f"{chunk_id}:{window}" for chunk_id, count in windows for window in range(count)]
        with self._translated():
            collection = self._collection(model)
            if collection is not None:
                for part in self._batches(len(ids)):
                    collection.delete(ids=ids[part])

    def search(
        self, model: str, vector: Vector, limit: int, within: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return the chunks nearest to a vector of shape (dimension,).

        Args:
            model: name of the embedding model; one without vectors finds nothing.
            vector: need not have unit length.
            limit: how many chunks at most.
            within: ids of the only chunks to find; a few hundred are compared exactly.

        Returns:
            Chunk id and cosine similarity, in [-1, 1], of its nearest window, best first.
        """
        with self._translated():
            collection = self._collection(model)
            if collection is None or limit < 1:
                return []
            _check_dimension(model, collection, len(vector))
            if within is None or len(within) > _COMPARED_AT_MOST:
                return _nearest(collection, vector, limit, within)
            return _best(self._compared(collection, vector, within), limit)

    def neighbours(self, model: str, chunk_id: str, limit: int) -> list[tuple[str, float]]:
        """Return the chunks nearest to one that has vectors, without itself; see search. Nothing is embedded."""
        with self._translated():
            collection = self._collection(model)
            if collection is None or limit < 1:
                return []
            stored = collection.get(ids=_window_ids(collection, [chunk_id]), include=["embeddings"])
            if not stored["ids"]:
                return []
            mean = np.asarray(stored["embeddings"], dtype=np.float32).mean(axis=0)
            nearest = _nearest(collection, mean, limit + 1)
            return [(found, similarity) for found, similarity in nearest if found != chunk_id][:limit]

    def count(self, model: str) -> int:
        """Return how many vectors of this model there are."""
        with self._translated():
            collection = self._collection(model)
            return 0 if collection is None else collection.count()

    def ids(self, model: str) -> set[str]:
        """Return the ids of all vectors of this model: `chunk:window`."""
        with self._translated():
            collection = self._collection(model)
            return set() if collection is None else set(collection.get(include=[])["ids"])

    def drop(self, model: str) -> None:
        """Remove all vectors of this model."""
        with self._lock, self._translated():
            collection = self._collection(model)
            if collection is not None:
                self._opened().delete_collection(collection.name)
                del self._collections[model]

    def close(self) -> None:
        """Let go of the folder; the next use opens it again."""
        with self._lock:
            client, self._client = self._client, None
            self._collections.clear()
            if client is not None:
                with self._translated():
                    client.close()

    def reset(self) -> None:
        """Throw everything away, however damaged, and start anew."""
        with self._lock:
            with suppress(VectorStoreCorruptError):
                self.close()
            try:
                _throw_away(self._folder)
            except OSError as error:
                raise StorageError(
                    f"The damaged vectors at {self._folder} cannot be removed: {error}.",
                    "Close other programs that use the folder and remove it by hand.",
                ) from error

    def _opened(self) -> Client:
        with self._lock:
            if self._client is None:
                import chromadb  # noqa: PLC0415 - costs a second, and many commands need no vectors
                from chromadb.config import Settings  # noqa: PLC0415

                self._folder.mkdir(parents=True, exist_ok=True)
                _check_files(self._folder)
                settings = Settings(anonymized_telemetry=False)
                self._client = cast("Client", chromadb.PersistentClient(path=str(self._folder), settings=settings))
            return self._client

    def _collection(self, model: str) -> Collection | None:
        """Return the collection of this model if it exists; its dimension is known from its metadata."""
        with self._lock:
            client = self._opened()
            if model not in self._collections:
                names = [found.name for found in client.list_collections() if _about(found).get("model") == model]
                if not names:
                    return None
                self._collections[model] = client.get_collection(names[0], embedding_function=None)
            return self._collections[model]

    def _collection_for(self, model: str, dimension: int) -> Collection:
        with self._lock:
            collection = self._collection(model)
            if collection is not None:
                _check_dimension(model, collection, dimension)
                return collection
            self._collections[model] = self._opened().create_collection(
                _collection_name(model, dimension),
                metadata={"model": model, "dimension": dimension, "windows": 1},
                configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_BREADTH}},
                embedding_function=None,
            )
            return self._collections[model]

    def _batches(self, count: int) -> Iterator[slice]:
        size = self._opened().get_max_batch_size()
        return (slice(start, start + size) for start in range(0, count, size))

    def _compared(self, collection: Collection, vector: Vector, within: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Compare one by one: the graph would miss some of a small selection."""
        ids = _window_ids(collection, within)
        for part in self._batches(len(ids)):
            found = collection.get(ids=ids[part], include=["embeddings"])
            rows = np.asarray(found["embeddings"], dtype=np.float32).reshape(-1, len(vector))
            lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)
            similarities = np.divide(rows @ vector, lengths, out=np.zeros_like(lengths), where=lengths > 0)
            yield from zip(found["ids"], similarities.tolist(), strict=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        client = self._client
        try:
            yield
        except (SourcewiseError, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic of Chroma's Rust part is no Exception
            if client is not None and self._client is not client:
                raise StorageError(f"The vectors at {self._folder} were closed.", "Ask again.") from error
            raise self._meaning(error) from error

    def _meaning(self, error: BaseException) -> StorageError:
        text = str(error)
        if _DISK_FULL.search(text):
            return StorageError(
                f"The disk that holds {self._folder} is full.",
                "Free some space and run it again; nothing that was stored is lost.",
            )
        if _NOT_WRITABLE.search(text):
            return StorageError(
                f"{self._folder} cannot be written ({text}).", "Check that you may write to it and to its folder."
            )
        return _damaged(self._folder, text)


def _damaged(folder: Path, finding: str) -> VectorStoreCorruptError:
    return VectorStoreCorruptError(
        f"The stored vectors at {folder} are damaged ({finding}).", "They are made again from the embedding cache."
    )


# --- collections ------------------------------------------------------------------------------------------


def _collection_name(model: str, dimension: int) -> str:
    """Return a name that Chroma takes, readable and different for different models."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", model).strip("-")[:60] or "model"
    return f"{readable}-{dimension}-{hashlib.blake2b(model.encode(), digest_size=4).hexdigest()}"


def _about(collection: Collection) -> Mapping[str, Any]:
    return collection.metadata or {}


def _windows(collection: Collection) -> int:
    """Return the most windows that a chunk of this collection has had."""
    return int(_about(collection)["windows"])


def _note_windows(collection: Collection, windows: int) -> None:
    if windows > _windows(collection):
        collection.modify(metadata={**_about(collection), "windows": windows})


def _check_dimension(model: str, collection: Collection, dimension: int) -> None:
    stored = int(_about(collection)["dimension"])
    if stored != dimension:
        raise StorageError(
            f"The stored vectors of {model} have {stored} dimensions, the model now makes {dimension}.",
            "Rebuild the index, or choose the model that it was built with.",
        )


def _metadata(chunk: Chunk, window: int) -> Metadata:
    return {
        "source_file": chunk.path,
        "language": chunk.language,
        "chunk_id": chunk.id,
        "total_chunks": chunk.total,
        "start_line": chunk.first_line,
        "end_line": chunk.last_line,
        "symbol": chunk.symbol,
        "window": window,
    }


# --- search -----------------------------------------------------------------------------------------------


def _nearest(
    collection: Collection, vector: Vector, limit: int, within: Sequence[str] | None = None
) -> list[tuple[str, float]]:
    """Ask for more windows until they are of enough chunks."""
    ids = None if within is None else _window_ids(collection, within)
    total = collection.count() if ids is None else len(ids)
    wanted = min(2 * limit, total)
    while wanted:
        answer = collection.query(query_embeddings=[vector.tolist()], ids=ids, n_results=wanted, include=["distances"])
        distances = answer["distances"]
        assert distances is not None
        best = _best(zip(answer["ids"][0], (1 - distance for distance in distances[0]), strict=True), limit)
        if len(best) == limit or len(answer["ids"][0]) < wanted or wanted == total:
            return best
        wanted = min(4 * wanted, total)
    return []


def _window_ids(collection: Collection, chunk_ids: Sequence[str]) -> list[str]:
    """Return the ids of all windows that these chunks may have."""
    return [f"{chunk_id}:{window}" for chunk_id in dict.fromkeys(chunk_ids) for window in range(_windows(collection))]


def _best(windows: Iterator[tuple[str, float]], limit: int) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for vector_id, similarity in windows:
        chunk_id = vector_id.rsplit(":", 1)[0]
        best[chunk_id] = max(best.get(chunk_id, -1.0), min(1.0, similarity))
    return sorted(best.items(), key=lambda item: -item[1])[:limit]


# --- damage -----------------------------------------------------------------------------------------------


def _check_files(folder: Path) -> None:
    """Raise VectorStoreCorruptError where Chroma would open what it cannot use."""
    database = folder / _DATABASE
    if not database.is_file() or not database.stat().st_size:
        if any(folder.iterdir()):
            raise _damaged(folder, f"{_DATABASE} is missing")
        return
    # Chroma keeps a graph in a folder of its own once the collection has outgrown the log, and says so here.
    with closing(sqlite3.connect(database)) as connection:
        written = connection.execute(
            "SELECT id FROM segments WHERE scope = 'VECTOR' AND id IN (SELECT segment_id FROM max_seq_id)"
        ).fetchall()
    for (segment,) in written:
        if finding := hnsw_files.damage(folder / segment):
            raise _damaged(folder, finding)


def _throw_away(folder: Path) -> None:
    """Remove a folder in one step, so that a crash leaves all of it or nothing."""
    if not folder.exists():
        return
    aside = folder.with_name(f"{folder.name}.damaged-{uuid.uuid4().hex[:8]}")
    folder.rename(aside)
    if aside.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.unlink()

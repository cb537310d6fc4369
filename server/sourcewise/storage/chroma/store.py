"""Stores the vectors of chunks in Chroma collections, and searches them by cosine similarity.

Hides Chroma's collections, batches and windows. A `ChromaLocation` has the collections: a local folder or a server.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sourcewise.errors import SourcewiseError, VectorStoreCorruptError
from sourcewise.storage.chroma.collection import (
    best_windows,
    check_dimension,
    nearest_chunks,
    note_windows,
    window_ids,
    window_metadata,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    from sourcewise.domain.code import Chunk
    from sourcewise.errors import StorageError

    Vector = NDArray[np.float32]

# Above Chroma's default of 100, since a search here queries 200 windows at a time.
_SEARCH_BREADTH = 200
# Up to this many chunks are compared exactly, one by one, which takes a millisecond for 20 of them.
_COMPARED_AT_MOST = 500
# How many chunks one query names. SQLite takes 32,766 variables in a statement.
_NAMED_AT_MOST = 10_000


class ChromaLocation(Protocol):
    """The location of one folder's collections."""

    def open(self) -> Client:
        """Return a client.

        Raises:
            VectorStoreCorruptError: the existing files or collections cannot be used.
            StorageError: the location cannot be reached or created.
        """

    def close(self, client: Client) -> None:
        """Release the resources of a client."""

    def check(self) -> None:
        """Raise VectorStoreCorruptError if the opened files no longer exist."""

    def name_of(self, model: str) -> str:
        """Return the name of this model's collection."""

    def translated(self, error: BaseException) -> StorageError:
        """Return the error for the user that corresponds to an error of Chroma."""

    def delete_all(self) -> None:
        """Delete all collections of the folder, however damaged. No client may be open."""

    def wants_compacting(self) -> bool:
        """Return whether compacting would pay; cheap, and safe while collections are open."""

    def compact(self) -> None:
        """Free disk space. No client may be open."""

    def elements(self) -> int:
        """Return the number of vectors in the search graphs, including removed ones."""


class ChromaStore:
    """One folder's vectors, one collection per model; for one thread. VectorStore documents the methods."""

    def __init__(self, location: ChromaLocation) -> None:
        """Remember the location; nothing is opened before the first use."""
        self._location = location
        self._client: Client | None = None
        self._collections: dict[str, Collection] = {}

    def add(self, model: str, chunks: Sequence[tuple[Chunk, Vector]]) -> None:
        """See VectorStore.add."""
        if not chunks:
            return
        ids = [f"{chunk.id}:{window}" for chunk, vectors in chunks for window in range(len(vectors))]
        metadata = [window_metadata(chunk, window) for chunk, vectors in chunks for window in range(len(vectors))]
        rows = np.concatenate([vectors for _, vectors in chunks]).astype(np.float32)
        with self._translated():
            collection = self._collection_for(model, rows.shape[1])
            note_windows(collection, max(len(vectors) for _, vectors in chunks))
            for part in self._batches(len(ids)):
                collection.upsert(ids=ids[part], embeddings=rows[part], metadatas=list(metadata[part]))

    def update_metadata(self, model: str, chunks: Sequence[tuple[Chunk, int]]) -> None:
        """See VectorStore.update_metadata."""
        ids = [f"{chunk.id}:{window}" for chunk, windows in chunks for window in range(windows)]
        metadata = [window_metadata(chunk, window) for chunk, windows in chunks for window in range(windows)]
        with self._translated():
            collection = self._collection(model)
            if collection is not None:
                for part in self._batches(len(ids)):
                    collection.update(ids=ids[part], metadatas=list(metadata[part]))

    def remove(self, model: str, windows: Sequence[tuple[str, int]]) -> None:
        """See VectorStore.remove."""
        ids = [f"{chunk_id}:{window}" for chunk_id, count in windows for window in range(count)]
        with self._translated():
            collection = self._collection(model)
            if collection is not None:
                for part in self._batches(len(ids)):
                    collection.delete(ids=ids[part])

    def search(
        self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """See VectorStore.search."""
        with self._translated():
            collection = self._collection(model)
            if collection is None or limit < 1:
                return []
            check_dimension(model, collection, len(vector))
            if chunk_ids is None:
                return nearest_chunks(collection, vector, limit)
            if len(chunk_ids) > _COMPARED_AT_MOST:
                return self._nearest_of(collection, vector, limit, chunk_ids)
            return best_windows(self._compared(collection, vector, chunk_ids), limit)

    def neighbours(self, model: str, chunk_id: str, limit: int) -> list[tuple[str, float]]:
        """See VectorStore.neighbours."""
        with self._translated():
            collection = self._collection(model)
            if collection is None or limit < 1:
                return []
            stored = collection.get(ids=window_ids(collection, [chunk_id]), include=["embeddings"])
            if not stored["ids"]:
                return []
            mean = np.asarray(stored["embeddings"], dtype=np.float32).mean(axis=0)
            nearest = nearest_chunks(collection, mean, limit + 1)
            return [(found, similarity) for found, similarity in nearest if found != chunk_id][:limit]

    def count(self, model: str) -> int:
        """See VectorStore.count."""
        with self._translated():
            collection = self._collection(model)
            return 0 if collection is None else collection.count()

    def ids(self, model: str) -> set[str]:
        """See VectorStore.ids."""
        with self._translated():
            collection = self._collection(model)
            return set() if collection is None else set(collection.get(include=[])["ids"])

    def drop(self, model: str) -> None:
        """See VectorStore.drop."""
        with self._translated():
            collection = self._collection(model)
            if collection is not None:
                self._opened().delete_collection(collection.name)
                del self._collections[model]

    def wasted(self, living: int) -> float:
        """See VectorStore.wasted. The caller passes `living`, since Chroma would count vectors one by one."""
        with self._translated():
            self._opened()
            elements = self._location.elements()
        return max(0.0, 1 - living / elements) if elements else 0.0

    def compact(self) -> bool:
        """See VectorStore.compact. Closes the store only if compacting pays, since its graphs must be loaded again."""
        with self._translated():
            if not self._location.wants_compacting():
                return False
        self.close()
        with self._translated():
            self._location.compact()
        return True

    def close(self) -> None:
        """See VectorStore.close."""
        client, self._client = self._client, None
        self._collections.clear()
        if client is not None:
            with self._translated():
                self._location.close(client)

    def reset(self) -> None:
        """See VectorStore.reset."""
        with suppress(VectorStoreCorruptError):
            self.close()
        with self._translated():
            self._location.delete_all()

    def _opened(self) -> Client:
        try:
            self._location.check()
        except VectorStoreCorruptError:
            self.close()  # the client still has the deleted files open
            raise
        if self._client is None:
            self._client = self._location.open()
        return self._client

    def _collection(self, model: str) -> Collection | None:
        """Return the collection of this model if it exists; its dimension is known from its metadata."""
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - see ChromaFolder.open

        from sourcewise.storage.chroma.clients import without_embedding_functions  # noqa: PLC0415

        client = self._opened()
        if model not in self._collections:
            with suppress(NotFoundError):
                found = client.get_collection(self._location.name_of(model), embedding_function=None)
                self._collections[model] = without_embedding_functions(found)
        return self._collections.get(model)

    def _collection_for(self, model: str, dimension: int) -> Collection:
        collection = self._collection(model)
        if collection is not None:
            check_dimension(model, collection, dimension)
            return collection
        from sourcewise.storage.chroma.clients import without_embedding_functions  # noqa: PLC0415 - see ChromaFolder.open

        created = self._opened().create_collection(
            self._location.name_of(model),
            metadata={"model": model, "dimension": dimension, "windows": 1},
            configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_BREADTH}},
            embedding_function=None,
        )
        self._collections[model] = without_embedding_functions(created)
        return self._collections[model]

    def _batches(self, count: int) -> Iterator[slice]:
        size = max(1, self._opened().get_max_batch_size())
        return (slice(start, start + size) for start in range(0, count, size))

    def _nearest_of(
        self, collection: Collection, vector: Vector, limit: int, chunk_ids: Sequence[str]
    ) -> list[tuple[str, float]]:
        """Search these chunks only, in as many queries as it takes to name them."""
        parts = (chunk_ids[start : start + _NAMED_AT_MOST] for start in range(0, len(chunk_ids), _NAMED_AT_MOST))
        found = [hit for part in parts for hit in nearest_chunks(collection, vector, limit, part)]
        return sorted(found, key=lambda hit: -hit[1])[:limit]

    def _compared(
        self, collection: Collection, vector: Vector, chunk_ids: Sequence[str]
    ) -> Iterator[tuple[str, float]]:
        """Yield the cosine similarity of each window, compared exactly: the graph would miss some of a few chunks."""
        ids = window_ids(collection, chunk_ids)
        for part in self._batches(len(ids)):
            found = collection.get(ids=ids[part], include=["embeddings"])
            rows = np.asarray(found["embeddings"], dtype=np.float32).reshape(-1, len(vector))
            lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(vector)
            similarities = np.divide(rows @ vector, lengths, out=np.zeros_like(lengths), where=lengths > 0)
            yield from zip(found["ids"], similarities.tolist(), strict=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SourcewiseError, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic of Chroma's Rust code is not an Exception
            raise self._location.translated(error) from error

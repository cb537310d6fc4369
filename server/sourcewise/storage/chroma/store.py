"""The vectors of chunks as collections of Chroma, searched by cosine similarity.

Hides Chroma's collections, batches and windows. Where the collections are is the home's matter: in a folder of this
machine or on a server.
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

# Above Chroma's default of 100: a search here asks for 200 windows at a time.
_SEARCH_BREADTH = 200
# Up to this many chunks are compared one by one, which costs a millisecond for 20 of them.
_COMPARED_AT_MOST = 500
# How many chunks one query names. SQLite takes 32,766 variables in a statement.
_NAMED_AT_MOST = 10_000


class ChromaHome(Protocol):
    """Where the collections of one folder are."""

    def open(self) -> Client:
        """Return a client.

        Raises:
            VectorStoreCorruptError: there is something, and it cannot be used.
            StorageError: it cannot be reached or made.
        """

    def close(self, client: Client) -> None:
        """Release the resources of a client."""

    def check(self) -> None:
        """Raise VectorStoreCorruptError where what was opened is no longer there."""

    def name_of(self, model: str) -> str:
        """Return the name of this model's collection."""

    def meaning(self, error: BaseException) -> StorageError:
        """Return what an error of Chroma means to a user."""

    def throw_away(self) -> None:
        """Remove all collections of the folder, however damaged; nothing is open."""

    def wants_compacting(self) -> bool:
        """Return whether it would pay to give disk space back; cheap, and asked while collections are open."""

    def compact(self) -> None:
        """Give disk space back; nothing is open."""

    def elements(self) -> int:
        """Return how many vectors the search graphs hold, with those that were removed."""


class ChromaStore:
    """One folder's vectors, a collection a model; for one thread. See VectorStore, which says what the methods do."""

    def __init__(self, home: ChromaHome) -> None:
        """Remember where the vectors are; nothing is opened before it is used."""
        self._home = home
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
        """See VectorStore.wasted. Chroma would count them one by one."""
        with self._translated():
            self._opened()
            elements = self._home.elements()
        return max(0.0, 1 - living / elements) if elements else 0.0

    def compact(self) -> bool:
        """See VectorStore.compact. A search graph that is closed must be loaded again, so that is done last."""
        with self._translated():
            if not self._home.wants_compacting():
                return False
        self.close()
        with self._translated():
            self._home.compact()
        return True

    def close(self) -> None:
        """See VectorStore.close."""
        client, self._client = self._client, None
        self._collections.clear()
        if client is not None:
            with self._translated():
                self._home.close(client)

    def reset(self) -> None:
        """See VectorStore.reset."""
        with suppress(VectorStoreCorruptError):
            self.close()
        with self._translated():
            self._home.throw_away()

    def _opened(self) -> Client:
        try:
            self._home.check()
        except VectorStoreCorruptError:
            self.close()  # a client holds on to files that were deleted
            raise
        if self._client is None:
            self._client = self._home.open()
        return self._client

    def _collection(self, model: str) -> Collection | None:
        """Return the collection of this model if it exists; its dimension is known from its metadata."""
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - see ChromaFolder.open

        from sourcewise.storage.chroma.clients import without_embedding_functions  # noqa: PLC0415

        client = self._opened()
        if model not in self._collections:
            with suppress(NotFoundError):
                found = client.get_collection(self._home.name_of(model), embedding_function=None)
                self._collections[model] = without_embedding_functions(found)
        return self._collections.get(model)

    def _collection_for(self, model: str, dimension: int) -> Collection:
        collection = self._collection(model)
        if collection is not None:
            check_dimension(model, collection, dimension)
            return collection
        from sourcewise.storage.chroma.clients import without_embedding_functions  # noqa: PLC0415 - see ChromaFolder.open

        made = self._opened().create_collection(
            self._home.name_of(model),
            metadata={"model": model, "dimension": dimension, "windows": 1},
            configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_BREADTH}},
            embedding_function=None,
        )
        self._collections[model] = without_embedding_functions(made)
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
        """Compare one by one: the graph would miss some of a small selection."""
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
        except BaseException as error:  # a panic of Chroma's Rust part is no Exception
            raise self._home.meaning(error) from error

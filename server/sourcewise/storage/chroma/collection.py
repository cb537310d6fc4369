"""The Chroma collection of one model: its name, its metadata, and a search for chunks among its windows."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from sourcewise.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    from sourcewise.domain.code import Chunk

    Vector = NDArray[np.float32]
    Metadata = Mapping[str, str | int]

# Far more than any chunk has. A server that reports more would make Sourcewise list them all.
_MOST_WINDOWS = 10_000


def collection_name(model: str) -> str:
    """Return a readable name that Chroma accepts and that is different for each model."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", model).strip("-")[:60] or "model"
    return f"{readable}-{hashlib.blake2b(model.encode(), digest_size=4).hexdigest()}"


def _metadata_of(collection: Collection) -> Mapping[str, Any]:
    return collection.metadata or {}


def _windows(collection: Collection) -> int:
    """Return the highest number of windows that a chunk of this collection has had."""
    windows = int(_metadata_of(collection)["windows"])
    if not 1 <= windows <= _MOST_WINDOWS:
        raise StorageError(
            f"The Chroma collection {collection.name} has an impossible number of vectors for a chunk: {windows}.",
            "Rebuild the index.",
        )
    return windows


def note_windows(collection: Collection, windows: int) -> None:
    """Record a chunk's number of windows if it is the highest of this collection so far."""
    if windows > _windows(collection):
        collection.modify(metadata={**_metadata_of(collection), "windows": windows})


def check_dimension(model: str, collection: Collection, dimension: int) -> None:
    """Raise StorageError if the vectors of the collection have another dimension."""
    stored = int(_metadata_of(collection)["dimension"])
    if stored != dimension:
        raise StorageError(
            f"The stored vectors of {model} have {stored} dimensions, but the model now returns {dimension}.",
            "Rebuild the index, or choose the model with which it was built.",
        )


def window_metadata(chunk: Chunk, window: int) -> Metadata:
    """Return the metadata that is stored with a window of a chunk."""
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


def nearest_chunks(
    collection: Collection, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None
) -> list[tuple[str, float]]:
    """Return the chunks nearest to a vector, best first, with their cosine similarity.

    Args:
        collection: of the model.
        vector: of shape (dimensions,).
        limit: the number of chunks at most.
        chunk_ids: the chunks to search, as many as one `where` may name; unknown ones are ignored. None searches all.
    """
    # `where` and not `ids`: the number of windows of a chunk is not known here, and Chroma fails with an internal error
    # if one of the ids does not exist.
    where: Any = None if chunk_ids is None else {"chunk_id": {"$in": list(chunk_ids)}}
    wanted = 2 * limit
    # Several windows may belong to one chunk, so ask for more windows until they belong to enough chunks.
    while True:
        answer = collection.query(
            query_embeddings=[vector.tolist()], where=where, n_results=wanted, include=["distances"]
        )
        distances = answer["distances"]
        assert distances is not None
        best = best_windows(zip(answer["ids"][0], (1 - distance for distance in distances[0]), strict=True), limit)
        if len(best) == limit or len(answer["ids"][0]) < wanted:
            return best
        wanted *= 4


def window_ids(collection: Collection, chunk_ids: Sequence[str]) -> list[str]:
    """Return the ids of all windows that these chunks may have."""
    return [f"{chunk_id}:{window}" for chunk_id in dict.fromkeys(chunk_ids) for window in range(_windows(collection))]


def best_windows(windows: Iterator[tuple[str, float]], limit: int) -> list[tuple[str, float]]:
    """Return the chunks of these windows with the cosine similarity of their best window, best first."""
    best: dict[str, float] = {}
    for vector_id, similarity in windows:
        chunk_id = vector_id.rsplit(":", 1)[0]
        best[chunk_id] = max(best.get(chunk_id, -1.0), min(1.0, similarity))
    return sorted(best.items(), key=lambda item: -item[1])[:limit]

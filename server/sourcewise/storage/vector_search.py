"""The interface for searching a folder's vectors, and its implementation for processes that do not own the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sourcewise.processes.rpc import RpcClient

    Vector = NDArray[np.float32]
    Hits = list[tuple[str, float]]

_ANSWER_SECONDS = 10.0


class VectorSearch(Protocol):
    """Searches vectors; see VectorStore."""

    def search(self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None) -> Hits:
        """Return ids of the chunks nearest to a vector, with their cosine similarity, best first."""

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        """Return the chunks nearest to a chunk that has vectors, without itself."""


class RemoteVectorSearch:
    """Searches the vectors of an index that another process owns. Thread-safe.

    Every method raises PeerGoneError when that process is gone, besides the errors of VectorStore.
    """

    def __init__(self, owner: RpcClient) -> None:
        """Remember the client of the owner; nothing is called yet."""
        self._owner = owner

    def search(self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None) -> Hits:
        """See VectorStore.search."""
        hits: Hits = self._owner.call("search", model, vector, limit, chunk_ids, timeout=_ANSWER_SECONDS)
        return hits

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        """See VectorStore.neighbours."""
        hits: Hits = self._owner.call("neighbours", model, chunk_id, limit, timeout=_ANSWER_SECONDS)
        return hits

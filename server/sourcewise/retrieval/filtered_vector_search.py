"""Vector search among the chunks that pass a filter.

The vector store has no filters: it searches all chunks, or a list of ids. This module chooses the faster way: a list of
a hundred thousand ids takes half a second, and so does a search for rare chunks among all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import Hits, Vector, VectorSearch

# Up to this many ids, a search by list is faster than a search among all.
_FEW = 10_000
# How many times more hits than the limit the first and the second search among all return, before a search by list.
_FIRST, _DEEPER = 4, 16


def nearest_chunks(
    vectors: VectorSearch, catalog: Catalog, model: str, vector: Vector, *, limit: int, chunk_filter: ChunkFilter
) -> Hits:
    """Return the nearest chunks that pass a filter; see VectorSearch.search.

    If few chunks pass, it searches only these. Otherwise it filters the nearest of all chunks, and once more four times
    as many if that promises enough hits; if too few pass, it searches by list after all.

    Args:
        vectors: of the folder.
        catalog: of the folder.
        model: name of the embedding model.
        vector: of shape (dimensions,).
        limit: the number of hits at most.
        chunk_filter: which chunks to search.
    """
    if not chunk_filter.narrows:
        return vectors.search(model, vector, limit)
    passing_ids = catalog.chunk_ids(chunk_filter, _FEW + 1)
    if len(passing_ids) > _FEW:
        for depth in (_FIRST * limit, _DEEPER * limit):
            nearest = vectors.search(model, vector, depth)
            passing = catalog.passing([chunk_id for chunk_id, _ in nearest], chunk_filter)
            hits = [hit for hit in nearest if hit[0] in passing]
            if len(hits) >= limit or len(nearest) < depth:
                return hits[:limit]
            if len(hits) * _DEEPER < limit * _FIRST:
                break
        passing_ids = catalog.chunk_ids(chunk_filter)
    return vectors.search(model, vector, limit, passing_ids)

"""Vector search among the chunks that pass a filter.

The vector store has no filters: it searches all chunks, or a list of ids. This module chooses the faster method. A list
of a hundred thousand ids takes half a second; so does a search of all chunks if few of them pass the filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import Hits, Vector, VectorSearch

# Up to this many ids, searching a list is faster than searching all chunks.
_FEW = 10_000
# The first and the second search of all chunks return this many times the limit. After that, a list is searched.
_FIRST, _DEEPER = 4, 16


def nearest_chunks(
    vectors: VectorSearch, catalog: Catalog, model: str, vector: Vector, *, limit: int, chunk_filter: ChunkFilter
) -> Hits:
    """Return the nearest chunks that pass a filter, with their cosines; see VectorSearch.search.

    If few chunks pass, it searches only those. Otherwise it filters the nearest of all chunks, and then four times as
    many if that is likely to suffice. If too few pass, it searches the list of passing ids.

    Args:
        vectors: the folder's vectors.
        catalog: the folder's catalog.
        model: name of the embedding model.
        vector: the query's vector, of shape (dimensions,).
        limit: the maximum number of hits.
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

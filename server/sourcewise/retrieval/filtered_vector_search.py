"""The chunks nearest to a question among those that pass a filter.

The vector store knows nothing of filters: it looks at everything, or at what is named to it. Hides which of the two is
quicker: to name a hundred thousand chunks takes half a second, and so does looking for rare ones among all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.vector_search import Hits, Vector, VectorSearch

# Up to so many chunks it takes less to name them than to look for them.
_FEW = 10_000
# How many times more than what is within is looked at, first and then, before all that passes is named.
_FIRST, _DEEPER = 4, 16


def nearest_chunks(
    vectors: VectorSearch, catalog: Catalog, model: str, vector: Vector, *, limit: int, within: ChunkFilter
) -> Hits:
    """Return the chunks nearest to a vector that pass; see VectorSearch.search.

    Where few pass, only these are compared. Else enough of them are looked for among the nearest of all, and once more
    among four times as many if that promises enough. What passes no more often than that is named after all.

    Args:
        vectors: of the folder.
        catalog: of the folder.
        model: name of the embedding model.
        vector: of shape (dimension,).
        limit: how many at most.
        within: what they must be like.
    """
    if not within.narrows:
        return vectors.search(model, vector, limit)
    named = catalog.chunk_ids(within, _FEW + 1)
    if len(named) > _FEW:
        for depth in (_FIRST * limit, _DEEPER * limit):
            nearest = vectors.search(model, vector, depth)
            passing = catalog.passing([chunk_id for chunk_id, _ in nearest], within)
            hits = [hit for hit in nearest if hit[0] in passing]
            if len(hits) >= limit or len(nearest) < depth:
                return hits[:limit]
            if len(hits) * _DEEPER < limit * _FIRST:
                break
        named = catalog.chunk_ids(within)
    return vectors.search(model, vector, limit, named)

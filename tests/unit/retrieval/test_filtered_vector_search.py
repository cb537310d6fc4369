"""The method by which the nearest chunks that pass a filter are found, on a real catalog with fake vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.retrieval import filtered_vector_search as module
from sourcewise.retrieval.filtered_vector_search import nearest_chunks
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.chunk_filter import ANY_CHUNK, ChunkFilter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sourcewise.storage.vector_search import Hits, Vector

MANY = 200
LIMIT = 4
QUESTION = np.ones(2, dtype=np.float32)


class FakeVectors:
    """A fake vector store: a chunk's id is its distance from the query. Records its searches."""

    def __init__(self) -> None:
        self.searches: list[int | str] = []

    def search(self, _model: str, _vector: Vector, limit: int, within: Sequence[str] | None = None) -> Hits:
        self.searches.append(limit if within is None else f"{len(within)} ids")
        among = (str(number) for number in range(MANY)) if within is None else sorted(within, key=int)
        return [(chunk_id, -float(chunk_id)) for chunk_id in among][:limit]

    def neighbours(self, _model: str, _chunk_id: str, _limit: int) -> Hits:
        raise AssertionError("not used here")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Chunks 0 to 199 in one file each: every second one is Python, the last hundred are in `far/`."""
    catalog = Catalog(tmp_path / "catalog.sqlite")
    for number in range(MANY):
        path = f"{'far' if number >= 100 else 'near'}/{number}"
        language = "go" if number % 2 else "python"
        chunk = Chunk(str(number), path, 1, 1, "x", language, kind="rare" if number % 8 == 0 else "text")
        catalog.replace_file(SourceFile(FileStamp(path, 0, 0), "", language, ""), [chunk])
    yield catalog
    catalog.close()


@pytest.mark.parametrize(
    ("chunk_filter", "found", "searches"),
    [
        (ANY_CHUNK, ["0", "1", "2", "3"], [4]),
        (ChunkFilter(("near/8", "far/150")), ["8", "150"], ["2 ids"]),
        (ChunkFilter(languages=("python",)), ["0", "2", "4", "6"], [16]),
        (ChunkFilter(kinds=("rare",)), ["0", "8", "16", "24"], [16, 64]),
        (ChunkFilter(("far/",)), ["100", "101", "102", "103"], [16, "100 ids"]),
        (ChunkFilter(paths=()), [], ["0 ids"]),
    ],
    ids=["any", "few", "most", "some", "only far ones", "none"],
)
def test_passing_chunks_are_found_by_the_fastest_method(
    catalog: Catalog,
    monkeypatch: pytest.MonkeyPatch,
    chunk_filter: ChunkFilter,
    found: list[str],
    searches: list[int | str],
) -> None:
    monkeypatch.setattr(module, "_FEW", 10)
    vectors = FakeVectors()
    hits = nearest_chunks(vectors, catalog, "model", QUESTION, limit=LIMIT, chunk_filter=chunk_filter)
    assert [chunk_id for chunk_id, _ in hits] == found
    assert vectors.searches == searches


def test_a_search_that_covered_all_chunks_is_not_repeated(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", 10)
    vectors = FakeVectors()
    hits = nearest_chunks(vectors, catalog, "model", QUESTION, limit=60, chunk_filter=ChunkFilter(kinds=("rare",)))
    assert len(hits) == MANY // 8
    assert vectors.searches == [240]

"""Which way the nearest chunks that pass a filter are found, on a real catalog and with vectors on a line."""

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


class Line:
    """Vectors of chunks whose number is how far they are; remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[int | str] = []

    def search(self, _model: str, _vector: Vector, limit: int, within: Sequence[str] | None = None) -> Hits:
        self.asked.append(limit if within is None else f"{len(within)} named")
        among = (str(number) for number in range(MANY)) if within is None else sorted(within, key=int)
        return [(chunk_id, -float(chunk_id)) for chunk_id in among][:limit]

    def neighbours(self, _model: str, _chunk_id: str, _limit: int) -> Hits:
        raise AssertionError("nobody asks for them here")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Chunks 0 to 199 in one file each: every second one is Python, the last hundred lie in `far/`."""
    catalog = Catalog(tmp_path / "catalog.sqlite")
    for number in range(MANY):
        path = f"{'far' if number >= 100 else 'near'}/{number}"
        language = "go" if number % 2 else "python"
        chunk = Chunk(str(number), path, 1, 1, "x", language, kind="rare" if number % 8 == 0 else "text")
        catalog.replace_file(SourceFile(FileStamp(path, 0, 0), "", language, ""), [chunk])
    yield catalog
    catalog.close()


@pytest.mark.parametrize(
    ("chunk_filter", "found", "asked"),
    [
        (ANY_CHUNK, ["0", "1", "2", "3"], [4]),
        (ChunkFilter(("near/8", "far/150")), ["8", "150"], ["2 named"]),
        (ChunkFilter(languages=("python",)), ["0", "2", "4", "6"], [16]),
        (ChunkFilter(kinds=("rare",)), ["0", "8", "16", "24"], [16, 64]),
        (ChunkFilter(("far/",)), ["100", "101", "102", "103"], [16, "100 named"]),
        (ChunkFilter(paths=()), [], ["0 named"]),
    ],
    ids=["any", "few", "most", "some", "only far ones", "none"],
)
def test_what_passes_is_found_by_the_quickest_way(
    catalog: Catalog,
    monkeypatch: pytest.MonkeyPatch,
    chunk_filter: ChunkFilter,
    found: list[str],
    asked: list[int | str],
) -> None:
    monkeypatch.setattr(module, "_FEW", 10)
    line = Line()
    hits = nearest_chunks(line, catalog, "model", QUESTION, limit=LIMIT, chunk_filter=chunk_filter)
    assert [chunk_id for chunk_id, _ in hits] == found
    assert line.asked == asked


def test_where_all_was_looked_at_there_is_no_more(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", 10)
    line = Line()
    hits = nearest_chunks(line, catalog, "model", QUESTION, limit=60, chunk_filter=ChunkFilter(kinds=("rare",)))
    assert len(hits) == MANY // 8
    assert line.asked == [240]

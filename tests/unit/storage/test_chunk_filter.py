"""A filter passes the same chunks in memory, one by one in the catalog, and as a list."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import Chunk, Definition, FileStamp, SourceFile
from sourcewise.storage import chunk_filter
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.chunk_filter import ANY_CHUNK, ChunkFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = {".py": "python", ".go": "go", ".md": "markdown"}
PLACES = ("src/a.py", "src/io/b.py", "src/io/c.go", "src2/c.py", "src.py", "docs/100%_é.md", "README.md")


def chunks_of(path: str) -> list[Chunk]:
    """Return a class with a method, a part of a long method, and loose lines."""
    language = next(name for suffix, name in LANGUAGES.items() if path.endswith(suffix))
    store, load = Definition("Store", "class", 1, 9), Definition("load", "method", 2, 9, ("Store",))
    return [
        Chunk(f"{path} 1", path, 1, 9, "shared class", language, kind="class", definitions=(store, load)),
        Chunk(f"{path} 2", path, 10, 19, "shared part", language, 1, kind="method"),
        Chunk(f"{path} 3", path, 20, 29, "shared lines", language, 2),
    ]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path_factory.mktemp("index") / "catalog.sqlite")
    for path in PLACES:
        chunks = chunks_of(path)
        catalog.replace_file(SourceFile(FileStamp(path, 0, 0), "", chunks[0].language, ""), chunks)
    yield catalog
    catalog.close()


PATHS = (None, (), ("src/",), ("src/io",), ("src.py", "src2/"), ("docs/100%_é.md",), ("no\udcfftext",), ("elsewhere/",))
SOME_LANGUAGES = ((), ("python",), ("go", "markdown"), ("rust",))
# The keys that the files get in an empty catalog.
KEYS = {path: key for key, path in enumerate(PLACES, 1)}
SOME_FILES = (None, {}, {path: KEYS[path] for path in ("src/a.py", "src/io/c.go", "README.md")})
KINDS = ((), ("class",), ("method",), ("text", "class"), ("enum",))


@pytest.mark.parametrize("few", [0, 10_000], ids=["asked one by one", "named"])
def test_a_filter_passes_the_same_chunks_in_memory_and_in_sql(
    catalog: Catalog, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk_filter, "_FEW", few)
    every = [chunk for path in PLACES for chunk in chunks_of(path)]
    defining = {f"{path} 1" for path in PLACES}
    for within in (ChunkFilter(*given) for given in itertools.product(PATHS, SOME_LANGUAGES, KINDS, SOME_FILES)):
        passing = {chunk.id for chunk in every if within.passes(chunk)}
        assert set(catalog.chunk_ids(within)) == passing, within
        assert catalog.passing([*(chunk.id for chunk in every), "unknown"], within) == passing, within
        assert {hit.chunk_id for hit in catalog.keywords.search(["shared"], 100, within)} == passing, within
        places = catalog.definitions.find(["load"], 100, within)
        assert {place.chunk_id for place in places} == passing & defining, within


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (ANY_CHUNK, {f"{path} {number}" for path in PLACES for number in (1, 2, 3)}),
        (ChunkFilter(paths=()), set()),
        (ChunkFilter(("src/io", "src.py"), ("python",), ("class",)), {"src/io/b.py 1", "src.py 1"}),
        (ChunkFilter(("src/a.py",), kinds=("method",)), {"src/a.py 1", "src/a.py 2"}),
        (ChunkFilter(("src/",), kinds=("class",), files={"src/a.py": 1, "README.md": 7}), {"src/a.py 1"}),
        (ChunkFilter(languages=("go",), kinds=("text", "method")), {f"src/io/c.go {number}" for number in (1, 2, 3)}),
    ],
)
def test_attributes_are_anded_and_their_values_ored(catalog: Catalog, within: ChunkFilter, expected: set[str]) -> None:
    assert set(catalog.chunk_ids(within)) == expected


def test_a_listing_has_at_most_the_limit(catalog: Catalog) -> None:
    assert len(catalog.chunk_ids(limit=5)) == len(catalog.chunk_ids(ChunkFilter(("src/",)), 5)) == 5

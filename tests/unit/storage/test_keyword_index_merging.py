"""Merging drops removed words from the index without changing results."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.storage import keyword_index
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = 12
CHUNKS = 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def catalog(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalog]:
    monkeypatch.setattr(keyword_index, "_LEAST_TO_MERGE", 100)
    monkeypatch.setattr(keyword_index, "_PAGES_A_STEP", 4)
    catalog = Catalog(path)
    for number in range(FILES):
        index(catalog, number)
    yield catalog
    catalog.close()


def index(catalog: Catalog, number: int) -> None:
    path = f"src/file{number}.py"
    file = SourceFile(FileStamp(path, 1, 1), "", "python", "0" * 32)
    catalog.replace_file(file, [chunk(path, number, position) for position in range(CHUNKS)])


def chunk(path: str, number: int, position: int) -> Chunk:
    words = " ".join(f"word{number * position * step % 5000}" for step in range(100))
    return Chunk(f"{number:016x}{position:016x}", path, 1, 2, f"everywhere rare{number} {words}", "python", position)


def index_pages(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        pages: int = connection.execute("SELECT count(*) FROM words_data").fetchone()[0]
    return pages


def test_removed_words_take_no_space_and_the_rest_is_found_as_before(catalog: Catalog, path: Path) -> None:
    catalog.remove_files([f"src/file{number}.py" for number in range(FILES - 2)])
    before, found = index_pages(path), catalog.keywords.search(["everywhere"], 1000)
    catalog.compact()
    assert index_pages(path) < before / 2
    assert catalog.keywords.search(["everywhere"], 1000) == found
    assert len(found) == 2 * CHUNKS
    assert not catalog.keywords.search(["rare1"], 10)
    catalog.verify()


def test_a_few_removed_chunks_are_not_worth_merging(catalog: Catalog, path: Path) -> None:
    catalog.remove_files(["src/file1.py"])
    before = index_pages(path)
    catalog.compact()
    assert index_pages(path) == before


def test_the_next_merge_waits_for_as_many_removed_chunks(catalog: Catalog, path: Path) -> None:
    catalog.remove_files([f"src/file{number}.py" for number in range(FILES // 2)])
    catalog.compact()
    for number in range(3):
        index(catalog, number)
    before = index_pages(path)
    catalog.compact()
    assert index_pages(path) == before
    catalog.remove_files([f"src/file{number}.py" for number in range(FILES)])
    catalog.compact()
    assert index_pages(path) < before / 2


def test_chunks_of_a_changed_file_count_as_removed(catalog: Catalog, path: Path) -> None:
    before = index_pages(path)
    for number in range(FILES):
        file = SourceFile(FileStamp(f"src/file{number}.py", 1, 2), "", "python", "1" * 32)
        catalog.replace_file(file, [])
    catalog.compact()
    assert index_pages(path) < before / 2

"""A catalog of version 2 gets bigrams for scripts without spaces, and nothing else in it changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from catalog_samples import MODEL, chunk, found, put

from sourcewise.folder_index.catalog_recovery import open_catalog
from sourcewise.paths import IndexPaths
from sourcewise.storage import keyword_index, keyword_upgrade
from sourcewise.storage.catalog import Catalog
from sourcewise.text.words import words_without_bigrams

if TYPE_CHECKING:
    from pathlib import Path

CHINESE = chunk("配置.py", "# 解析配置文件", docstring="读取设置")
JAPANESE = chunk("ja.py", "# 設定ファイルを読むload_config関数")
THAI = chunk("th.py", "# การตั้งค่าไฟล์")
ENGLISH = chunk("en.py", "def parse_config(): ...")
CHUNKS = [CHINESE, JAPANESE, THAI, ENGLISH]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a catalog as version 2 wrote it, with vectors for all chunks."""
    path = tmp_path / "catalog.sqlite"
    with monkeypatch.context() as patched:
        patched.setattr(keyword_index, "identifier_words", words_without_bigrams)
        patched.setattr(keyword_index, "marks_as_letters", str)
        catalog = Catalog(path)
        for each in CHUNKS:
            put(catalog, each.path, each)
        catalog.vectors.mark_stored(MODEL, [(each, 1) for each in CHUNKS])
        catalog.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    return path


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def assert_up_to_date(catalog: Catalog) -> None:
    for term, wanted in (
        ("配置", CHINESE),
        ("设置", CHINESE),
        ("読む", JAPANESE),
        ("load_config", JAPANESE),
        ("ค่า", THAI),
    ):
        assert found(catalog, term) == [wanted.id], term
    assert found(catalog, "parse_config") == [ENGLISH.id]
    assert found(catalog, "解析配置文件", "設定ファイルを読むload_config関数") == []
    assert catalog.counts(MODEL).embedded == len(CHUNKS)
    assert catalog.vectors.pending_ids(MODEL) == []


def test_an_upgrade_replaces_words_and_keeps_vectors(path: Path) -> None:
    catalog = Catalog(path)
    assert found(catalog, "文件") == []
    catalog.upgrade()
    assert_up_to_date(catalog)
    assert version(path) == 3
    catalog.close()


def test_the_owner_of_an_index_upgrades_it_when_it_opens(path: Path, tmp_path: Path) -> None:
    paths = IndexPaths(tmp_path)
    assert paths.catalog == path
    catalog, notice = open_catalog(tmp_path, paths)
    assert notice == ""
    assert_up_to_date(catalog)
    catalog.close()


def test_only_chunks_with_such_scripts_are_indexed_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []
    monkeypatch.setattr(keyword_index, "add_words", lambda _connection, key, _chunk: added.append(key))
    catalog = Catalog(path)
    catalog.upgrade()
    catalog.upgrade()
    assert added == [1, 2, 3]
    catalog.close()


def test_an_interrupted_upgrade_continues(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyword_upgrade, "_CHUNKS_PER_STEP", 2)
    catalog = Catalog(path)
    with monkeypatch.context() as patched:
        patched.setattr(keyword_upgrade, "changes_words", lambda text: text == THAI.text and 1 / 0)
        with pytest.raises(ZeroDivisionError):
            catalog.upgrade()
    catalog.close()
    assert version(path) == 3
    catalog = Catalog(path)
    catalog.upgrade()
    assert found(catalog, "ค่า") == [THAI.id]
    catalog.close()


def test_upgraded_chunks_are_removed_with_all_their_words(path: Path) -> None:
    catalog = Catalog(path)
    catalog.upgrade()
    catalog.remove_files([each.path for each in CHUNKS])
    with catalog._database.write() as connection:
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, words, row)")
        assert connection.execute("SELECT term FROM temp.terms").fetchall() == []
    catalog.close()


def test_a_catalog_that_cannot_be_written_is_searched_with_its_old_words(path: Path) -> None:
    catalog = Catalog(path, read_only=True)
    assert found(catalog, "parse_config") == [ENGLISH.id]
    assert catalog.counts(MODEL).chunks == len(CHUNKS)
    catalog.close()
    assert version(path) == 2


def test_a_new_catalog_needs_no_upgrade(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "new.sqlite")
    put(catalog, CHINESE.path, CHINESE)
    catalog.upgrade()
    assert found(catalog, "配置") == [CHINESE.id]
    catalog.close()
    assert version(tmp_path / "new.sqlite") == 3

"""Skipped files are recorded with their reasons, and replaced scan by scan."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from catalog_samples import chunk, found, put, skipped

from sourcewise.domain.code import SkipReason

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.storage.catalog import Catalog


def test_an_indexed_file_can_become_skipped_and_indexed_again(catalog: Catalog) -> None:
    body = chunk("a.py", "alpha")
    put(catalog, "a.py", body)
    catalog.skipped.record([skipped("a.py", SkipReason.SECRET, "AWS key in line 3")])
    assert catalog.chunks_of("a.py") == ()
    assert found(catalog, "alpha") == []
    assert catalog.skipped.all() == [skipped("a.py", SkipReason.SECRET, "AWS key in line 3")]
    assert catalog.known_files()["a.py"].reason is SkipReason.SECRET
    put(catalog, "a.py", body)
    assert catalog.skipped.all() == []
    assert found(catalog, "alpha") == [body.id]


def test_scan_skips_are_replaced_as_a_whole_and_content_skips_stay(catalog: Catalog) -> None:
    catalog.skipped.record([skipped("binary.py")])
    catalog.skipped.replace_scanned([skipped("a.log", SkipReason.IGNORED), skipped("big.py", SkipReason.TOO_LARGE)])
    catalog.skipped.replace_scanned([skipped("big.py", SkipReason.TOO_LARGE), skipped("link", SkipReason.SYMLINK)])
    assert [file.path for file in catalog.skipped.all()] == ["big.py", "binary.py", "link"]
    assert list(catalog.known_files()) == ["binary.py"]
    assert catalog.skipped.counts() == {SkipReason.BINARY: 1, SkipReason.SYMLINK: 1, SkipReason.TOO_LARGE: 1}


def test_an_indexed_file_that_a_scan_skips_loses_its_chunks_and_stays_recorded(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "alpha"))
    catalog.skipped.replace_scanned([skipped("a.py", SkipReason.IGNORED)])
    catalog.remove_files(["a.py"])
    assert found(catalog, "alpha") == []
    assert [file.path for file in catalog.skipped.all()] == ["a.py"]


def test_an_unchanged_scan_writes_nothing(catalog: Catalog, path: Path) -> None:
    snapshot = [
        skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:3)"),
        skipped("caf\udce9", SkipReason.UNREADABLE),
    ]
    catalog.skipped.replace_scanned(snapshot)
    observer = sqlite3.connect(path)
    before = observer.execute("PRAGMA data_version").fetchone()
    catalog.skipped.replace_scanned(snapshot)
    assert observer.execute("PRAGMA data_version").fetchone() == before
    catalog.skipped.replace_scanned(snapshot[:1])
    assert observer.execute("PRAGMA data_version").fetchone() != before
    observer.close()


def test_a_part_of_the_folder_has_its_own_files_and_skips(catalog: Catalog) -> None:
    for path in ("src/a.py", "src.py", "src-old/a.py", "b.py"):
        put(catalog, path, chunk(path, "alpha"))
    catalog.skipped.replace_scanned(
        [skipped(path, SkipReason.IGNORED) for path in ("src/out/", "src/x.log", "lib/", "x.log")]
    )
    assert sorted(catalog.known_files(["src", "b.py", "never"])) == ["b.py", "src/a.py"]
    assert catalog.known_files([]) == {}
    catalog.skipped.replace_scanned([skipped("src/new.log", SkipReason.IGNORED)], ["src", "lib"])
    assert [file.path for file in catalog.skipped.all()] == ["src/new.log", "x.log"]


def test_a_skipped_file_that_only_grew_writes_nothing(catalog: Catalog, path: Path) -> None:
    catalog.skipped.replace_scanned([skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:3)")])
    observer = sqlite3.connect(path)
    before = observer.execute("PRAGMA data_version").fetchone()
    catalog.skipped.replace_scanned([skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:3)", mtime_ns=2)])
    assert observer.execute("PRAGMA data_version").fetchone() == before
    catalog.skipped.replace_scanned([skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:4)", mtime_ns=2)])
    assert observer.execute("PRAGMA data_version").fetchone() != before
    observer.close()


def test_a_file_name_that_is_not_text_is_recorded_escaped(catalog: Catalog) -> None:
    catalog.skipped.replace_scanned([skipped("caf\udce9.py", SkipReason.UNREADABLE)])
    assert [file.path for file in catalog.skipped.all()] == [r"caf\udce9.py"]

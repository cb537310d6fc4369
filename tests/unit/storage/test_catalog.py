"""A catalog keeps files and chunks consistent through changes, threads, full disks and damage."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from catalog_samples import MODEL, chunk, found, put, skipped, source

from sourcewise.domain.code import Definition, FileStamp, SkipReason
from sourcewise.errors import CatalogCorruptError, StorageError
from sourcewise.storage.catalog import Catalog, IndexCounts, KnownFile

if TYPE_CHECKING:
    from pathlib import Path


# --- files and chunks -------------------------------------------------------------------------------------


def test_a_file_and_its_chunks_are_returned_as_stored(catalog: Catalog) -> None:
    definition = Definition("load", "method", 2, 3, ("Store",), "def load(self) -> str", "Read it.")
    first = chunk("a.py", "class Store:\n", symbol="Store", kind="class", position=0, total=2)
    second = chunk("a.py", "def load(self): ...", 2, position=1, total=2, definitions=(definition, definition))
    put(catalog, "a.py", first, second)
    assert catalog.chunks_of("a.py") == (first, second)
    assert catalog.chunks([second.id, "nowhere", first.id]) == {second.id: second, first.id: first}
    assert set(catalog.chunk_ids()) == {first.id, second.id}
    file = source("a.py", first.text + "\n" + second.text)
    assert catalog.known_files() == {"a.py": KnownFile(file.stamp.size, 1, file.digest, None)}


def test_stored_files_are_there_after_reopening(path: Path) -> None:
    first = Catalog(path)
    put(first, "a.py", chunk("a.py", "x = 1"))
    first.set_meta("folder", "/somewhere")
    first.close()
    second = Catalog(path)
    assert second.chunks_of("a.py") == (chunk("a.py", "x = 1"),)
    assert (second.get_meta("folder"), second.get_meta("other")) == ("/somewhere", None)
    second.close()


def test_any_number_of_chunks_can_be_requested(catalog: Catalog) -> None:
    chunks = [chunk("a.py", f"x{n} = {n}", n + 1, position=n, total=2000) for n in range(2000)]
    put(catalog, "a.py", *chunks)
    ids = [part.id for part in chunks] + [f"{n:032x}" for n in range(40_000)]
    assert list(catalog.chunks(ids)) == [part.id for part in chunks]


def test_a_replaced_file_has_only_its_new_chunks(catalog: Catalog) -> None:
    kept, gone, new = (chunk("a.py", text) for text in ("kept = 1", "gone = 1", "fresh = 1"))
    put(catalog, "a.py", kept, gone)
    put(catalog, "a.py", new, replace(kept, first_line=9, last_line=9, position=1, total=2))
    assert [(part.text, part.first_line) for part in catalog.chunks_of("a.py")] == [("fresh = 1", 1), ("kept = 1", 9)]
    assert found(catalog, "gone") == []
    assert found(catalog, "fresh") == [new.id]
    assert found(catalog, "kept") == [kept.id]


def test_a_replacement_that_fails_changes_nothing(catalog: Catalog) -> None:
    old = chunk("a.py", "old = 1")
    put(catalog, "a.py", old)
    twice = chunk("a.py", "twice = 1")
    with pytest.raises(sqlite3.IntegrityError):
        put(catalog, "a.py", chunk("a.py", "new = 1"), twice, twice, mtime_ns=2)
    assert catalog.chunks_of("a.py") == (old,)
    assert catalog.known_files()["a.py"].mtime_ns == 1
    assert found(catalog, "old") == [old.id]
    assert found(catalog, "new") == []


def test_removed_files_leave_nothing_behind(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "alpha", definitions=(Definition("alpha", "function", 1, 1),)))
    put(catalog, "b.py", chunk("b.py", "beta"))
    catalog.remove_files(["a.py", "never.py"])
    assert list(catalog.known_files()) == ["b.py"]
    assert found(catalog, "alpha") == []
    assert catalog.definitions.find(["alpha"], 9) == []
    assert catalog.counts(MODEL) == IndexCounts(1, 1, 0, 0)


def test_a_new_modification_time_is_recorded(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "x"))
    catalog.restamp([FileStamp("a.py", 1, 77)])
    assert catalog.known_files()["a.py"].mtime_ns == 77
    assert len(catalog.chunks_of("a.py")) == 1


def test_many_files_are_removed_at_once(catalog: Catalog) -> None:
    paths = [f"{number}.py" for number in range(300)]
    for name in paths:
        put(catalog, name, chunk(name, f"alpha {name} " * 20))
    catalog.remove_files(paths[1:])
    assert list(catalog.known_files()) == ["0.py"]
    assert len(found(catalog, "alpha")) == 1


def test_chunk_metadata_has_the_path_the_names_of_code_and_the_note(catalog: Catalog) -> None:
    names = (("größe", "function"), ("Other", "class"), ("Installation", "section"), ("version", "key"))
    definitions = tuple(Definition(name, kind, 1, 1) for name, kind in names)
    body = chunk("a/b.py", "text", definitions=definitions)
    put(catalog, body.path, body)
    assert catalog.chunk_metadata([body.id, "gone"]) == {body.id: ("a/b.py", ("größe", "Other"), "")}
    assert catalog.chunk_metadata([]) == {}


@pytest.mark.parametrize(
    "written",
    ["pkg/net/http.py", "net/http.py", "http.py", "/usr/lib/site-packages/pkg/net/http.py", "C:/x/net/http.py"],
)
def test_chunks_at_a_line_are_found_by_any_suffix_of_the_path(catalog: Catalog, written: str) -> None:
    first, second = chunk("pkg/net/http.py", "a\nb\nc"), chunk("pkg/net/http.py", "d\ne", first_line=4, position=1)
    put(catalog, "pkg/net/http.py", first, second)
    put(catalog, "pkg/xhttp.py", chunk("pkg/xhttp.py", "x"))
    assert catalog.chunks_at(written, 4, 10) == ([second.id], 1)
    assert catalog.chunks_at(written, None, 10) == ([first.id, second.id], 1)
    assert catalog.chunks_at(written, None, 1) == ([first.id], 1)
    assert catalog.chunks_at(written, 99, 10) == ([], 1)
    assert catalog.chunks_at("other.py", 1, 10) == catalog.chunks_at("", 1, 10) == ([], 0)


def test_chunks_at_a_name_of_several_files_come_with_their_number(catalog: Catalog) -> None:
    for folder in "abc":
        put(catalog, f"{folder}/index.rst", chunk(f"{folder}/index.rst", folder))
    found, files = catalog.chunks_at("index.rst", None, 2)
    assert (len(found), files) == (2, 3)


# --- scope ------------------------------------------------------------------------------------------------


@pytest.fixture
def scattered(catalog: Catalog) -> Catalog:
    """Return a catalog with the same word and name in several folders."""
    for path in ("src/a.py", "src/io/b.py", "src2/c.py", "src.py", "docs/100%_d.py"):
        put(
            catalog,
            path,
            chunk(path, f"def load(): ...  # shared {path}", definitions=(Definition("load", "function", 1, 1),)),
        )
    catalog.skipped.record([skipped("logs/x.log")])
    return catalog


def test_paths_without_indexed_files_are_returned(scattered: Catalog) -> None:
    asked = ["src/", "src/a.py", "sr", "logs/", "logs/x.log", "src/a.py/x", ""]
    assert scattered.unknown_paths(asked) == ["sr", "logs/", "logs/x.log", "src/a.py/x", ""]


def test_the_indexed_files_at_paths_are_returned(scattered: Catalog) -> None:
    assert set(scattered.indexed_files(["src/io/", "src.py", "logs/", "gone.py"])) == {"src.py", "src/io/b.py"}
    assert scattered.indexed_files([]) == []
    assert scattered.indexed_files(["no\udcfftext.py"]) == []


def test_languages_and_kinds_of_the_remaining_files_are_sorted_by_frequency(catalog: Catalog) -> None:
    assert (catalog.languages(), catalog.definitions.kinds()) == ([], [])
    functions = [Definition(name, "function", 1, 1) for name in ("load", "save")]
    put(catalog, "a.py", chunk("a.py", "def load(): ...", kind="function", definitions=tuple(functions)))
    for path in ("a.go", "b.go"):
        catalog.replace_file(replace(source(path), language="go"), [replace(chunk(path, path), kind="struct")])
    catalog.skipped.record([skipped("logs/x.log")])
    assert catalog.languages() == ["go", "python"]
    assert catalog.definitions.kinds() == ["function", "struct"]
    catalog.remove_files(["a.go", "b.go"])
    assert (catalog.languages(), catalog.definitions.kinds()) == (["python"], ["function"])


# --- counts -----------------------------------------------------------------------------------------------


def test_the_most_complete_model_serves_until_the_wanted_one_is_complete(scattered: Catalog) -> None:
    assert scattered.serving_model("new")[0] is None
    everything = scattered.vectors.pending("old", 100)
    scattered.vectors.mark_stored("old", [(part, 1) for part in everything])
    first, *rest = scattered.vectors.pending("new", 100)
    scattered.vectors.mark_stored("new", [(first, 1)])
    assert scattered.serving_model("new") == ("old", scattered.counts("old"))
    scattered.vectors.mark_stored("new", [(part, 1) for part in rest])
    assert scattered.serving_model("new") == ("new", scattered.counts("new"))


def test_a_model_serves_even_if_some_chunks_failed(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    catalog.vectors.mark_stored(MODEL, [(one, 1)])
    catalog.vectors.mark_failed(MODEL, {two.id: "it crashed"})
    assert catalog.serving_model(MODEL) == (MODEL, IndexCounts(2, 2, 1, 0, 1))


def test_the_totals_match_the_rows(catalog: Catalog) -> None:
    chance = random.Random(7)
    texts = [f"text{n}" for n in range(6)]
    for _ in range(300):
        path, parts = f"{chance.randrange(8)}.py", chance.sample(texts, chance.randrange(5))
        match chance.randrange(8):
            case 0:
                catalog.remove_files([path])
            case 1:
                catalog.skipped.record([skipped(path, chance.choice([SkipReason.BINARY, SkipReason.TOO_LARGE]))])
            case 2:
                catalog.skipped.replace_scanned([skipped(f"{chance.randrange(8)}.bin", SkipReason.IGNORED)])
            case 3:
                some = catalog.vectors.pending(MODEL, 3)
                catalog.vectors.mark_expected(MODEL, {part.id: 2 for part in some})
                catalog.vectors.mark_stored(MODEL, [(part, 2) for part in some])
            case 4:
                catalog.vectors.mark_failed(MODEL, {part.id: "no" for part in catalog.vectors.pending(MODEL, 1)})
            case 5:
                catalog.vectors.mark_removed(MODEL, [gone for gone, _ in catalog.vectors.to_remove(MODEL, 3)])
            case _:
                put(catalog, path, *(chunk(path, text, position=n) for n, text in enumerate(parts)))
        _check_totals(catalog)


def _check_totals(catalog: Catalog) -> None:
    with catalog._database.read() as connection:
        counted = connection.execute("SELECT subject, detail, number FROM totals WHERE number <> 0").fetchall()
        there = connection.execute(
            """SELECT 'files', coalesce(reason, '') AS why, count(*) FROM files GROUP BY why
                UNION ALL SELECT * FROM (SELECT 'chunks', '', count(*) AS chunks FROM chunks) WHERE chunks"""
        ).fetchall()
        assert sorted(counted) == sorted(there)
        counted = connection.execute("SELECT * FROM vector_totals WHERE chunks <> 0 ORDER BY model, state").fetchall()
        there = connection.execute(
            """SELECT model, state, count(*), sum(windows), sum(characters) FROM vectors
                GROUP BY model, state ORDER BY model, state"""
        ).fetchall()
        assert counted == there


# --- threads and disasters --------------------------------------------------------------------------------


def test_many_threads_read_while_one_writes(catalog: Catalog) -> None:
    failures: list[BaseException] = []
    written = threading.Event()

    def read() -> None:
        try:
            while not written.is_set():
                for hit in found(catalog, "shared"):
                    assert catalog.chunks([hit]) is not None
                catalog.counts(MODEL)
                catalog.vectors.pending(MODEL, 5)
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(60):
        put(catalog, f"{n % 20}.py", chunk(f"{n % 20}.py", f"shared text{n}"))
    written.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert catalog.counts(MODEL).files == 20


def test_a_full_disk_loses_nothing_and_is_reported(path: Path) -> None:
    catalog = Catalog(path)
    kept = chunk("a.py", "kept")
    put(catalog, "a.py", kept)
    limit = sqlite3.Connection.execute
    with catalog._database.write() as connection:
        pages = limit(connection, "PRAGMA page_count").fetchone()[0]
    limit(catalog._database._writer, f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="is full") as caught:
        put(catalog, "b.py", *(chunk("b.py", f"{n} {os.urandom(3000).hex()}") for n in range(50)))
    assert "no stored data is lost" in caught.value.hint
    assert not isinstance(caught.value, CatalogCorruptError)
    assert list(catalog.known_files()) == ["a.py"]
    limit(catalog._database._writer, "PRAGMA max_page_count = 100000")
    put(catalog, "b.py", chunk("b.py", "now there is room"))
    assert len(catalog.known_files()) == 2
    catalog.verify()
    catalog.close()


def test_a_read_only_database_is_reported(catalog: Catalog) -> None:
    catalog._database._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="cannot be written"):
        put(catalog, "a.py", chunk("a.py", "x"))


def test_an_impossible_path_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be opened"):
        Catalog(tmp_path / "file" / "catalog.sqlite")


def test_use_after_closing_is_reported(path: Path) -> None:
    catalog = Catalog(path)
    catalog.close()
    with pytest.raises(StorageError, match="closed"):
        catalog.known_files()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as one" * 50, os.urandom(9000)])
def test_a_file_that_is_not_a_database_is_corrupt(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(CatalogCorruptError):
        Catalog(path)


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 99", "DROP TABLE chunks", "DROP TABLE words"])
def test_a_database_of_another_version_is_corrupt(path: Path, statement: str) -> None:
    Catalog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(CatalogCorruptError):
        Catalog(path)


def test_a_database_of_another_program_is_corrupt(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(CatalogCorruptError):
        Catalog(path)


@pytest.mark.parametrize("damage", ["cut", "scrambled"])
def test_damage_in_the_file_is_detected_on_access(path: Path, damage: str) -> None:
    catalog = Catalog(path)
    for n in range(100):
        put(catalog, f"{n}.py", chunk(f"{n}.py", f"word{n} " * 100))
    catalog.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        if damage == "cut":
            file.truncate(size // 2 // 4096 * 4096)
        else:
            file.seek(8192)
            file.write(os.urandom(size - 8192))
    with pytest.raises(CatalogCorruptError):
        _use_everything(path)


def _use_everything(path: Path) -> None:
    catalog = Catalog(path)
    try:
        catalog.verify()
    finally:
        catalog.close()

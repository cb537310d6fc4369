"""SQLite files that shrink again, get new tables, and work while other processes use them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import CatalogCorruptError, StorageError
from sourcewise.storage.database import Database, Schema
from sourcewise.storage.free_pages import PageUse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOB = 10_000
SCHEMA = Schema(
    1, ("CREATE TABLE things (key INTEGER PRIMARY KEY, content BLOB NOT NULL)",), "SELECT max(key) FROM things"
)
# Opens the same file in another process.
_PREAMBLE = """
import pathlib, sys
from sourcewise.errors import StorageError
from sourcewise.storage.database import Database, Schema
schema = Schema(1, ("CREATE TABLE things (key INTEGER PRIMARY KEY, content BLOB NOT NULL)",), "SELECT 1 FROM things")
database = Database(pathlib.Path(sys.argv[1]), schema, StorageError)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "things.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path, SCHEMA, CatalogCorruptError)
    yield database
    database.close()


def fill(database: Database, rows: int) -> None:
    with database.write() as connection:
        values = [(_BLOB,)] * rows
        connection.executemany("INSERT INTO things (content) VALUES (randomblob(?))", values)


def keep(database: Database, rows: int) -> None:
    with database.write() as connection:
        connection.execute("DELETE FROM things WHERE key > ?", (rows,))


def sizes(database: Database) -> list[int]:
    with database.read() as connection:
        return [size for (size,) in connection.execute("SELECT length(content) FROM things ORDER BY key")]


def process(path: Path, program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _PREAMBLE + program, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_the_space_of_deleted_rows_is_returned_to_the_file_system(database: Database, path: Path) -> None:
    fill(database, 2500)
    keep(database, 50)
    assert database.compact()
    assert path.stat().st_size < 2_000_000
    assert sizes(database) == [_BLOB] * 50
    database.verify()
    assert not database.compact()


def test_a_little_free_space_is_kept_for_later_rows(database: Database, path: Path) -> None:
    fill(database, 1000)
    keep(database, 10)
    before = path.stat().st_size
    assert not database.compact()
    assert path.stat().st_size == before


def test_a_small_free_share_of_a_large_file_is_kept_for_later_rows() -> None:
    assert not PageUse(size=4096, total=100_000, free=19_000, in_steps=True).worth_compacting
    assert PageUse(size=4096, total=100_000, free=21_000, in_steps=True).worth_compacting


def test_a_file_of_an_early_version_is_rewritten_and_can_then_shrink_in_steps(path: Path) -> None:
    old = sqlite3.connect(path)
    old.execute(SCHEMA.statements[0])
    old.execute("PRAGMA user_version = 1")
    old.close()
    database = Database(path, SCHEMA, CatalogCorruptError)
    fill(database, 2500)
    keep(database, 50)
    assert database.compact()
    assert path.stat().st_size < 2_000_000
    assert sizes(database) == [_BLOB] * 50
    with database.read() as connection:
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    database.close()


def test_a_reader_keeps_its_snapshot_while_the_file_shrinks(database: Database, path: Path) -> None:
    fill(database, 2500)
    other_reader = sqlite3.connect(path, isolation_level=None)
    other_reader.execute("BEGIN")
    assert other_reader.execute("SELECT count(*) FROM things").fetchone() == (2500,)
    keep(database, 50)
    assert database.compact()
    assert other_reader.execute("SELECT count(*), sum(length(content)) FROM things").fetchone() == (2500, 2500 * _BLOB)
    other_reader.execute("COMMIT")
    assert other_reader.execute("SELECT count(*) FROM things").fetchone() == (50,)
    other_reader.close()
    fill(database, 1)
    database.close()
    assert path.stat().st_size < 2_000_000


def test_another_process_writes_while_the_file_shrinks(database: Database, path: Path) -> None:
    fill(database, 2500)
    keep(database, 50)
    program = """
print("ready", flush=True)
sys.stdin.readline()
for number in range(100):
    with database.write() as connection:
        connection.execute("INSERT INTO things (content) VALUES (zeroblob(10000))")
"""
    with process(path, program) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        assert database.compact()
        assert other.wait(60) == 0
    assert sizes(database) == [_BLOB] * 150
    database.verify()


def test_a_process_that_dies_while_it_shrinks_the_file_loses_nothing(database: Database, path: Path) -> None:
    fill(database, 2500)
    keep(database, 50)
    free = free_pages(database)
    program = """
import os
from sourcewise.storage.free_pages import release_some
steps = 0
def step(connection):
    global steps
    more = release_some(connection)
    steps += 1
    if steps == 3:
        os._exit(9)
    return more
database.write_in_steps(step)
"""
    with process(path, program) as other:
        assert other.wait(60) == 9
    database.verify()
    assert 0 < free_pages(database) < free
    assert sizes(database) == [_BLOB] * 50
    assert database.compact()
    assert free_pages(database) == 0


def free_pages(database: Database) -> int:
    with database.read() as connection:
        free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return free


def test_a_file_gets_later_tables_and_older_versions_still_use_it(path: Path) -> None:
    older = Database(path, SCHEMA, CatalogCorruptError)
    fill(older, 1)
    later = Schema(SCHEMA.version, SCHEMA.statements, SCHEMA.probe, ("CREATE TABLE IF NOT EXISTS more (key INTEGER)",))
    for _ in range(2):
        newer = Database(path, later, CatalogCorruptError)
        with newer.write() as connection:
            connection.execute("INSERT INTO more VALUES (1)")
        newer.close()
    fill(older, 1)
    older.close()
    older = Database(path, SCHEMA, CatalogCorruptError)
    assert len(sizes(older)) == 2
    older.close()


def test_a_failed_step_ends_long_writing_and_keeps_the_earlier_steps(database: Database) -> None:
    done = 0

    def step(connection: sqlite3.Connection) -> bool:
        nonlocal done
        connection.execute("INSERT INTO things (content) VALUES ('')")
        done += 1
        if done == 3:
            raise StorageError("No more.")
        return True

    with pytest.raises(StorageError, match="No more"):
        database.write_in_steps(step)
    assert len(sizes(database)) == 2


@pytest.mark.parametrize("crashed", [False, True])
def test_an_existing_file_can_be_read_without_writing(database: Database, path: Path, crashed: bool) -> None:
    fill(database, 3)
    if not crashed:
        database.close()
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    reading = Database(path, SCHEMA, CatalogCorruptError, read_only=True)
    assert sizes(reading) == [_BLOB] * 3
    with pytest.raises(StorageError, match="cannot be written"):
        fill(reading, 1)
    reading.close()
    assert before == {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}


def test_a_missing_file_is_not_created_by_reading(path: Path) -> None:
    with pytest.raises(StorageError):
        Database(path, SCHEMA, CatalogCorruptError, read_only=True)
    assert not path.exists()


def test_a_file_of_another_version_is_not_read(path: Path, database: Database) -> None:
    database.close()
    newer = Schema(2, SCHEMA.statements, SCHEMA.probe)
    with pytest.raises(CatalogCorruptError, match="its version is 1"):
        Database(path, newer, CatalogCorruptError, read_only=True)

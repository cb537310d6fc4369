"""Fills the disk of the catalog and the embedding cache, and checks that no data is lost and writing can resume.

    npm run python -- tests/faults/full_disk.py

The disk is a real in-memory file system that only this process sees; Linux lets any user mount one. Exits with 1 if
data is lost, or if a full disk is not reported as such.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.errors import CatalogCorruptError, StorageError
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.database import Database, Schema
from sourcewise.storage.embedding_cache import EmbeddingCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MEGABYTE = 1_000_000
_DISK = 48 * _MEGABYTE
_INSIDE = "--inside"


def main() -> int:
    """Run every scenario on its own disk and report its outcome."""
    if _INSIDE not in sys.argv:
        # A new mount namespace, in which this process may mount file systems.
        command = ["unshare", "--map-root-user", "--mount", sys.executable, __file__, _INSIDE]
        return subprocess.run(command, check=False).returncode
    scenarios = (
        *(catalog_is_filled, catalog_is_opened),
        *(cache_is_filled, cache_is_read, cache_is_evicted),
        file_becomes_smaller,
    )
    failed = 0
    for scenario in scenarios:
        with small_disk() as disk:
            problem = scenario(disk)
        say(f"{'FAILED' if problem else 'ok'}: {(scenario.__doc__ or '').splitlines()[0]} {problem}")
        failed += bool(problem)
    return 1 if failed else 0


def catalog_is_filled(disk: Path) -> str:
    """A catalog on a full disk keeps and serves the stored data, and accepts more when there is space again."""
    catalog = Catalog(disk / "catalog.sqlite")
    ballast = fill(disk, leave=4 * _MEGABYTE)
    stored = write_until_full(lambda number: catalog.replace_file(*source(number)))
    problem = missing_files(catalog, stored)
    try:
        catalog.compact()
        ballast.unlink()
        for number in range(stored, 2 * stored):
            catalog.replace_file(*source(number))
        problem = problem or missing_files(catalog, 2 * stored)
        catalog.verify()
    finally:
        catalog.close()
    return problem


def catalog_is_opened(disk: Path) -> str:
    """Opening a catalog on a full disk fails with a clear message, and works when there is space again."""
    old = Catalog(disk / "old.sqlite")
    old.replace_file(*source(0))
    old.close()
    ballast = fill(disk, leave=0)
    for name in ("new.sqlite", "old.sqlite"):
        try:
            Catalog(disk / name).close()
        except StorageError as error:
            if "is full" not in error.message:
                return error.message
    ballast.unlink()
    for name, files in (("new.sqlite", 0), ("old.sqlite", 1)):
        catalog = Catalog(disk / name)
        problem = missing_files(catalog, files)
        catalog.close()
        if problem:
            return problem
    return ""


def cache_is_filled(disk: Path) -> str:
    """The embedding cache on a full disk keeps the stored data, and accepts more when there is space again."""
    cache = EmbeddingCache(disk / "embeddings.sqlite")
    ballast = fill(disk, leave=4 * _MEGABYTE)
    stored = write_until_full(lambda number: cache.put("model", [embedding(number)]))
    found = len(cache.get("model", [str(number) for number in range(stored)]))
    ballast.unlink()
    cache.put("model", [embedding(stored)])
    after = len(cache)
    cache.close()
    return "" if (found, after) == (stored, stored + 1) else f"found {found} of {stored} entries, and {after} later"


def cache_is_read(disk: Path) -> str:
    """The embedding cache serves reads on a full disk, also when it cannot record the day of use."""
    day = 20_000
    cache = EmbeddingCache(disk / "embeddings.sqlite", lambda: day)
    texts = [str(number) for number in range(2000)]
    cache.put("model", [embedding(int(text)) for text in texts])
    fill(disk, leave=0)
    day += 1
    found = len(cache.get("model", texts))
    cache.close()
    return "" if found == len(texts) else f"found {found} of {len(texts)} entries"


def cache_is_evicted(disk: Path) -> str:
    """Entries that the embedding cache could not evict on a full disk are evicted when there is space again."""
    day = 20_000
    cache = EmbeddingCache(disk / "embeddings.sqlite", lambda: day)
    cache.put("model", [embedding(number) for number in range(2000)])
    day += 200
    ballast = fill(disk, leave=0)
    try:
        cache.evict(_DISK, 120)
    except StorageError as error:
        if "is full" not in error.message:
            return error.message
    ballast.unlink()
    day += 1
    cache.evict(_DISK, 120)
    left = len(cache)
    cache.close()
    return f"{left} entries were not evicted" if left else ""


def file_becomes_smaller(disk: Path) -> str:
    """A database that cannot be compacted without disk space stays intact, and is compacted when there is space."""
    schema = Schema(1, ("CREATE TABLE things (key INTEGER PRIMARY KEY, content BLOB)",), "SELECT 1 FROM things")
    database = Database(disk / "things.sqlite", schema, CatalogCorruptError)
    for statement in (
        """INSERT INTO things (content) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            SELECT randomblob(9000) FROM n""",
        "DELETE FROM things WHERE key < 1900",
    ):
        with database.write() as connection:
            connection.execute(statement)
    database.close()
    database = Database(disk / "things.sqlite", schema, CatalogCorruptError)
    ballast = fill(disk, leave=_MEGABYTE // 5)
    shrunk_when_full = database.compact()
    database.verify()
    ballast.unlink()
    shrunk_later = database.compact()
    database.verify()
    database.close()
    size = (disk / "things.sqlite").stat().st_size
    as_expected = not shrunk_when_full and shrunk_later and size < 2 * _MEGABYTE
    return "" if as_expected else f"{shrunk_when_full}, {shrunk_later}, {size} bytes"


def source(number: int) -> tuple[SourceFile, list[Chunk]]:
    """Return a file with chunks of about 40 kB in total."""
    path = f"src/file{number}.py"
    chunks = [
        Chunk(f"{number:016x}{position:016x}", path, 1, 9, f"everywhere word{number} " * 200, "python", position, 10)
        for position in range(10)
    ]
    return SourceFile(FileStamp(path, 1, 1), "", "python", f"{number:032x}"), chunks


def embedding(number: int) -> tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Return a text with its vectors, which take 3 kB."""
    return str(number), np.full((1, 768), number, dtype=np.float32)


def missing_files(catalog: Catalog, expected: int) -> str:
    """Return a description of missing files, or an empty string."""
    files = len(catalog.known_files())
    found = len(catalog.keywords.search(["everywhere"], 100_000))
    return "" if (files, found) == (expected, expected * 10) else f"{files} of {expected} files, {found} chunks found"


def write_until_full(write: Callable[[int], None]) -> int:
    """Write until the disk has been full twice, and return the number of successful writes."""
    done, refused = 0, 0
    while refused < 2:
        try:
            write(done)
            done += 1
        except StorageError as error:
            if "is full" not in error.message:
                raise
            refused += 1
    return done


def fill(disk: Path, leave: int) -> Path:
    """Fill the disk except for the given number of bytes, and return the file that fills it."""
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free - leave)
    return ballast


@contextmanager
def small_disk() -> Iterator[Path]:
    """Mount an empty disk and unmount it at the end."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", place], check=True)
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "--lazy", place], check=True)


def say(sentence: str) -> None:
    """Print a sentence without buffering."""
    sys.stdout.write(f"{sentence.strip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

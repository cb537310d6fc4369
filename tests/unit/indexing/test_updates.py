"""Updates of a part of the folder, on real trees: the catalog is the same as after an update of the whole folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from git_repository import git
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.domain.work_context import WorkContext
from sourcewise.errors import CancelledError, FolderError, WorkerError
from sourcewise.indexing.indexer import Changes, Indexer
from sourcewise.mining.miner import CodeMiner
from sourcewise.retrieval.path_relevance import path_relevance
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sourcewise.chunking.isolated_chunker import Cut
    from sourcewise.domain.code import FileStamp, SkippedFile, SourceFile

pytestmark = pytest.mark.usefixtures("plain_git")

LIMIT = 200


class MeddlingMiner(CodeMiner):
    """Changes the folder just before a file is read."""

    def __init__(self) -> None:
        super().__init__(LIMIT)
        self.before_reading: Callable[[str], None] = lambda _path: None
        self.read_paths: list[str] = []

    def read(self, folder: Path, stamp: FileStamp) -> SourceFile | SkippedFile:
        self.before_reading(stamp.path)
        self.read_paths.append(stamp.path)
        return super().read(folder, stamp)


class IndexerFixture:
    """A folder with its catalog."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "project"
        self.folder.mkdir()
        self.miner = MeddlingMiner()
        self.catalog_file = place / "catalog.sqlite"
        self.catalog = Catalog(self.catalog_file)
        self.indexer = indexer_of(self.folder, self.miner, self.catalog)

    def update(self, *paths: str, **more: Any) -> Changes:
        return self.indexer.update(paths, **more)

    def fresh(self) -> dict[str, object]:
        """Return the state after an update of the whole folder by another process."""
        with tempfile.TemporaryDirectory() as place:
            catalog = Catalog(Path(place) / "fresh.sqlite")
            indexer_of(self.folder, CodeMiner(LIMIT), catalog).update()
            try:
                return content(catalog)
            finally:
                catalog.close()


def indexer_of(folder: Path, miner: CodeMiner, catalog: Catalog) -> Indexer:
    return Indexer(folder, miner, IsolatedChunker(100, 20), catalog, "recipe", path_relevance=path_relevance)


def content(catalog: Catalog) -> dict[str, object]:
    """Return all records of a catalog about its files, except the stamps of files that scans skip."""
    known = catalog.known_files()
    skips = {skip.path: (skip.reason, skip.detail) for skip in catalog.skipped.all()}
    return {"known": known, "skips": skips, "chunks": {path: catalog.chunks_of(path) for path in known}}


@pytest.fixture
def fixture(tmp_path: Path) -> Iterator[IndexerFixture]:
    fixture = IndexerFixture(tmp_path)
    yield fixture
    fixture.catalog.close()


def put(folder: Path, path: str, text: str = "x = 1\n") -> None:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode())


@pytest.fixture
def data_version(fixture: IndexerFixture) -> Iterator[Callable[[], int]]:
    """Return a number that changes with every write to the catalog."""
    observer = sqlite3.connect(fixture.catalog_file)
    yield lambda: observer.execute("PRAGMA data_version").fetchone()[0]
    observer.close()


# --- a part is updated like the whole ---------------------------------------------------------------------

FOLDERS = ("", "src/", "src/deep/", "out/", "vendor/")
NAMES = ("a.py", "b.log", "c.txt", ".env", ".gitignore", ".sourcewiseignore", "pyvenv.cfg", "deep")
TEXTS = (
    "x = 1\n",
    "def f():\n    return 2\n",
    "",
    "y" * (LIMIT + 1),
    "*.log\n",
    "!b.log\nout/\n",
    "deep\n",
    "/src/a.py\n",
)
PATHS = st.builds(str.__add__, st.sampled_from(FOLDERS), st.sampled_from(NAMES))
PLACES = st.one_of(PATHS, st.sampled_from([folder.rstrip("/") for folder in FOLDERS[1:]]))
EDITS = st.one_of(
    st.tuples(st.just("write"), PATHS, st.sampled_from(TEXTS)),
    st.tuples(st.just("write"), PATHS, st.sampled_from(TEXTS)),
    st.tuples(st.just("delete"), PLACES, st.just("")),
    st.tuples(st.just("move"), PLACES, PLACES),
    st.tuples(st.just("track"), PATHS, st.just("")),
    st.tuples(st.just("begin a repository"), st.sampled_from(["", "vendor/"]), st.just("")),
    st.tuples(st.just("end a repository"), st.sampled_from(["", "vendor/"]), st.just("")),
)


def edit(folder: Path, kind: str, path: str, value: str) -> list[str]:
    """Change the folder and return the paths that a watcher would report."""
    changed = [path]
    with suppress(OSError, subprocess.CalledProcessError):
        if kind == "write":
            changed += [str(parent) for parent in Path(path).parents if not (folder / parent).exists()]
            put(folder, path, value)
        elif kind == "delete":
            remove(folder / path)
        elif kind == "move":
            changed.append(value)
            (folder / path).rename(folder / value)
        elif kind == "track":
            changed = [".git/index"]
            git(folder, "add", "-f", path)
        elif kind == "begin a repository":
            changed = [f"{path}.git"]
            git(folder / path, "init", "-q", "--template=")
        else:
            changed = [f"{path}.git"]
            shutil.rmtree(folder / path / ".git")
    return changed


def remove(place: Path) -> None:
    shutil.rmtree(place) if place.is_dir() else place.unlink()


@given(st.lists(st.lists(EDITS, min_size=1, max_size=5), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_update_of_the_changed_paths_equals_one_of_the_whole_folder(
    batches: list[list[tuple[str, str, str]]],
) -> None:
    with tempfile.TemporaryDirectory() as place:
        fixture = IndexerFixture(Path(place))
        for path in ("a.py", "src/a.py", "src/deep/c.txt", "out/a.py", "vendor/b.log"):
            put(fixture.folder, path)
        fixture.indexer.update()
        for batch in batches:
            changed = [path for one in batch for path in edit(fixture.folder, *one)]
            fixture.update(*changed)
            assert content(fixture.catalog) == fixture.fresh()
        fixture.catalog.close()


# --- the scope of a partial update ------------------------------------------------------------------------


def test_only_named_paths_are_read_and_removed(fixture: IndexerFixture) -> None:
    for path in ("a.py", "b.py", "c.py", "d.py"):
        put(fixture.folder, path)
    fixture.indexer.update()
    for path in ("a.py", "b.py"):
        put(fixture.folder, path, "changed = 1\n")
    for path in ("c.py", "d.py"):
        (fixture.folder / path).unlink()
    assert fixture.update("a.py", "c.py", "never.py") == Changes(changed=1, removed=1)
    assert list(fixture.catalog.known_files()) == ["a.py", "b.py", "d.py"]


def test_the_first_update_scans_the_whole_folder(fixture: IndexerFixture) -> None:
    put(fixture.folder, "a.py")
    put(fixture.folder, "b.py")
    assert fixture.update("a.py").added == 2


def test_a_named_file_is_read_even_if_size_and_time_are_the_same(fixture: IndexerFixture) -> None:
    put(fixture.folder, "a.py", "x = 1\n")
    fixture.indexer.update()
    before = (fixture.folder / "a.py").stat()
    put(fixture.folder, "a.py", "x = 2\n")
    os.utime(fixture.folder / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert fixture.update("a.py").changed == 1


def test_files_in_first_are_read_first(fixture: IndexerFixture) -> None:
    for path in ("a.py", "b.py", "c.py", "d.py"):
        put(fixture.folder, path)
    fixture.indexer.update(first=["c.py", "missing.py", "b.py"])
    assert fixture.miner.read_paths == ["c.py", "b.py", "a.py", "d.py"]


def test_the_next_file_is_chunked_while_one_is_stored(fixture: IndexerFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ("a.py", "b.py", "c.py", "d.py")
    for path in paths:
        put(fixture.folder, path)
    begun = {path: threading.Event() for path in paths}
    cut, replace_file = IsolatedChunker.cut, fixture.catalog.replace_file
    stored: list[str] = []

    def begin(chunker: IsolatedChunker, file: SourceFile) -> Cut:
        begun[file.path].set()
        return cut(chunker, file)

    def store(file: SourceFile, *chunks: Any) -> None:
        assert all(begun[path].wait(10) for path in paths[: len(stored) + 2])
        replace_file(file, *chunks)
        stored.append(file.path)

    monkeypatch.setattr(IsolatedChunker, "cut", begin)
    monkeypatch.setattr(fixture.catalog, "replace_file", store)
    progress: list[tuple[int, int]] = []
    fixture.indexer.update(None, WorkContext(lambda now: progress.append((now.done, now.total))))
    assert stored == list(paths)
    assert progress == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_file_that_cannot_be_chunked_ends_the_update_after_the_earlier_files(
    fixture: IndexerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("a.py", "b.py", "c.py", "d.py"):
        put(fixture.folder, path)
    cut = IsolatedChunker.cut

    def fail(chunker: IsolatedChunker, file: SourceFile) -> Cut:
        if file.path == "b.py":
            raise WorkerError("No more processes.")
        return cut(chunker, file)

    with monkeypatch.context() as patch:
        patch.setattr(IsolatedChunker, "cut", fail)
        with pytest.raises(WorkerError):
            fixture.indexer.update()
    assert list(fixture.catalog.known_files()) == ["a.py"]
    assert fixture.update() == Changes(added=3, unchanged=1)


def test_a_cancelled_update_stores_at_most_the_current_file(fixture: IndexerFixture) -> None:
    for path in ("a.py", "b.py", "c.py", "d.py"):
        put(fixture.folder, path)
    cancelled = threading.Event()
    with pytest.raises(CancelledError):
        fixture.indexer.update(None, WorkContext(lambda _: cancelled.set(), cancelled))
    assert list(fixture.catalog.known_files()) == ["a.py"]
    assert fixture.update() == Changes(added=3, unchanged=1)


def test_files_appearing_in_an_ignored_folder_write_nothing(
    fixture: IndexerFixture, data_version: Callable[[], int]
) -> None:
    put(fixture.folder, "node_modules/first.js")
    fixture.indexer.update()
    before = data_version()
    paths = [f"node_modules/{number}/index.js" for number in range(50)]
    for path in paths:
        put(fixture.folder, path)
    assert fixture.update(*paths) == Changes()
    assert data_version() == before


@pytest.mark.parametrize("path", ["grows.log", "grows.txt"])
def test_a_skipped_file_that_grows_writes_nothing(
    fixture: IndexerFixture, data_version: Callable[[], int], path: str
) -> None:
    put(fixture.folder, ".gitignore", "*.log\n")
    put(fixture.folder, path, "x" * (LIMIT + 1))
    fixture.indexer.update()
    before = data_version()
    put(fixture.folder, path, "x" * 100 * LIMIT)
    fixture.update(path)
    fixture.indexer.update()
    assert path not in fixture.miner.read_paths
    assert data_version() == before


def test_a_file_that_git_starts_to_track_is_indexed_at_the_next_change(fixture: IndexerFixture) -> None:
    git(fixture.folder, "init", "-q")
    put(fixture.folder, ".gitignore", "*.log\n")
    put(fixture.folder, "a.log")
    put(fixture.folder, "a.py")
    fixture.indexer.update()
    git(fixture.folder, "add", "-f", "a.log")
    fixture.update("a.py")
    assert "a.log" in fixture.catalog.known_files()


def test_another_exclude_file_is_applied_at_the_next_change(fixture: IndexerFixture) -> None:
    git(fixture.folder, "init", "-q")
    put(fixture.folder, "a.py")
    put(fixture.folder, "b.txt")
    fixture.indexer.update()
    put(fixture.folder, ".git/info/exclude", "*.txt\n")
    fixture.update(".git/info/exclude")
    assert list(fixture.catalog.known_files()) == ["a.py"]


# --- changes during an update -----------------------------------------------------------------------------


def test_a_file_that_vanishes_between_scan_and_read_is_removed(fixture: IndexerFixture) -> None:
    put(fixture.folder, "a.py")
    put(fixture.folder, "b.py")
    fixture.indexer.update()
    put(fixture.folder, "a.py", "changed = 1\n")
    fixture.miner.before_reading = lambda path: (fixture.folder / path).unlink()
    fixture.update("a.py")
    assert content(fixture.catalog) == fixture.fresh()
    assert list(fixture.catalog.known_files()) == ["b.py"]


def test_a_file_that_reappears_before_its_removal_is_kept_and_read(fixture: IndexerFixture) -> None:
    put(fixture.folder, "a.py")
    put(fixture.folder, "b.py")
    fixture.indexer.update()
    chunks = fixture.catalog.chunks_of("a.py")
    (fixture.folder / "a.py").unlink()
    put(fixture.folder, "b.py", "changed = 1\n")
    fixture.miner.before_reading = lambda _path: put(fixture.folder, "a.py")
    assert fixture.update("a.py", "b.py") == Changes(changed=1, unchanged=1)
    assert fixture.catalog.chunks_of("a.py") == chunks


@pytest.mark.parametrize("paths", [("a.py",), None])
def test_a_file_that_becomes_a_folder_while_it_is_read_and_back(
    fixture: IndexerFixture, paths: tuple[str, ...] | None
) -> None:
    put(fixture.folder, "a.py")
    fixture.indexer.update()
    put(fixture.folder, "a.py", "changed = 1\n")

    def become_a_folder(_path: str) -> None:
        fixture.miner.before_reading = lambda _path: None
        (fixture.folder / "a.py").unlink()
        put(fixture.folder, "a.py/inner.py")

    fixture.miner.before_reading = become_a_folder
    fixture.indexer.update(paths)
    assert content(fixture.catalog) == fixture.fresh()
    assert list(fixture.catalog.known_files()) == ["a.py/inner.py"]
    shutil.rmtree(fixture.folder / "a.py")
    put(fixture.folder, "a.py")
    fixture.update("a.py")
    assert content(fixture.catalog) == fixture.fresh()


def test_a_folder_renamed_during_reading_is_indexed_under_its_new_name(fixture: IndexerFixture) -> None:
    put(fixture.folder, "old/a.py")
    put(fixture.folder, "old/b.py")

    def rename(_path: str) -> None:
        fixture.miner.before_reading = lambda _path: None
        (fixture.folder / "old").rename(fixture.folder / "new")

    fixture.miner.before_reading = rename
    fixture.indexer.update()
    fixture.update("old", "new")
    assert content(fixture.catalog) == fixture.fresh()
    assert list(fixture.catalog.known_files()) == ["new/a.py", "new/b.py"]


def test_the_next_update_also_scans_the_paths_of_a_cancelled_one(fixture: IndexerFixture) -> None:
    for path in ("a.py", "b.py", "c.py"):
        put(fixture.folder, path)
    fixture.indexer.update()
    for path in ("a.py", "b.py", "c.py"):
        put(fixture.folder, path, "changed = 1\n")
    cancelled = threading.Event()
    fixture.miner.before_reading = lambda _path: cancelled.set()
    with pytest.raises(CancelledError):
        fixture.update("a.py", "b.py", context=WorkContext(cancelled=cancelled))
    fixture.miner.before_reading = lambda _path: None
    fixture.update()
    digests = {path: known.digest for path, known in fixture.catalog.known_files().items()}
    assert digests["a.py"] == digests["b.py"] != digests["c.py"]


def test_a_folder_that_cannot_be_listed_loses_nothing(fixture: IndexerFixture) -> None:
    put(fixture.folder, "a.py")
    fixture.indexer.update()
    fixture.folder.rename(fixture.folder.with_name("away"))
    with pytest.raises(FolderError):
        fixture.update("a.py")
    assert list(fixture.catalog.known_files()) == ["a.py"]
    fixture.folder.with_name("away").rename(fixture.folder)
    put(fixture.folder, "b.py")
    fixture.update()
    assert list(fixture.catalog.known_files()) == ["a.py", "b.py"]


def test_every_folder_is_reported_before_it_is_scanned(fixture: IndexerFixture) -> None:
    put(fixture.folder, "src/a.py")
    put(fixture.folder, "node_modules/a.js")
    reported: list[str] = []

    def report(path: str) -> None:
        reported.append(path)
        put(fixture.folder, f"{path}/late.py".lstrip("/"))

    fixture.indexer.update(on_folder=report)
    assert reported == ["", "src"]
    assert {"late.py", "src/late.py"} <= fixture.catalog.known_files().keys()
    reported.clear()
    fixture.update("src/a.py", on_folder=report)
    assert reported == ["", "src"]

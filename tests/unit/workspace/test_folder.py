"""Open folders as every door sees them, on the real catalog, watcher, Chroma and sockets; only the model is small.

Two keepers of one folder are an owner and its guest, in one process as in two.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hashing_embedder import HashingEmbedder

from sourcewise.domain.index_state import IndexReport, Stage
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.errors import FolderError, StorageError
from sourcewise.folder_index.index import IndexServices
from sourcewise.indexing.throttle import Surroundings, Throttle
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.storage.vector_store import VectorStores
from sourcewise.workspace import owner
from sourcewise.workspace import read_only as reader
from sourcewise.workspace.embedding_queue import EmbeddingQueue
from sourcewise.workspace.folder import IndexedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


PATIENCE = 30


class House:
    """Keepers of one folder, each with a voice that wakes whoever waits for something."""

    def __init__(self, folder: Path, data: DataPaths, stores: VectorStores) -> None:
        self.folder = folder
        self.data = data
        self.lane = EmbeddingQueue()
        self.embedder = HashingEmbedder()
        self.news = threading.Condition()
        self.keepers: list[IndexedFolder] = []
        self._shared = IndexServices(
            settings=Settings,
            model="hashing",
            embedder=self.embedder,
            stores=stores,
            consideration=Throttle(Settings, Surroundings),
            cache=EmbeddingCache(data.embedding_cache),
            fetch_model=lambda *_: None,
        )

    def open(self, folder: Path | None = None) -> IndexedFolder:
        return self._opened(folder or self.folder, self._shared)

    def open_for_command(self) -> IndexedFolder:
        return self._opened(self.folder, replace(self._shared, consideration=None))

    def _opened(self, folder: Path, shared: IndexServices) -> IndexedFolder:
        keeper = IndexedFolder(folder, self.data, shared, self.lane, self._hear)
        self.keepers.append(keeper)
        return keeper

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds; its news may also come from a file system, so it is asked now and then."""
        deadline = time.monotonic() + PATIENCE
        with self.news:
            while not condition():
                assert time.monotonic() < deadline, "it did not come about"
                self.news.wait(0.05)

    def until_idle(self, keeper: IndexedFolder, files: int) -> None:
        self.until(lambda: (now := keeper.activity()).stage is Stage.IDLE and now.files == files)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def close(self) -> None:
        for keeper in self.keepers:
            keeper.close()
        self.lane.close()

    def _hear(self, _: IndexedFolder) -> None:
        with self.news:
            self.news.notify_all()


@pytest.fixture(scope="module")
def stores() -> Iterator[VectorStores]:
    stores = VectorStores()
    yield stores
    stores.close()


@pytest.fixture
def house(tmp_path: Path, stores: VectorStores) -> Iterator[House]:
    house = House(tmp_path / "project", DataPaths(tmp_path / "data"), stores)
    house.write("network.py", "def send(value):\n    return value\n")
    yield house
    house.close()


def paths(keeper: IndexedFolder, question: str) -> list[str]:
    return [passage.chunk.path for passage in keeper.opened().search(SearchRequest(question, 5)).passages]


def test_a_folder_is_read_and_embedded_without_being_asked(house: House) -> None:
    keeper = house.open()
    keeper.askable.result(PATIENCE)
    house.until_idle(keeper, 1)
    now = keeper.activity()
    assert (now.embedded, now.made, now.problem) == (now.chunks, now.chunks, None)
    assert keeper.opened().search(SearchRequest("send", 3)).mode is SearchMode.HYBRID


def test_what_changes_is_seen_and_a_question_need_not_wait_for_quiet(house: House) -> None:
    keeper = house.open()
    house.until_idle(keeper, 1)
    house.write("deep/er/disk.py", "def write(value):\n    return value\n")
    house.until(lambda: keeper.is_behind or keeper.activity().files == 2)
    keeper.catch_up(PATIENCE)
    assert "deep/er/disk.py" in paths(keeper, "write")


def test_a_guest_is_served_and_takes_over(house: House) -> None:
    owner = house.open()
    house.until_idle(owner, 1)
    guest = house.open()
    assert guest.await_read().unchanged == 1
    assert guest.opened().search(SearchRequest("send", 3)).mode is SearchMode.HYBRID, "with the vectors of the owner"
    embedded = len(house.embedder.embedded)
    owner.close()
    house.write("disk.py", "def write(value):\n    return value\n")
    house.until_idle(guest, 2)
    assert guest.opened().search(SearchRequest("write", 3)).mode is SearchMode.HYBRID
    assert len(house.embedder.embedded) == embedded + 2, "only the new file, and what it is about"


def test_a_paused_folder_answers_from_what_it_has(house: House) -> None:
    house.until_idle(house.open(), 1)
    house.keepers[0].close()
    keeper = house.open()
    keeper.pause(True)
    keeper.askable.result(PATIENCE)
    house.write("disk.py", "def write(value):\n    return value\n")
    assert "network.py" in paths(keeper, "send")
    keeper.pause(False)
    house.until_idle(keeper, 2)


def test_a_pause_holds_until_it_is_taken_back_whoever_owns_the_index(house: House) -> None:
    first = house.open()
    house.until_idle(first, 1)
    guest = house.open()
    house.until(lambda: guest.index)
    guest.pause(True)
    assert first.activity().paused
    first.close()
    house.write("disk.py", "def write(value):\n    return value\n")
    house.until(lambda: guest.is_behind and guest.activity().paused)  # a guest no more: the owner is gone
    guest.close()
    later = house.open()
    later.askable.result(PATIENCE)
    assert (later.activity().paused, later.activity().files) == (True, 1)
    later.pause(False)
    house.until_idle(later, 2)
    later.close()
    assert not house.open().activity().paused


def test_a_command_does_its_work_and_leaves_a_pause_to_the_editor(house: House) -> None:
    editor = house.open()
    house.until_idle(editor, 1)
    editor.pause(True)
    editor.close()
    house.write("disk.py", "def write(value):\n    return value\n")
    command = house.open_for_command()
    assert command.await_read().added == 1
    command.close()
    editor = house.open()
    editor.askable.result(PATIENCE)
    assert editor.activity().paused


def test_what_changed_a_moment_ago_is_waited_for_and_long_work_is_not(house: House) -> None:
    keeper = house.open()
    house.until_idle(keeper, 1)
    keeper.pause(True)
    house.write("disk.py", "def write(value):\n    return value\n")
    keeper.changed(["disk.py"])
    keeper.pause(False)
    keeper.catch_up(0.0)
    assert keeper.is_behind
    keeper.catch_up(PATIENCE)
    assert "disk.py" in paths(keeper, "write")


def test_a_rebuild_embeds_nothing_anew(house: House) -> None:
    keeper = house.open()
    house.until_idle(keeper, 1)
    embedded = len(house.embedder.embedded)
    keeper.rebuild()
    house.until(lambda: keeper.activity().reused)
    house.until_idle(keeper, 1)
    assert len(house.embedder.embedded) == embedded


def test_vectors_that_the_disk_refused_are_stored_soon_after(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_RETRY_SECONDS", 0.1)
    refusals = [StorageError("The disk is full.")]
    put = EmbeddingCache.put

    def refuse_once(cache: EmbeddingCache, *what: Any) -> None:
        if refusals:
            raise refusals.pop()
        put(cache, *what)

    monkeypatch.setattr(EmbeddingCache, "put", refuse_once)
    keeper = house.open()
    house.until(lambda: not refusals)
    house.until(lambda: (now := keeper.activity()).embedded == now.chunks > 0 and now.problem is None)


def test_an_index_that_cannot_be_written_is_asked_as_it_is_and_kept_once_it_can(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_RETRY_SECONDS", 0.1)
    house.until_idle(house.open(), 1)
    house.keepers[0].close()
    house.write("disk.py", "def write(value):\n    return value\n")
    lock = house.data.index_of(house.folder.resolve()).lock
    lock.unlink()
    lock.mkdir()  # nobody can lock it, not even the superuser
    keeper = house.open()
    keeper.askable.result(PATIENCE)
    house.until(lambda: keeper.index)
    now = keeper.activity()
    assert (now.files, now.embedded) == (1, now.chunks)
    assert "cannot be locked" in str(now.problem)
    assert keeper.await_read() == IndexReport()
    result = keeper.opened().search(SearchRequest("send", 5))
    assert (result.mode, [passage.chunk.path for passage in result.passages]) == (SearchMode.KEYWORD, ["network.py"])
    with pytest.raises(StorageError, match="cannot be locked"):
        keeper.rebuild()
    lock.rmdir()
    house.until_idle(keeper, 2)
    assert keeper.opened().search(SearchRequest("write", 5)).mode is SearchMode.HYBRID


def test_a_folder_that_is_not_there_says_so_and_is_opened_once_it_is(house: House, tmp_path: Path) -> None:
    keeper = house.open(tmp_path / "later")
    keeper.askable.result(PATIENCE)
    with pytest.raises(FolderError, match="does not exist"):
        keeper.opened()
    with pytest.raises(FolderError, match="does not exist"):
        keeper.await_read()
    house.folder = tmp_path / "later"
    house.write("disk.py", "def write(value):\n    return value\n")
    keeper.changed(["disk.py"])
    house.until_idle(keeper, 1)


def test_a_folder_that_vanishes_still_answers_and_is_read_when_it_is_back(house: House, tmp_path: Path) -> None:
    keeper = house.open()
    house.until_idle(keeper, 1)
    house.folder.rename(tmp_path / "elsewhere")
    keeper.changed(None)
    house.until(lambda: keeper.activity().problem)
    assert paths(keeper, "send") == ["network.py"]
    (tmp_path / "elsewhere").rename(house.folder)
    house.write("disk.py", "def write(value):\n    return value\n")
    keeper.changed(None)
    house.until(lambda: keeper.activity().files == 2 and keeper.activity().problem is None)

"""Open folders with the real catalog, watcher, Chroma and sockets; only the embedding model is fake.

Two open instances of the same folder are an owner and a follower, even in one process.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hashing_embedder import HashingEmbedder

from sourcewise.domain.index_state import IndexReport, Stage
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.errors import FolderError, StorageError
from sourcewise.folder_index.index import IndexServices
from sourcewise.indexing.throttle import MachineState, Throttle
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.storage.vector_store import VectorStores
from sourcewise.workspace import owner, read_only
from sourcewise.workspace.embedding_queue import EmbeddingQueue
from sourcewise.workspace.folder import IndexedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


PATIENCE = 30


class FolderFixture:
    """A folder that can be opened several times; a change of any instance wakes `until`."""

    def __init__(self, path: Path, data: DataPaths, stores: VectorStores) -> None:
        self.path = path
        self.data = data
        self.queue = EmbeddingQueue()
        self.embedder = HashingEmbedder()
        self.changed = threading.Condition()
        self.folders: list[IndexedFolder] = []
        self._shared = IndexServices(
            settings=Settings,
            model="hashing",
            embedder=self.embedder,
            stores=stores,
            throttle=Throttle(Settings, MachineState),
            cache=EmbeddingCache(data.embedding_cache),
            fetch_model=lambda *_: None,
        )

    def open(self, path: Path | None = None) -> IndexedFolder:
        return self._opened(path or self.path, self._shared)

    def open_for_command(self) -> IndexedFolder:
        return self._opened(self.path, replace(self._shared, throttle=None))

    def _opened(self, path: Path, shared: IndexServices) -> IndexedFolder:
        folder = IndexedFolder(path, self.data, shared, self.queue, self._notify)
        self.folders.append(folder)
        return folder

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds; it is also polled, since it may depend on the file system."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while not condition():
                assert time.monotonic() < deadline, "the condition was not met in time"
                self.changed.wait(0.05)

    def until_idle(self, folder: IndexedFolder, files: int) -> None:
        self.until(lambda: (now := folder.activity()).stage is Stage.IDLE and now.files == files)

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def close(self) -> None:
        for folder in self.folders:
            folder.close()
        self.queue.close()

    def _notify(self, _: IndexedFolder) -> None:
        with self.changed:
            self.changed.notify_all()


@pytest.fixture(scope="module")
def stores() -> Iterator[VectorStores]:
    stores = VectorStores()
    yield stores
    stores.close()


@pytest.fixture
def workspace(tmp_path: Path, stores: VectorStores) -> Iterator[FolderFixture]:
    workspace = FolderFixture(tmp_path / "project", DataPaths(tmp_path / "data"), stores)
    workspace.write("network.py", "def send(value):\n    return value\n")
    yield workspace
    workspace.close()


def paths(folder: IndexedFolder, question: str) -> list[str]:
    return [passage.chunk.path for passage in folder.opened().search(SearchRequest(question, 5)).passages]


def test_a_folder_is_read_and_embedded_in_the_background(workspace: FolderFixture) -> None:
    folder = workspace.open()
    folder.searchable.result(PATIENCE)
    workspace.until_idle(folder, 1)
    now = folder.activity()
    assert (now.embedded, now.made, now.problem) == (now.chunks, now.chunks, None)
    assert folder.opened().search(SearchRequest("send", 3)).mode is SearchMode.HYBRID


def test_catching_up_updates_the_index_immediately(workspace: FolderFixture) -> None:
    folder = workspace.open()
    workspace.until_idle(folder, 1)
    workspace.write("deep/er/disk.py", "def write(value):\n    return value\n")
    workspace.until(lambda: folder.is_behind or folder.activity().files == 2)
    folder.catch_up(PATIENCE)
    assert "deep/er/disk.py" in paths(folder, "write")


def test_a_follower_searches_through_the_owner_and_takes_over_when_it_closes(workspace: FolderFixture) -> None:
    owner = workspace.open()
    workspace.until_idle(owner, 1)
    follower = workspace.open()
    assert follower.await_read().unchanged == 1
    assert follower.opened().search(SearchRequest("send", 3)).mode is SearchMode.HYBRID, "with the vectors of the owner"
    embedded = len(workspace.embedder.embedded)
    owner.close()
    workspace.write("disk.py", "def write(value):\n    return value\n")
    workspace.until_idle(follower, 2)
    assert follower.opened().search(SearchRequest("write", 3)).mode is SearchMode.HYBRID
    assert len(workspace.embedder.embedded) == embedded + 2, "only the new file and its summary"


def test_the_owner_prioritizes_chunks_for_a_follower(workspace: FolderFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    prioritized: list[list[str]] = []

    def prioritize(_owner: owner.Owner, chunk_ids: list[str], _question: str = "") -> None:
        prioritized.append(chunk_ids)

    monkeypatch.setattr(owner.Owner, "prioritize", prioritize)
    workspace.until_idle(workspace.open(), 1)
    follower = workspace.open()
    workspace.until(lambda: follower.index)
    follower.prioritize(["some chunk"])
    assert prioritized == [["some chunk"]]


def test_a_paused_folder_can_be_searched(workspace: FolderFixture) -> None:
    workspace.until_idle(workspace.open(), 1)
    workspace.folders[0].close()
    folder = workspace.open()
    folder.pause(True)
    folder.searchable.result(PATIENCE)
    workspace.write("disk.py", "def write(value):\n    return value\n")
    assert "network.py" in paths(folder, "send")
    folder.pause(False)
    workspace.until_idle(folder, 2)


def test_pausing_persists_across_owners_until_work_is_resumed(workspace: FolderFixture) -> None:
    first = workspace.open()
    workspace.until_idle(first, 1)
    follower = workspace.open()
    workspace.until(lambda: follower.index)
    follower.pause(True)
    assert first.activity().paused
    first.close()
    workspace.write("disk.py", "def write(value):\n    return value\n")
    workspace.until(
        lambda: follower.is_behind and follower.activity().paused
    )  # no longer a follower: the owner has ended
    follower.close()
    later = workspace.open()
    later.searchable.result(PATIENCE)
    assert (later.activity().paused, later.activity().files) == (True, 1)
    later.pause(False)
    workspace.until_idle(later, 2)
    later.close()
    assert not workspace.open().activity().paused


def test_a_command_ignores_a_pause_and_keeps_it_for_the_editor(workspace: FolderFixture) -> None:
    editor = workspace.open()
    workspace.until_idle(editor, 1)
    editor.pause(True)
    editor.close()
    workspace.write("disk.py", "def write(value):\n    return value\n")
    command = workspace.open_for_command()
    assert command.await_read().added == 1
    command.close()
    editor = workspace.open()
    editor.searchable.result(PATIENCE)
    assert editor.activity().paused


def test_catching_up_waits_at_most_the_given_time(workspace: FolderFixture) -> None:
    folder = workspace.open()
    workspace.until_idle(folder, 1)
    folder.pause(True)
    workspace.write("disk.py", "def write(value):\n    return value\n")
    folder.changed(["disk.py"])
    folder.pause(False)
    folder.catch_up(0.0)
    assert folder.is_behind
    folder.catch_up(PATIENCE)
    assert "disk.py" in paths(folder, "write")


def test_a_rebuild_embeds_nothing(workspace: FolderFixture) -> None:
    folder = workspace.open()
    workspace.until_idle(folder, 1)
    embedded = len(workspace.embedder.embedded)
    folder.rebuild()
    workspace.until(lambda: folder.activity().reused)
    workspace.until_idle(folder, 1)
    assert len(workspace.embedder.embedded) == embedded


def test_storing_vectors_is_retried_after_a_disk_error(
    workspace: FolderFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "_RETRY_SECONDS", 0.1)
    refusals = [StorageError("The disk is full.")]
    put = EmbeddingCache.put

    def refuse_once(cache: EmbeddingCache, *what: Any) -> None:
        if refusals:
            raise refusals.pop()
        put(cache, *what)

    monkeypatch.setattr(EmbeddingCache, "put", refuse_once)
    folder = workspace.open()
    workspace.until(lambda: not refusals)
    workspace.until(lambda: (now := folder.activity()).embedded == now.chunks > 0 and now.problem is None)


def test_a_command_that_waits_for_an_update_gets_the_reason_why_none_follows(
    workspace: FolderFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = threading.Event()

    def refuse(*_: object) -> None:
        refused.wait(PATIENCE)
        raise StorageError("No sockets are left.")

    monkeypatch.setattr(owner, "RpcServer", refuse)
    folder = workspace.open()
    workspace.until(lambda: folder.index)
    with ThreadPoolExecutor(1) as command:
        report = command.submit(folder.await_read)
        refused.set()
        with pytest.raises(StorageError, match="No sockets"):
            report.result(PATIENCE)


def test_a_read_only_index_is_searched_and_updated_once_it_is_writable(
    workspace: FolderFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_only, "_RETRY_SECONDS", 0.1)
    workspace.until_idle(workspace.open(), 1)
    workspace.folders[0].close()
    workspace.write("disk.py", "def write(value):\n    return value\n")
    lock = workspace.data.index_of(workspace.path.resolve()).lock
    lock.unlink()
    lock.mkdir()  # not even the superuser can lock a folder
    folder = workspace.open()
    folder.searchable.result(PATIENCE)
    workspace.until(lambda: folder.index)
    now = folder.activity()
    assert (now.files, now.embedded) == (1, now.chunks)
    assert "cannot be locked" in str(now.problem)
    assert folder.await_read() == IndexReport()
    result = folder.opened().search(SearchRequest("send", 5))
    assert (result.mode, [passage.chunk.path for passage in result.passages]) == (SearchMode.KEYWORD, ["network.py"])
    with pytest.raises(StorageError, match="cannot be locked"):
        folder.rebuild()
    lock.rmdir()
    workspace.until_idle(folder, 2)
    assert folder.opened().search(SearchRequest("write", 5)).mode is SearchMode.HYBRID


def test_a_missing_folder_reports_an_error_and_is_opened_once_it_exists(
    workspace: FolderFixture, tmp_path: Path
) -> None:
    folder = workspace.open(tmp_path / "later")
    folder.searchable.result(PATIENCE)
    with pytest.raises(FolderError, match="does not exist"):
        folder.opened()
    with pytest.raises(FolderError, match="does not exist"):
        folder.await_read()
    workspace.path = tmp_path / "later"
    workspace.write("disk.py", "def write(value):\n    return value\n")
    folder.changed(["disk.py"])
    workspace.until_idle(folder, 1)


def test_a_deleted_folder_can_be_searched_and_is_read_when_it_is_restored(
    workspace: FolderFixture, tmp_path: Path
) -> None:
    folder = workspace.open()
    workspace.until_idle(folder, 1)
    workspace.path.rename(tmp_path / "elsewhere")
    folder.changed(None)
    workspace.until(lambda: folder.activity().problem)
    assert paths(folder, "send") == ["network.py"]
    (tmp_path / "elsewhere").rename(workspace.path)
    workspace.write("disk.py", "def write(value):\n    return value\n")
    folder.changed(None)
    workspace.until(lambda: folder.activity().files == 2 and folder.activity().problem is None)

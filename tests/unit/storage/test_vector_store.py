"""The vector store: the same behaviour in a folder and on a server, and recovery from crashes of its process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
from chroma_server import RunningChroma
from vector_samples import MANY, MODEL, chunk, fill, vectors

from sourcewise.errors import StorageError, VectorStoreCorruptError
from sourcewise.processes.worker import Worker
from sourcewise.storage.chroma import store as store_module
from sourcewise.storage.chroma.folder import ChromaFolder
from sourcewise.storage.chroma.store import ChromaStore
from sourcewise.storage.vector_store import VectorStore, VectorStores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Store = ChromaStore | VectorStore

_PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    server = RunningChroma(tmp_path_factory.mktemp("chroma"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def stores() -> Iterator[VectorStores]:
    stores = VectorStores()
    yield stores
    stores.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index" / "vectors"


@pytest.fixture(params=["in this process", "in its own process", "on a server"])
def store(request: pytest.FixtureRequest, folder: Path, stores: VectorStores) -> Iterator[Store]:
    if request.param == "in this process":
        store: Store = ChromaStore(ChromaFolder(folder))
    else:
        server = request.getfixturevalue("chroma").address if request.param == "on a server" else ""
        store = stores.open(folder, server)
    yield store
    store.close()


def test_an_empty_store_finds_nothing_and_accepts_every_call(store: Store) -> None:
    assert store.search(MODEL, vectors(1)[0], 5) == []
    assert store.search(MODEL, vectors(1)[0], 5, chunk_ids=["a"]) == []
    assert (store.count(MODEL), store.ids(MODEL)) == (0, set())
    store.add(MODEL, [])
    store.remove(MODEL, [("a", 2)])
    store.update_metadata(MODEL, [(chunk(1), 1)])
    store.drop(MODEL)


def test_the_nearest_chunks_come_first_with_their_cosine(store: Store) -> None:
    fill(store, 50)
    question = vectors(7)[0] + 0.1
    matrix = np.concatenate([vectors(n) for n in range(50)])
    cosines = matrix @ question / np.linalg.norm(matrix, axis=1) / np.linalg.norm(question)
    best = np.argsort(-cosines)[:5]
    found = store.search(MODEL, question, 5)
    assert [chunk_id for chunk_id, _ in found] == [chunk(int(n)).id for n in best]
    assert [similarity for _, similarity in found] == pytest.approx(cosines[best].tolist(), abs=1e-5)


def test_a_chunk_with_many_windows_is_found_once_by_its_best_window(store: Store) -> None:
    long = np.concatenate([vectors(100 + n) for n in range(30)])
    store.add(MODEL, [(chunk(1), long), (chunk(2), -long[:1]), (chunk(3), vectors(3))])
    found = store.search(MODEL, long[17], 3)
    assert {chunk_id for chunk_id, _ in found} == {chunk(1).id, chunk(2).id, chunk(3).id}
    assert found[0] == (chunk(1).id, pytest.approx(1.0, abs=1e-5))


def test_a_search_within_chunks_compares_exactly_these_chunks(store: Store) -> None:
    fill(store, 300, windows=3)
    wanted = [chunk(n).id for n in range(5, 300, 50)]
    found = store.search(MODEL, vectors(0)[0], 99, chunk_ids=[*wanted, "unknown", wanted[0]])
    assert sorted(chunk_id for chunk_id, _ in found) == sorted(wanted)
    assert found == sorted(found, key=lambda item: -item[1])
    everything = dict(store.search(MODEL, vectors(0)[0], 300))
    assert [everything[chunk_id] for chunk_id, _ in found] == pytest.approx([value for _, value in found], abs=1e-5)


def test_adding_again_replaces(store: Store) -> None:
    store.add(MODEL, [(chunk(1), vectors(1))])
    store.add(MODEL, [(chunk(1), vectors(2))])
    assert store.count(MODEL) == 1
    assert store.search(MODEL, vectors(2)[0], 1)[0][1] == pytest.approx(1.0, abs=1e-5)


def test_removed_chunks_are_not_found(store: Store) -> None:
    fill(store, 10, windows=2)
    store.remove(MODEL, [(chunk(3).id, 2), ("unknown", 1)])
    assert store.count(MODEL) == 18
    assert chunk(3).id not in dict(store.search(MODEL, vectors(3)[0], 10))
    assert f"{chunk(4).id}:1" in store.ids(MODEL)


def test_models_are_separate_and_dropped_separately(store: Store) -> None:
    store.add("a/b", [(chunk(1), vectors(1))])
    store.add("a-b", [(chunk(2), vectors(2)), (chunk(3), vectors(3))])
    store.add("é", [(chunk(4), vectors(4)[:, :3])])
    assert (store.count("a/b"), store.count("a-b"), store.count("é")) == (1, 2, 1)
    store.drop("a-b")
    assert (store.count("a/b"), store.count("a-b")) == (1, 0)
    store.add("a-b", [(chunk(2), vectors(2)[:, :5])])
    assert store.count("a-b") == 1


def test_another_dimension_for_a_model_is_refused(store: Store) -> None:
    store.add(MODEL, [(chunk(1), vectors(1))])
    store.close()
    with pytest.raises(StorageError, match="have 8 dimensions, but the model now returns 5"):
        store.add(MODEL, [(chunk(2), vectors(2)[:, :5])])
    with pytest.raises(StorageError, match="dimensions"):
        store.search(MODEL, vectors(2)[0, :5], 3)


def test_the_number_of_windows_is_known_after_reopening(store: Store) -> None:
    store.add(MODEL, [(chunk(1), vectors(1, 9))])
    store.close()
    found = store.search(MODEL, vectors(1, 9)[8], 1, chunk_ids=[chunk(1).id])
    assert found == [(chunk(1).id, pytest.approx(1.0, abs=1e-5))]


@pytest.mark.parametrize("within", [3, 700])
def test_only_the_given_chunks_are_found_whether_few_or_many(store: Store, within: int) -> None:
    fill(store, 800)
    allowed = [chunk(n).id for n in range(within)]
    found = store.search(MODEL, vectors(within - 1)[0], 10, allowed)
    assert found[0][0] == chunk(within - 1).id
    assert {chunk_id for chunk_id, _ in found} <= set(allowed)
    assert store.search(MODEL, vectors(799)[0], 1, allowed)[0][0] in allowed


def test_chunks_of_few_windows_are_found_among_many_whatever_the_longest_has(store: Store) -> None:
    fill(store, 800)
    store.add(MODEL, [(chunk(800), vectors(800, 5))])
    allowed = ["unknown", *(chunk(n).id for n in range(100, 801))]
    assert store.search(MODEL, vectors(700)[0], 1, allowed)[0][0] == chunk(700).id
    assert store.search(MODEL, vectors(800, 5)[4], 1, allowed)[0][0] == chunk(800).id


def test_more_chunks_than_one_query_can_name_are_searched_in_parts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_NAMED_AT_MOST", 300)
    store = ChromaStore(ChromaFolder(folder))
    fill(store, 800)
    allowed = [chunk(n).id for n in range(799)]
    found = store.search(MODEL, vectors(798)[0], 10, allowed)
    assert found == sorted(found, key=lambda hit: -hit[1])
    assert (len(found), found[0][0]) == (10, chunk(798).id)
    store.close()


def test_neighbours_are_nearest_to_the_stored_vectors_without_the_chunk_itself(store: Store) -> None:
    store.add(MODEL, [(chunk(n), np.array([[1.0, n / 10] + [0.0] * 6], np.float32)) for n in range(5)])
    assert [found for found, _ in store.neighbours(MODEL, chunk(0).id, 2)] == [chunk(1).id, chunk(2).id]
    assert store.neighbours(MODEL, chunk(99).id, 2) == []
    assert store.neighbours("another model", chunk(0).id, 2) == []


def test_a_store_can_be_closed_and_opened_again(store: Store) -> None:
    fill(store, MANY)
    for _ in range(2):
        store.close()
        assert store.count(MODEL) == MANY
        assert store.search(MODEL, vectors(1400)[0], 1)[0][0] == chunk(1400).id


def test_a_reset_leaves_an_empty_store_and_no_old_files(store: Store, folder: Path) -> None:
    fill(store, 20)
    store.reset()
    assert store.count(MODEL) == 0
    fill(store, 3)
    assert store.search(MODEL, vectors(2)[0], 9)[0][0] == chunk(2).id
    assert [path.name for path in folder.parent.iterdir()] == ["vectors"]


# --- the process ------------------------------------------------------------------------------------------


def child() -> psutil.Process:
    """Return the vector process."""
    services = [
        process
        for process in psutil.Process().children()
        if process.is_running() and "sourcewise.storage.chroma.service:ChromaService" in process.cmdline()
    ]
    assert len(services) == 1
    return services[0]


@pytest.fixture
def own(folder: Path, stores: VectorStores) -> Iterator[VectorStore]:
    store = stores.open(folder)
    yield store
    store.close()


def test_nothing_is_imported_started_or_created_before_the_first_use(folder: Path) -> None:
    program = """
import sys, pathlib, psutil
from sourcewise.storage.vector_store import VectorStores
stores = VectorStores()
store = stores.open(pathlib.Path(sys.argv[1]))
assert store.is_missing
store.close()
stores.close()
assert "chromadb" not in sys.modules
assert not psutil.Process().children()
"""
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, timeout=60)
    assert not folder.exists()


def test_using_vectors_does_not_import_chroma_here(folder: Path) -> None:
    program = """
import sys, pathlib
from sourcewise.storage.vector_store import VectorStores
stores = VectorStores()
assert stores.open(pathlib.Path(sys.argv[1])).count("a model") == 0
stores.close()
assert "chromadb" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, timeout=60)


def test_threads_search_while_one_adds(own: VectorStore) -> None:
    fill(own, 20)
    failures: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                assert own.search(MODEL, vectors(5)[0], 3)[0][0] == chunk(5).id
        except BaseException as error:
            failures.append(error)

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for searcher in searchers:
        searcher.start()
    own.add(MODEL, [(chunk(n), vectors(n)) for n in range(20, 1220)])
    done.set()
    for searcher in searchers:
        searcher.join()
    assert failures == []


def test_no_vector_is_lost_if_the_process_is_killed_repeatedly_during_adding(
    own: VectorStore,
) -> None:
    fill(own, 10)
    adding = threading.Thread(target=fill, args=(own, 400))
    adding.start()
    for reached in (50, 150, 250):
        while own.count(MODEL) < reached:
            pass
        child().kill()
    adding.join()
    assert own.ids(MODEL) == {f"{chunk(n).id}:0" for n in range(400)}
    assert own.search(MODEL, vectors(399)[0], 1)[0][0] == chunk(399).id


def test_a_process_that_was_killed_between_calls_is_restarted(own: VectorStore) -> None:
    fill(own, 3)
    killed = child()
    killed.kill()
    killed.wait(30)
    assert own.count(MODEL) == 3


def test_folders_share_a_process_and_one_is_reset_while_another_is_in_use(tmp_path: Path, stores: VectorStores) -> None:
    one, other = stores.open(tmp_path / "one"), stores.open(tmp_path / "other")
    fill(one, 3)
    fill(other, 5)
    process = child()
    shutil.rmtree(tmp_path / "one")
    with pytest.raises(VectorStoreCorruptError):
        one.count(MODEL)
    one.reset()
    assert (one.count(MODEL), other.count(MODEL)) == (0, 5)
    one.close()
    assert (other.count(MODEL), child()) == (5, process)
    other.close()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_no_file_of_a_deleted_or_closed_folder_stays_open(own: VectorStore, folder: Path) -> None:
    def held() -> list[str]:
        paths = []
        for entry in Path(f"/proc/{child().pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                paths.append(os.readlink(entry))
        return [path for path in paths if str(folder) in path]

    def held_at_last() -> list[str]:
        # Chroma closes its database in another thread, a moment after its close returns.
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while held() and time.monotonic() < deadline:
            time.sleep(0.01)
        return held()

    fill(own, MANY)
    assert held()
    shutil.rmtree(folder)
    with pytest.raises(VectorStoreCorruptError):
        own.search(MODEL, vectors(1)[0], 1)
    assert held_at_last() == []
    own.reset()
    fill(own, 3)
    own.close()
    assert held_at_last() == []


class DyingService:
    """Runs in the child: dies at each call until it has died the given number of times."""

    def __init__(self, deaths: Path, wanted: int) -> None:
        self._deaths = deaths
        self._wanted = wanted

    def run(self, folder: Path, server: str, method: str, arguments: tuple[object, ...]) -> int:
        died = len(self._deaths.read_bytes())
        if died < self._wanted:
            self._deaths.write_bytes(b"x" * (died + 1))
            os.kill(os.getpid(), signal.SIGKILL)
        return 7


@pytest.fixture
def dying(tmp_path: Path) -> Iterator[Callable[[int], VectorStore]]:
    workers: list[Worker] = []

    def make(deaths: int) -> VectorStore:
        (tmp_path / "deaths").touch()
        arguments = {"deaths": tmp_path / "deaths", "wanted": deaths}
        workers.append(Worker("test_vector_store:DyingService", arguments))
        return VectorStore(workers[0], tmp_path / "vectors")

    yield make
    for worker in workers:
        worker.close()


def test_a_call_whose_process_dies_once_is_repeated(dying: Callable[[int], VectorStore]) -> None:
    assert dying(1).count(MODEL) == 7


def test_vectors_that_crash_the_process_twice_are_damaged(dying: Callable[[int], VectorStore], tmp_path: Path) -> None:
    store = dying(2)
    with pytest.raises(VectorStoreCorruptError, match="twice"):
        store.count(MODEL)
    assert len((tmp_path / "deaths").read_bytes()) == 2
    assert store.count(MODEL) == 7


def test_a_failing_process_is_not_reported_as_damage(tmp_path: Path) -> None:
    worker = Worker("no.such.module:Service")
    with pytest.raises(StorageError, match="ModuleNotFoundError") as caught:
        VectorStore(worker, tmp_path).count(MODEL)
    worker.close()
    assert not isinstance(caught.value, VectorStoreCorruptError)

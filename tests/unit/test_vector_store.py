from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.errors import StorageError, VectorStoreCorruptError
from sourcewise.model import Chunk
from sourcewise.storage.vector_store import VectorStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DIMENSION = 8
# Above Chroma's threshold of 1000, so that the graph is on the disk and not only in the log.
MANY = 1500


def chunk(number: int, first_line: int = 1) -> Chunk:
    chunk_id = hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()
    return Chunk(chunk_id, f"src/{number}.py", first_line, first_line + 4, "text", "python", 0, 3, "Store.load")


def vectors(seed: int, windows: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((windows, DIMENSION)).astype(np.float32)


def fill(store: VectorStore, count: int, windows: int = 1) -> None:
    store.add(MODEL, [(chunk(n), vectors(n, windows)) for n in range(count)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index" / "vectors"


@pytest.fixture
def store(folder: Path) -> Iterator[VectorStore]:
    store = VectorStore(folder)
    yield store
    store.close()


def test_nothing_is_imported_or_made_before_the_first_use(folder: Path) -> None:
    program = """
import sys, pathlib
from sourcewise.storage.vector_store import VectorStore
store = VectorStore(pathlib.Path(sys.argv[1]))
store.close()
assert "chromadb" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, timeout=60)
    assert not folder.exists()


def test_an_empty_store_finds_nothing_and_minds_nothing(store: VectorStore) -> None:
    assert store.search(MODEL, vectors(1)[0], 5) == []
    assert store.search(MODEL, vectors(1)[0], 5, within=["a"]) == []
    assert (store.count(MODEL), store.ids(MODEL)) == (0, set())
    store.add(MODEL, [])
    store.remove(MODEL, [("a", 2)])
    store.update_metadata(MODEL, [(chunk(1), 1)])
    store.drop(MODEL)


def test_the_nearest_chunks_come_first_with_their_cosine(store: VectorStore) -> None:
    fill(store, 50)
    question = vectors(7)[0] + 0.1
    matrix = np.concatenate([vectors(n) for n in range(50)])
    cosines = matrix @ question / np.linalg.norm(matrix, axis=1) / np.linalg.norm(question)
    best = np.argsort(-cosines)[:5]
    found = store.search(MODEL, question, 5)
    assert [chunk_id for chunk_id, _ in found] == [chunk(int(n)).id for n in best]
    assert [similarity for _, similarity in found] == pytest.approx(cosines[best].tolist(), abs=1e-5)


def test_a_chunk_of_many_windows_is_found_once_by_its_best(store: VectorStore) -> None:
    long = np.concatenate([vectors(100 + n) for n in range(30)])
    store.add(MODEL, [(chunk(1), long), (chunk(2), -long[:1]), (chunk(3), vectors(3))])
    found = store.search(MODEL, long[17], 3)
    assert {chunk_id for chunk_id, _ in found} == {chunk(1).id, chunk(2).id, chunk(3).id}
    assert found[0] == (chunk(1).id, pytest.approx(1.0, abs=1e-5))


def test_a_search_within_chunks_compares_all_of_them_and_no_other(store: VectorStore) -> None:
    fill(store, 300, windows=3)
    wanted = [chunk(n).id for n in range(5, 300, 50)]
    found = store.search(MODEL, vectors(0)[0], 99, within=[*wanted, "unknown", wanted[0]])
    assert sorted(chunk_id for chunk_id, _ in found) == sorted(wanted)
    assert found == sorted(found, key=lambda item: -item[1])
    everything = dict(store.search(MODEL, vectors(0)[0], 300))
    assert [everything[chunk_id] for chunk_id, _ in found] == pytest.approx([value for _, value in found], abs=1e-5)


def test_adding_again_replaces(store: VectorStore) -> None:
    store.add(MODEL, [(chunk(1), vectors(1))])
    store.add(MODEL, [(chunk(1), vectors(2))])
    assert store.count(MODEL) == 1
    assert store.search(MODEL, vectors(2)[0], 1)[0][1] == pytest.approx(1.0, abs=1e-5)


def test_removed_chunks_are_not_found(store: VectorStore) -> None:
    fill(store, 10, windows=2)
    store.remove(MODEL, [(chunk(3).id, 2), ("unknown", 1)])
    assert store.count(MODEL) == 18
    assert chunk(3).id not in dict(store.search(MODEL, vectors(3)[0], 10))
    assert f"{chunk(4).id}:1" in store.ids(MODEL)


def test_more_than_a_batch_is_stored_and_removed(store: VectorStore) -> None:
    fill(store, 700, windows=8)
    assert store.count(MODEL) == 5600 > store._opened().get_max_batch_size()
    store.update_metadata(MODEL, [(chunk(n, 9), 8) for n in range(700)])
    store.remove(MODEL, [(chunk(n).id, 8) for n in range(699)])
    assert store.ids(MODEL) == {f"{chunk(699).id}:{window}" for window in range(8)}


def test_metadata_says_where_a_vector_is_from(store: VectorStore) -> None:
    store.add(MODEL, [(chunk(1), vectors(1, 2))])
    store.update_metadata(MODEL, [(chunk(1, first_line=40), 2)])
    collection = store._collection(MODEL)
    assert collection is not None
    assert collection.get(ids=[f"{chunk(1).id}:1"])["metadatas"] == [
        {
            "source_file": "src/1.py",
            "language": "python",
            "chunk_id": chunk(1).id,
            "total_chunks": 3,
            "start_line": 40,
            "end_line": 44,
            "symbol": "Store.load",
            "window": 1,
        }
    ]


def test_models_are_kept_apart_and_dropped_alone(store: VectorStore) -> None:
    store.add("a/b", [(chunk(1), vectors(1))])
    store.add("a-b", [(chunk(2), vectors(2)), (chunk(3), vectors(3))])
    store.add("é", [(chunk(4), vectors(4)[:, :3])])
    assert (store.count("a/b"), store.count("a-b"), store.count("é")) == (1, 2, 1)
    store.drop("a-b")
    assert (store.count("a/b"), store.count("a-b")) == (1, 0)
    store.add("a-b", [(chunk(2), vectors(2)[:, :5])])
    assert store.count("a-b") == 1


def test_another_dimension_for_a_model_is_refused(store: VectorStore, folder: Path) -> None:
    store.add(MODEL, [(chunk(1), vectors(1))])
    store.close()
    with pytest.raises(StorageError, match="have 8 dimensions, the model now makes 5"):
        store.add(MODEL, [(chunk(2), vectors(2)[:, :5])])
    with pytest.raises(StorageError, match="dimensions"):
        store.search(MODEL, vectors(2)[0, :5], 3)


def test_a_store_can_be_closed_and_opened_again_in_one_process(store: VectorStore, folder: Path) -> None:
    fill(store, MANY)
    for _ in range(3):
        store.close()
        assert store.count(MODEL) == MANY
        assert store.search(MODEL, vectors(5)[0], 1)[0][0] == chunk(5).id
    store.close()
    other = VectorStore(folder)
    assert other.search(MODEL, vectors(1400)[0], 1)[0][0] == chunk(1400).id
    other.close()


def test_many_windows_are_remembered_after_reopening(store: VectorStore) -> None:
    store.add(MODEL, [(chunk(1), vectors(1, 9))])
    store.close()
    found = store.search(MODEL, vectors(1, 9)[8], 1, within=[chunk(1).id])
    assert found == [(chunk(1).id, pytest.approx(1.0, abs=1e-5))]


def test_threads_search_while_one_adds(store: VectorStore) -> None:
    fill(store, 20)
    failures: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                assert store.search(MODEL, vectors(5)[0], 3)[0][0] == chunk(5).id
        except BaseException as error:
            failures.append(error)

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for searcher in searchers:
        searcher.start()
    for start in range(20, 1520, 50):
        store.add(MODEL, [(chunk(n), vectors(n)) for n in range(start, start + 50)])
    done.set()
    for searcher in searchers:
        searcher.join()
    assert failures == []


# --- damage -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "vectors"
    store = VectorStore(folder)
    fill(store, MANY)
    store.close()
    return folder


def _graph(folder: Path) -> Path:
    return next(path for path in folder.iterdir() if path.is_dir())


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _scramble(path: Path) -> None:
    path.write_bytes(np.random.default_rng(3).bytes(path.stat().st_size))


def _remove(path: Path) -> None:
    path.unlink()


FILES = ["chroma.sqlite3", "header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle"]


def _use(folder: Path) -> str:
    """Say what comes of using a store that may be damaged; wrong results are the one thing that must not come of it."""
    store = VectorStore(folder)
    try:
        if store.count(MODEL) == MANY:
            for n in (5, 700, 999, 1000, 1200, MANY - 1):
                assert store.search(MODEL, vectors(n)[0], 1)[0][0] == chunk(n).id
                assert store.search(MODEL, vectors(n)[0], 1, within=[chunk(n).id])[0][1] > 0.999
        else:
            assert (store.count(MODEL), store.ids(MODEL)) == (0, set())
        store.add(MODEL, [(chunk(MANY), vectors(MANY))])
        return "works"
    except VectorStoreCorruptError as error:
        return error.message
    finally:
        store.reset()
        fill(store, 3)
        assert store.count(MODEL) == 3
        store.close()


@pytest.mark.parametrize("damage", [_remove, _cut, _empty, _zero, _scramble])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_noticed_or_harmless(
    sound: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(sound, folder)
    damage(folder / name if name.startswith("chroma") else _graph(folder) / name)
    assert _use(folder)


def test_a_lost_graph_is_noticed(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(sound, folder)
    shutil.rmtree(_graph(folder))
    assert "header.bin, data_level0.bin" in _use(folder)


def test_a_sound_store_is_taken_for_sound(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(sound, folder)
    assert _use(folder) == "works"


def test_a_foreign_folder_is_corrupt_and_can_be_reset(store: VectorStore, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "holiday.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(VectorStoreCorruptError):
        store.count(MODEL)
    store.reset()
    fill(store, 3)
    assert store.count(MODEL) == 3


def test_a_file_in_place_of_the_folder_is_an_error_until_reset(store: VectorStore, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_bytes(b"")
    with pytest.raises(StorageError):
        store.count(MODEL)
    store.reset()
    fill(store, 3)
    assert store.count(MODEL) == 3


def test_a_reset_while_open_starts_anew_and_leaves_no_rubbish(store: VectorStore, folder: Path) -> None:
    fill(store, MANY)
    store.reset()
    assert store.count(MODEL) == 0
    fill(store, 3)
    assert store.search(MODEL, vectors(2)[0], 9)[0][0] == chunk(2).id
    assert [path.name for path in folder.parent.iterdir()] == ["vectors"]


def test_a_folder_that_vanishes_while_open_never_answers_wrongly_and_refuses_writes(
    store: VectorStore, folder: Path
) -> None:
    fill(store, MANY)
    shutil.rmtree(folder)
    # Chroma may have all it needs in memory, or have to read some of it: that depends on the moment.
    with suppress(StorageError):
        assert store.search(MODEL, vectors(5)[0], 1)[0][0] == chunk(5).id
    with pytest.raises(StorageError):
        fill(store, MANY)
    store.reset()
    fill(store, 3)
    assert store.count(MODEL) == 3


@pytest.mark.parametrize("within", [3, 700])
def test_only_those_within_are_found_whether_few_or_many(store: VectorStore, within: int) -> None:
    fill(store, 800)
    allowed = [chunk(n).id for n in range(within)]
    found = store.search(MODEL, vectors(within - 1)[0], 10, allowed)
    assert found[0][0] == chunk(within - 1).id
    assert {chunk_id for chunk_id, _ in found} <= set(allowed)
    assert store.search(MODEL, vectors(799)[0], 1, allowed)[0][0] in allowed


def test_neighbours_are_nearest_to_the_stored_vectors_and_not_itself(store: VectorStore) -> None:
    store.add(MODEL, [(chunk(n), np.array([[1.0, n / 10] + [0.0] * 6], np.float32)) for n in range(5)])
    assert [found for found, _ in store.neighbours(MODEL, chunk(0).id, 2)] == [chunk(1).id, chunk(2).id]
    assert store.neighbours(MODEL, chunk(99).id, 2) == []
    assert store.neighbours("another model", chunk(0).id, 2) == []

"""A Chroma folder: metadata of vectors, disk space that is freed, and damage that is detected."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from vector_samples import MANY, MODEL, chunk, fill, vectors

from sourcewise.errors import StorageError, VectorStoreCorruptError
from sourcewise.storage.chroma.folder import DATABASE, ChromaFolder
from sourcewise.storage.chroma.store import ChromaStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index" / "vectors"


@pytest.fixture
def store(folder: Path) -> Iterator[ChromaStore]:
    store = ChromaStore(ChromaFolder(folder))
    yield store
    store.close()


def test_metadata_has_the_location_of_a_vector(store: ChromaStore) -> None:
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


def test_more_than_one_batch_is_stored_and_removed(store: ChromaStore) -> None:
    fill(store, 700, windows=8)
    assert store.count(MODEL) == 5600 > store._opened().get_max_batch_size()
    store.update_metadata(MODEL, [(chunk(n, 9), 8) for n in range(700)])
    store.remove(MODEL, [(chunk(n).id, 8) for n in range(699)])
    assert store.ids(MODEL) == {f"{chunk(699).id}:{window}" for window in range(8)}


# --- disk space -------------------------------------------------------------------------------------------


def test_disk_space_of_removed_vectors_is_freed(store: ChromaStore, folder: Path) -> None:
    fill(store, MANY)
    store.close()
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.executescript("CREATE TABLE much (content); INSERT INTO much VALUES (zeroblob(40000000));")
        connection.executescript("DROP TABLE much;")
    before = (folder / DATABASE).stat().st_size
    assert store.compact()
    assert (folder / DATABASE).stat().st_size < before - 30_000_000
    assert store.count(MODEL) == MANY
    assert store.search(MODEL, vectors(5)[0], 1)[0][0] == chunk(5).id
    assert not store.compact()


def test_the_graph_stays_loaded_if_compacting_does_not_pay(store: ChromaStore) -> None:
    fill(store, 10)
    client = store._client
    assert not store.compact()
    assert store._client is client


def test_an_unused_store_has_nothing_to_compact(store: ChromaStore, folder: Path) -> None:
    assert not store.compact()
    assert not folder.exists()


def test_the_wasted_share_of_the_graph_is_reported_until_a_reset(store: ChromaStore) -> None:
    fill(store, MANY)
    assert store.wasted(MANY) == 0
    store.remove(MODEL, [(chunk(n).id, 1) for n in range(1200)])
    assert store.wasted(MANY - 1200) == pytest.approx(0.7, abs=0.2)
    store.reset()
    fill(store, 3)
    assert store.wasted(3) == 0


# --- damage -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "vectors"
    store = ChromaStore(ChromaFolder(folder))
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
    """Return the outcome of using a store that may be damaged; wrong results are the only outcome that is a bug."""
    store = ChromaStore(ChromaFolder(folder))
    try:
        if store.count(MODEL) == MANY:
            for n in (5, 700, 999, 1000, 1200, MANY - 1):
                assert store.search(MODEL, vectors(n)[0], 1)[0][0] == chunk(n).id
                assert store.search(MODEL, vectors(n)[0], 1, chunk_ids=[chunk(n).id])[0][1] > 0.999
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
def test_a_damaged_file_is_detected_or_harmless(
    sound: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]
) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(sound, folder)
    damage(folder / name if name.startswith("chroma") else _graph(folder) / name)
    assert _use(folder)


def test_a_missing_graph_is_detected(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(sound, folder)
    shutil.rmtree(_graph(folder))
    assert "header.bin, data_level0.bin" in _use(folder)


def test_an_intact_store_passes_the_checks(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(sound, folder)
    assert _use(folder) == "works"


def test_a_folder_with_other_files_is_corrupt_and_can_be_reset(store: ChromaStore, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "holiday.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(VectorStoreCorruptError):
        store.count(MODEL)
    store.reset()
    fill(store, 3)
    assert store.count(MODEL) == 3


def test_a_file_in_place_of_the_folder_is_an_error_until_a_reset(store: ChromaStore, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_bytes(b"")
    with pytest.raises(StorageError):
        store.count(MODEL)
    store.reset()
    fill(store, 3)
    assert store.count(MODEL) == 3


def test_an_error_without_a_cause_means_a_full_disk_if_there_is_no_free_space(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("Error in compaction: Failed to apply logs to the metadata segment")
    assert isinstance(ChromaFolder(folder).translated(error), VectorStoreCorruptError)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4096))
    assert "is full" in ChromaFolder(folder).translated(error).message


def test_a_reset_of_an_open_store_leaves_no_old_files(store: ChromaStore, folder: Path) -> None:
    fill(store, MANY)
    store.reset()
    assert store.count(MODEL) == 0
    fill(store, 3)
    assert store.search(MODEL, vectors(2)[0], 9)[0][0] == chunk(2).id
    assert [path.name for path in folder.parent.iterdir()] == ["vectors"]


def test_a_folder_that_vanishes_or_is_replaced_while_open_is_detected_until_a_reset(
    store: ChromaStore, folder: Path, sound: Path
) -> None:
    fill(store, 3)
    shutil.rmtree(folder)
    for use in (lambda: store.search(MODEL, vectors(1)[0], 1), lambda: fill(store, 3)):
        with pytest.raises(VectorStoreCorruptError, match="deleted while"):
            use()
    shutil.copytree(sound, folder)
    with pytest.raises(VectorStoreCorruptError):
        store.count(MODEL)
    store.reset()
    fill(store, 3)
    assert store.count(MODEL) == 3

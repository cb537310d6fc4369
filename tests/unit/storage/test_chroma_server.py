"""A Chroma server that several folders share, that is remote, or that does not answer."""

from __future__ import annotations

import shutil
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import chromadb
import pytest
from chroma_server import RunningChroma
from vector_samples import MODEL, chunk, fill, vectors

from sourcewise.errors import StorageError, VectorStoreCorruptError
from sourcewise.storage.chroma.folder import ChromaFolder
from sourcewise.storage.chroma.server import ChromaServer, close_connections
from sourcewise.storage.chroma.store import ChromaStore
from sourcewise.storage.vector_store import VectorStores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromadb.api import ClientAPI


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    server = RunningChroma(tmp_path_factory.mktemp("chroma"))
    yield server
    server.stop()


def store_at(folder: Path, address: str) -> ChromaStore:
    return ChromaStore(ChromaServer(folder, address))


@contextmanager
def connected(server: RunningChroma) -> Iterator[ClientAPI]:
    """Yield a client of another program."""
    client = chromadb.HttpClient("127.0.0.1", server.port)
    yield client
    close_connections(client)


def names(server: RunningChroma) -> set[str]:
    """Return the names of all collections of the server."""
    with connected(server) as client:
        return {collection.name for collection in client.list_collections()}


def test_folders_on_a_server_are_separate_and_a_reset_deletes_only_its_own(
    chroma: RunningChroma, tmp_path: Path
) -> None:
    one, other = store_at(tmp_path / "one", chroma.address), store_at(tmp_path / "other", chroma.address)
    fill(one, 3)
    fill(other, 5)
    with connected(chroma) as client:
        client.create_collection("somebody-elses", embedding_function=None)
    assert (one.count(MODEL), other.count(MODEL)) == (3, 5)
    one.reset()
    assert (one.count(MODEL), other.count(MODEL)) == (0, 5)
    assert "somebody-elses" in names(chroma)
    for store in (one, other):
        store.reset()
    assert names(chroma) == {"somebody-elses"}


def test_a_second_process_finds_the_vectors_of_the_first(chroma: RunningChroma, tmp_path: Path) -> None:
    one, same = store_at(tmp_path / "vectors", chroma.address), store_at(tmp_path / "vectors", chroma.address)
    fill(one, 3)
    assert same.count(MODEL) == 3
    fill(one, 5)
    assert same.search(MODEL, vectors(4)[0], 1)[0][0] == chunk(4).id
    for store in (same, one):
        store.close()


def test_vectors_in_a_folder_and_on_a_server_are_not_confused(chroma: RunningChroma, tmp_path: Path) -> None:
    here, there = ChromaStore(ChromaFolder(tmp_path / "vectors")), store_at(tmp_path / "vectors", chroma.address)
    fill(here, 3)
    here.close()
    with pytest.raises(VectorStoreCorruptError, match=f"not on {chroma.address}"):
        there.count(MODEL)
    there.reset()
    assert there.count(MODEL) == 0
    there.close()
    with pytest.raises(VectorStoreCorruptError):
        here.count(MODEL)
    here.reset()
    assert here.count(MODEL) == 0
    here.close()


def test_a_server_that_lost_the_vectors_is_detected(chroma: RunningChroma, tmp_path: Path) -> None:
    store = store_at(tmp_path / "vectors", chroma.address)
    fill(store, 3)
    with connected(chroma) as client:
        for name in names(chroma) - {"somebody-elses"}:
            client.delete_collection(name)
    with pytest.raises(VectorStoreCorruptError, match="no longer has them"):
        store.count(MODEL)
    store.reset()
    assert store.count(MODEL) == 0
    store.close()


def test_a_stopped_server_is_not_damage_and_works_again_once_it_restarts(tmp_path: Path) -> None:
    server = RunningChroma(tmp_path / "server")
    store = store_at(tmp_path / "vectors", server.address)
    fill(store, 3)
    server.stop()
    with pytest.raises(StorageError, match="cannot be used") as caught:
        store.search(MODEL, vectors(1)[0], 1)
    assert not isinstance(caught.value, VectorStoreCorruptError)
    assert "vectors.server" in caught.value.hint
    again = RunningChroma(tmp_path / "server", server.port)
    assert store.search(MODEL, vectors(1)[0], 1)[0][0] == chunk(1).id
    store.close()
    again.stop()


def test_a_missing_server_is_reported_at_once(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # no program listens
        store = store_at(tmp_path / "vectors", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(StorageError, match="cannot be used") as caught:
            store.count(MODEL)
    assert not isinstance(caught.value, VectorStoreCorruptError)


@pytest.mark.parametrize("address", ["chroma", "ftp://127.0.0.1:8000", "http://127.0.0.1:many"])
def test_an_invalid_address_is_reported_with_a_valid_example(tmp_path: Path, address: str) -> None:
    with pytest.raises(StorageError, match="is not the address of a Chroma server") as caught:
        store_at(tmp_path / "vectors", address).count(MODEL)
    assert "http://127.0.0.1:8000" in caught.value.hint


def test_only_a_server_on_this_machine_is_local(tmp_path: Path) -> None:
    stores = VectorStores()
    addresses = ["", "http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"]
    assert all(stores.open(tmp_path, address).is_local for address in addresses)
    assert not stores.open(tmp_path, "http://chroma.example.org:8000").is_local


def test_vectors_are_missing_until_the_first_use_and_after_their_folder_was_deleted(
    chroma: RunningChroma, tmp_path: Path
) -> None:
    stores = VectorStores()
    for server in ("", chroma.address):
        store = stores.open(tmp_path / "vectors", server)
        assert store.is_missing
        store.count(MODEL)
        assert not store.is_missing
        store.close()
        shutil.rmtree(tmp_path / "vectors")
        assert store.is_missing
    stores.close()

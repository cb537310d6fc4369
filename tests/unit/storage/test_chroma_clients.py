"""Chroma clients ignore the environment, and instructions in the description of a collection."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from chroma_server import RunningChroma
from chromadb.utils import embedding_functions
from vector_samples import DIMENSION, MODEL, chunk, fill, vectors

from sourcewise.errors import StorageError
from sourcewise.storage.chroma import clients
from sourcewise.storage.chroma.folder import ChromaFolder
from sourcewise.storage.chroma.server import ChromaServer
from sourcewise.storage.chroma.store import ChromaStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Nothing listens at port 9.
STEERING = {
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "CHROMA_SERVER_HOST": "127.0.0.1",
    "CHROMA_SERVER_HTTP_PORT": "9",
    "CHROMA_SYSDB_IMPL": "evil.Database",
    "CHROMA_CLIENT_AUTH_PROVIDER": "evil.Provider",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://127.0.0.1:9",
    "CHROMA_SERVER_NOFILE": "no number",
    "PERSIST_DIRECTORY": "elsewhere",
    "IS_PERSISTENT": "False",
    "ALLOW_RESET": "True",
    "MIGRATIONS": "none",
}
NAMED = {"type": "known", "name": "recording", "config": {"model_name": "./model", "trust_remote_code": True}}


def stored_and_found(folder: Path) -> None:
    store = ChromaStore(ChromaFolder(folder))
    fill(store, 3)
    assert store.search(MODEL, vectors(1)[0], 1)[0][0] == chunk(1).id
    store.close()
    assert (folder / "chroma.sqlite3").is_file()


def test_environment_variables_do_not_configure_chroma(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in STEERING.items():
        monkeypatch.setenv(name, value)
    stored_and_found(tmp_path / "vectors")
    assert [entry.name for entry in tmp_path.iterdir()] == ["vectors"]


@pytest.mark.parametrize(
    "content",
    ["\n".join(f"{name}={value}" for name, value in STEERING.items()), "CHROMA_SERVER_NOFILE=many", "\0\xff\0"],
    ids=["steering", "wrong", "binary"],
)
def test_a_file_in_the_current_folder_does_not_configure_chroma(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(content, encoding="latin-1")
    monkeypatch.chdir(tmp_path)
    stored_and_found(tmp_path / "vectors")


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChroma]:
    server = RunningChroma(tmp_path_factory.mktemp("chroma"))
    yield server
    server.stop()


class Recording:
    """An embedding function as Chroma builds one from its name."""

    built: tuple[Any, ...] = ()

    @classmethod
    def build_from_config(cls, config: dict[str, Any]) -> Recording:
        cls.built = (*cls.built, config)
        return cls()

    def default_space(self) -> str:
        return "cosine"


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> type[Recording]:
    """Register an embedding function in Chroma, which the clients must not create."""
    Recording.built = ()
    for known in (embedding_functions.known_embedding_functions, embedding_functions.sparse_known_embedding_functions):
        monkeypatch.setitem(known, "recording", Recording)  # type: ignore[arg-type]
    return Recording


def make_collection(chroma: RunningChroma, name: str, windows: int = 1) -> None:
    """Create a collection whose description names an embedding function, without a Chroma client."""
    about = {
        "name": name,
        "metadata": {"model": MODEL, "dimension": DIMENSION, "windows": windows},
        "configuration": {"embedding_function": NAMED},
    }
    address = f"{chroma.address}/api/v2/tenants/default_tenant/databases/default_database/collections"
    request = urllib.request.Request(address, json.dumps(about).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["configuration_json"]["embedding_function"]["name"] == "recording"


def test_an_embedding_function_that_a_server_names_is_not_created(
    chroma: RunningChroma, recording: type[Recording], tmp_path: Path
) -> None:
    home = ChromaServer(tmp_path / "vectors", chroma.address)
    home.open()
    make_collection(chroma, home.name_of(MODEL))
    store = ChromaStore(home)
    fill(store, 3)
    store.update_metadata(MODEL, [(chunk(1), 1)])
    assert store.search(MODEL, vectors(1)[0], 1)[0][0] == chunk(1).id
    store.remove(MODEL, [(chunk(1).id, 1)])
    assert store.count(MODEL) == 2
    store.close()
    assert recording.built == ()


def test_an_impossible_number_of_windows_is_refused(chroma: RunningChroma, tmp_path: Path) -> None:
    home = ChromaServer(tmp_path / "vectors", chroma.address)
    home.open()
    make_collection(chroma, home.name_of(MODEL), windows=10**12)
    store = ChromaStore(home)
    with pytest.raises(StorageError, match="impossible number"):
        store.search(MODEL, vectors(1)[0], 1, chunk_ids=[chunk(1).id])
    store.close()


def test_no_embedding_function_is_known() -> None:
    assert clients.embedding_functions.known_embedding_functions == {}
    assert clients.embedding_functions.sparse_known_embedding_functions == {}


@pytest.mark.parametrize("place", ["configuration_json", "serialized_schema"])
@pytest.mark.parametrize("named", [NAMED, {"name": "recording"}, "recording", ["recording"], {"type": "other"}])
def test_every_embedding_function_is_removed_from_the_description(place: str, named: object) -> None:
    class Described:
        name = "collection"
        configuration_json: object = None
        serialized_schema: object = None

    class Collection:
        _model = Described()

    deep = {"keys": {"#embedding": [{"config": {"embedding_function": named, "space": "cosine"}}]}}
    setattr(Collection._model, place, deep)
    clients.without_embedding_functions(Collection())  # type: ignore[arg-type]
    config = deep["keys"]["#embedding"][0]["config"]
    assert config == {"embedding_function": {"type": "legacy"}, "space": "cosine"}

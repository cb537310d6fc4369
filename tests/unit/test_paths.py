"""The paths of the data, and the folders that can be indexed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import FolderError, StorageError
from sourcewise.paths import DataPaths, workspace_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_folders_of_the_same_name_have_different_indexes(tmp_path: Path) -> None:
    data = DataPaths(tmp_path / "data")
    one, two = data.index_of(Path("/a/src")), data.index_of(Path("/b/src"))
    assert one.root != two.root
    assert one.root.name.startswith("src-")


def test_an_index_is_never_inside_its_workspace(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="inside it"):
        DataPaths(tmp_path / "project" / "data").index_of(tmp_path / "project")


def test_a_folder_name_with_unusual_characters_becomes_plain_ascii(tmp_path: Path) -> None:
    root = DataPaths(tmp_path).index_of(Path("/a/…/π r²\n$(x)")).root
    assert root.parent == tmp_path / "indexes"
    assert root.name.isascii()
    assert " " not in root.name


def test_sourcewise_home_moves_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCEWISE_HOME", str(tmp_path))
    assert DataPaths.default().root == tmp_path


def test_a_link_and_its_target_are_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert workspace_folder(tmp_path / "link") == workspace_folder(tmp_path / "real")


def test_a_missing_folder_a_file_and_a_loop_are_refused_with_a_hint(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path, words in ((tmp_path / "none", "does not exist"), (file, "is a file"), (loop, "cannot be opened")):
        with pytest.raises(FolderError, match=words) as caught:
            workspace_folder(path)
        assert caught.value.hint


@pytest.fixture
def forbidden(tmp_path: Path) -> Iterator[Path]:
    """Return an unreadable folder, and drop root's rights, since root can read everything."""
    before = os.geteuid()
    tmp_path.chmod(0)
    if before == 0:
        os.seteuid(65534)
    yield tmp_path
    os.seteuid(before)
    tmp_path.chmod(0o700)


def test_a_folder_without_permission_is_refused(forbidden: Path) -> None:
    with pytest.raises(FolderError, match="You have no permission to read the folder"):
        workspace_folder(forbidden)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def open_data(tmp_path: Path) -> Path:
    """Return a data folder as an earlier version left it: readable for all users."""
    data = tmp_path / "data"
    for name in ("logs/sourcewise.log", "models/m/model.onnx", "indexes/a-1/catalog.sqlite", "embeddings.sqlite"):
        file = data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return data


def test_only_its_user_can_read_the_data_folder(open_data: Path) -> None:
    DataPaths(open_data).make_private()
    assert mode(open_data) == 0o700
    for path in open_data.rglob("*"):
        assert mode(path) == (0o700 if path.is_dir() else 0o600)


def test_a_new_data_folder_is_private(tmp_path: Path) -> None:
    DataPaths(tmp_path / "new" / "data").make_private()
    assert mode(tmp_path / "new" / "data") == 0o700


def test_in_a_shared_folder_only_the_data_becomes_private(open_data: Path) -> None:
    (open_data / "letter.txt").touch(mode=0o644)
    (open_data / "letter.txt").chmod(0o644)
    DataPaths(open_data).make_private()
    assert (mode(open_data), mode(open_data / "letter.txt")) == (0o755, 0o644)
    assert (mode(open_data / "logs"), mode(open_data / "embeddings.sqlite")) == (0o700, 0o600)


def test_the_target_of_a_link_keeps_its_mode(open_data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    (elsewhere / "file").chmod(0o644)
    elsewhere.chmod(0o755)
    (open_data / "models" / "linked").symlink_to(elsewhere)
    (open_data / "models" / "one").symlink_to(elsewhere / "file")
    DataPaths(open_data).make_private()
    assert (mode(elsewhere), mode(elsewhere / "file")) == (0o755, 0o644)


def test_a_stricter_mode_is_kept(open_data: Path) -> None:
    (open_data / "embeddings.sqlite").chmod(0o400)
    DataPaths(open_data).make_private()
    assert mode(open_data / "embeddings.sqlite") == 0o400

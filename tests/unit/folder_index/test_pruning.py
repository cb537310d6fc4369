"""Pruning: abandoned indexes are removed, and no others."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest

from sourcewise.folder_index.pruning import find_abandoned, prune, record_folder
from sourcewise.paths import DataPaths
from sourcewise.processes.lock import claim
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.paths import IndexPaths


@pytest.fixture
def data(tmp_path: Path) -> DataPaths:
    return DataPaths(tmp_path / "data")


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    folder = tmp_path / "projects"
    (folder / "another").mkdir(parents=True)
    return folder


def indexed(data: DataPaths, folder: Path) -> IndexPaths:
    """Create a folder with an index whose owner has closed it."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = data.index_of(folder)
    ownership = claim(paths.lock)
    assert ownership is not None
    record_folder(paths, folder)
    Catalog(paths.catalog).close()
    (paths.vectors / "segment").mkdir(parents=True)
    (paths.vectors / "segment" / "data_level0.bin").write_bytes(b"x" * 10_000)
    ownership.release()
    return paths


def opened_days_ago(paths: IndexPaths, days: int) -> None:
    moment = time.time() - days * 86400
    for file in (paths.origin, paths.catalog):
        if file.exists():
            os.utime(file, (moment, moment))


def test_the_index_of_a_deleted_folder_is_removed_and_its_size_reported(data: DataPaths, projects: Path) -> None:
    gone, there = indexed(data, projects / "gone"), indexed(data, projects / "there")
    (projects / "gone").rmdir()
    report = prune(data)
    assert [index.folder for index in report.removed] == [projects / "gone"]
    assert report.freed_bytes > 10_000
    assert not report.kept
    assert not gone.root.exists()
    assert there.vectors.exists()
    assert find_abandoned(data) == []


def test_a_folder_replaced_by_a_file_counts_as_deleted(data: DataPaths, projects: Path) -> None:
    indexed(data, projects / "shop")
    (projects / "shop").rmdir()
    (projects / "shop").write_text("")
    assert [index.removable for index in find_abandoned(data)] == [True]


@pytest.mark.parametrize("remains", ["nothing", "an empty mount point"])
def test_the_index_of_a_folder_on_a_disconnected_drive_is_kept_for_a_month(
    data: DataPaths, tmp_path: Path, remains: str
) -> None:
    drive = tmp_path / "drive"
    paths = indexed(data, drive / "shop")
    (drive / "shop").rmdir()
    if remains == "nothing":
        drive.rmdir()
    opened_days_ago(paths, 20)
    report = prune(data)
    assert not report.removed
    assert "drive that is not connected; it was last opened 20 days ago" in report.kept[0].reason
    assert paths.vectors.exists()
    opened_days_ago(paths, 31)
    assert len(prune(data).removed) == 1


def test_the_index_of_a_whole_drive_is_kept_for_a_month_even_if_its_parent_has_entries(
    data: DataPaths, projects: Path
) -> None:
    paths = indexed(data, projects / "drive")
    paths.origin.write_text(json.dumps({"folder": str(projects / "drive"), "drive": True}))
    (projects / "drive").rmdir()
    assert [index.removable for index in find_abandoned(data)] == [False]
    opened_days_ago(paths, 31)
    assert [index.removable for index in find_abandoned(data)] == [True]


@pytest.mark.parametrize("note", [None, "", "[]", '{"folder": 7, "drive": false}', "\0\0"])
def test_an_index_without_a_recorded_folder_is_kept_for_three_months(
    data: DataPaths, projects: Path, note: str | None
) -> None:
    paths = indexed(data, projects / "shop")
    paths.origin.unlink()
    if note is not None:
        paths.origin.write_text(note)
    opened_days_ago(paths, 89)
    report = prune(data)
    assert not report.removed
    assert [index.folder for index in report.kept] == [None]
    opened_days_ago(paths, 91)
    assert len(prune(data).removed) == 1


def test_an_index_in_use_is_not_removed(data: DataPaths, projects: Path) -> None:
    paths = indexed(data, projects / "shop")
    (projects / "shop").rmdir()
    owner = claim(paths.lock)
    assert owner is not None
    assert find_abandoned(data) == []
    assert not prune(data).removed
    owner.release()
    assert len(prune(data).removed) == 1


def test_an_interrupted_removal_is_completed(data: DataPaths, projects: Path) -> None:
    one, two = indexed(data, projects / "one"), indexed(data, projects / "two")
    for paths in (one, two):
        (projects / paths.root.name[:3]).rmdir()
        paths.catalog.unlink()
    two.origin.unlink()
    report = prune(data)
    assert len(report.removed) == 2
    assert list(data.indexes.iterdir()) == []


def test_a_clock_set_back_removes_nothing(data: DataPaths, tmp_path: Path) -> None:
    paths = indexed(data, tmp_path / "drive" / "shop")
    (tmp_path / "drive" / "shop").rmdir()
    opened_days_ago(paths, -400)
    assert [index.removable for index in find_abandoned(data)] == [False]


def test_a_folder_name_that_is_not_valid_text_is_recognized(data: DataPaths, projects: Path) -> None:
    folder = projects / os.fsdecode(b"caf\xe9")
    paths = indexed(data, folder)
    assert find_abandoned(data) == []
    folder.rmdir()
    assert [index.folder for index in find_abandoned(data)] == [folder]
    assert len(prune(data).removed) == 1
    assert not paths.root.exists()


def test_the_target_of_a_link_inside_an_index_is_not_removed(data: DataPaths, projects: Path, tmp_path: Path) -> None:
    paths = indexed(data, projects / "shop")
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("")
    (paths.root / "link").symlink_to(precious)
    (projects / "shop").rmdir()
    assert len(prune(data).removed) == 1
    assert (precious / "file").exists()


def test_without_data_nothing_is_abandoned(data: DataPaths) -> None:
    assert find_abandoned(data) == []
    assert prune(data).freed_bytes == 0

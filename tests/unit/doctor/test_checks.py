"""The checks of `doctor` for indexes and for watched folders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sourcewise.doctor.checks import Finding, examine, watching
from sourcewise.folder_index.pruning import record_folder
from sourcewise.paths import DataPaths
from sourcewise.processes.rpc import RpcServer
from sourcewise.settings import Settings
from sourcewise.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    unreachable = Settings(endpoint="http://127.0.0.1:9", connect_seconds=0.2)
    opened = Workspace(unreachable, DataPaths(tmp_path / "data"))
    yield opened
    opened.close()


async def finding(workspace: Workspace, subject: str) -> Finding:
    return next(found for found in await examine(workspace) if found.subject == subject)


def test_a_low_limit_of_watched_folders_is_reported_with_the_command_that_raises_it(tmp_path: Path) -> None:
    (tmp_path / "max_user_watches").write_text("8192\n")
    (low,) = watching(tmp_path)
    assert "up to 8,192 folders" in low.message
    assert not low.good
    assert "sysctl fs.inotify.max_user_watches=" in low.next_step


def test_a_high_limit_is_good_and_a_system_without_a_limit_is_not_mentioned(tmp_path: Path) -> None:
    (tmp_path / "max_user_watches").write_text("524288\n")
    assert [found.good for found in watching(tmp_path)] == [True]
    assert watching(tmp_path / "missing") == []


async def test_the_process_that_owns_an_index_is_named(workspace: Workspace, tmp_path: Path) -> None:
    paths = workspace.data.index_of(tmp_path / "shop")
    paths.root.mkdir(parents=True)
    assert "kept up to date" not in (await finding(workspace, "Indexes")).message
    server = RpcServer(paths.address, {})
    assert f"kept up to date by process {os.getpid()}" in (await finding(workspace, "Indexes")).message
    server.close()


async def test_the_size_of_abandoned_indexes_is_reported_without_folder_names(
    workspace: Workspace, tmp_path: Path
) -> None:
    gone = tmp_path / "secret-project"
    paths = workspace.data.index_of(gone)
    paths.root.mkdir(parents=True)
    paths.catalog.write_bytes(b"x" * 5000)
    record_folder(paths, gone)
    found = await finding(workspace, "Indexes")
    assert not found.good
    assert "5.1 kB of deleted folders" in found.message
    assert "index --prune" in found.next_step
    assert "secret-project" not in found.message

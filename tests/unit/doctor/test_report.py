"""The report shows the problems, without names of users and folders, and without questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sourcewise.doctor.report import FolderSummary, report
from sourcewise.domain.index_state import IndexStatus
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings
from sourcewise.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = ("ada.lovelace", "engine-of-secrets", "plans.py", "Where is the money", "box.example.com", "hunter2")
LOG = """\
2026-01-02 03:04:05,678 99 INFO sourcewise.index: nothing to see
2026-01-02 03:04:06,678 99 WARNING sourcewise.lsp.indexing: Indexing {folder}: the disk of ada.lovelace is full
2026-01-02 03:04:07,678 99 ERROR sourcewise.lsp.messages: A request failed unexpectedly
Traceback (most recent call last):
  File "{folder}/plans.py", line 1, in ask
    question = "Where is the money?"
sqlite3.OperationalError: no such column: hunter2
2026-01-02 03:04:08,678 99 ERROR sourcewise.lsp.server: PyglsError: ['Where is the money'] is no str
2026-01-02 03:04:09,678 99 WARNING sourcewise.lsp.configuration: Setting llm.temperature: 'hunter2' is not of type float
2026-01-02 03:04:10,678 99 WARNING other.library: Where is the money
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "ada.lovelace" / "engine-of-secrets"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    data = DataPaths(folder.parent / "data")
    data.log.parent.mkdir(parents=True)
    data.log.write_text(LOG.format(folder=folder))
    settings = Settings(endpoint="http://box.example.com:9", top=3, embedding_model=str(folder / "model"))
    opened = Workspace(settings, data)
    yield opened
    opened.close()


async def made_report(workspace: Workspace, folder: Path) -> str:
    status = IndexStatus(str(folder), 3, 5, 4, 4, 9, "all-MiniLM-L6-v2", "partial", {"ignored": 7}, 1_200_000)
    summary = FolderSummary(folder, "embedding", status, f"The model {folder}/model does not exist. Correct it.", 4711)
    return await report(workspace, [summary], home=folder.parent)


async def test_the_report_contains_no_name_and_no_question(workspace: Workspace, folder: Path) -> None:
    text = await made_report(workspace, folder)
    assert [secret for secret in SECRETS if secret.lower() in text.lower()] == []


async def test_the_report_contains_indexes_settings_and_warnings(workspace: Workspace, folder: Path) -> None:
    text = await made_report(workspace, folder)
    assert "Folder 1: embedding; partial, 3 files in 5 chunks, 4 embedded; skipped: 7 ignored; 1.2 MB" in text
    assert "kept up to date by process 4711" in text
    assert "retrieval.top: 3" in text
    assert "llm.endpoint: a remote address" in text
    assert "Indexing <folder 1>: the disk of <home> is full" in text
    assert "A request failed unexpectedly [sqlite3.OperationalError]" in text
    assert "Setting llm.temperature: '…' is not of type float" in text
    assert "nothing to see" not in text


async def test_a_report_needs_no_log(workspace: Workspace, folder: Path) -> None:
    workspace.data.log.unlink()
    assert "## Last warnings\n\n- none" in await made_report(workspace, folder)

"""Tests of how the editor's events reach the index, and of the reported states."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from sourcewise import protocol
from sourcewise.domain.index_state import Stage
from sourcewise.paths import DataPaths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client import Editor

    from conftest import Start

_HOLD_LOCK = """
import sys
from pathlib import Path
from filelock import FileLock
Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_process(home: Path, project: Path) -> Iterator[subprocess.Popen[str]]:
    """Return a process that owns the project's index until its standard input is closed."""
    lock = DataPaths(home).index_of(project.resolve()).lock
    command = [sys.executable, "-c", _HOLD_LOCK, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process


@pytest.mark.usefixtures("own_embedder")
async def test_the_state_passes_through_the_stages_to_idle(start: Start, project: Path) -> None:
    editor = await start(project)
    last = await editor.until_idle(project)
    stages = [state.stage for state in _states(editor, project)]
    order = [Stage.SCANNING, Stage.READING, Stage.EMBEDDING, Stage.IDLE]
    seen = list(dict.fromkeys(stage for stage in stages if stage in order))
    assert seen == [stage for stage in order if stage in seen], "a short stage may end before it is reported"
    assert {Stage.EMBEDDING, Stage.IDLE} <= set(seen)
    assert last.embedded == last.chunks > 0


async def test_a_saved_file_is_found(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until_read(project, 3)
    (project / "new.py").write_text("def fold_the_paper():\n    return 'crane'\n")
    _save(editor, project / "new.py")
    await editor.until_read(project, 4)
    assert (await editor.search("fold_the_paper")).passages[0].path == "new.py"


async def test_a_deleted_file_is_removed_on_a_watcher_event(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until_read(project, 3)
    (project / "auth.py").unlink()
    event = types.FileEvent((project / "auth.py").as_uri(), types.FileChangeType.Deleted)
    editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await editor.until_read(project, 2)
    assert "auth.py" not in [passage.path for passage in (await editor.search("check_password")).passages]


async def test_changes_by_other_programs_are_noticed_without_editor_events(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until_read(project, 3)
    (project / "deep" / "er").mkdir(parents=True)
    (project / "deep" / "er" / "new.py").write_text("def fold_the_paper():\n    return 'crane'\n")
    await editor.until_read(project, 4)
    (project / "deep").rename(project / "moved")
    (project / "auth.py").unlink()
    await editor.until_read(project, 3)
    await editor.until_idle(project)
    assert (await editor.search("fold_the_paper")).passages[0].path == "moved/er/new.py"
    assert "auth.py" not in [passage.path for passage in (await editor.search("check_password")).passages]


async def test_folders_can_be_added_and_removed(start: Start, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "paint.py").write_text("def mix_colours(first, second):\n    return first + second\n")
    editor = await start(project)
    await editor.until(lambda: editor.state_of(project))
    _change_folders(editor, added=[other])
    assert (await editor.search("mix_colours", other)).passages
    _change_folders(editor, removed=[project])
    await editor.until(lambda: editor.state_of(project) is None)
    assert (await editor.search("mix_colours")).passages
    with pytest.raises(JsonRpcException, match="not an open folder"):
        await editor.search("check_password", project)


async def test_another_process_can_own_the_index_of_a_removed_folder(start: Start, project: Path) -> None:
    first, second = await start(project), await start()
    await first.until_read(project, 3)
    _change_folders(first, removed=[project])
    await first.until(lambda: first.state_of(project) is None)
    _change_folders(second, added=[project])
    await second.until_read(project, 3)
    assert (await second.search("check_password")).passages


async def test_an_index_owned_by_another_process_is_reported_and_taken_over_when_free(
    start: Start, project: Path, other_process: subprocess.Popen[str]
) -> None:
    editor = await start(project)
    state = await editor.until(lambda: (state := editor.state_of(project)) and state.message and state)
    assert "Another Sourcewise process" in state.message
    with pytest.raises(JsonRpcException, match="Another Sourcewise process") as refusal:
        await editor.search("check_password")
    assert refusal.value.data["kind"] == "IndexBusyError"
    other_process.stdin.close()
    await editor.until(lambda: not editor.state_of(project).message)
    assert (await editor.search("check_password")).passages


async def test_the_status_reports_the_contents_of_the_index(start: Start, project: Path) -> None:
    (project / "logo.png").write_bytes(b"\x89PNG\0\0")
    editor = await start(project)
    await editor.until_idle(project)
    [status] = (await editor.request(protocol.INDEX_STATUS, protocol.StatusParams())).folders
    assert (status.uri, status.state, status.files) == (project.as_uri(), "ready", 3)
    assert status.vectors >= status.embedded == status.chunks > 0
    assert status.skipped == {"binary": 1}


def _states(editor: Editor, folder: Path) -> list[protocol.FolderState]:
    snapshots = [params for params in editor.received if isinstance(params, protocol.IndexState)]
    return [state for snapshot in snapshots for state in snapshot.folders if state.uri == folder.as_uri()]


def _save(editor: Editor, file: Path) -> None:
    document = types.TextDocumentIdentifier(file.as_uri())
    editor.text_document_did_save(types.DidSaveTextDocumentParams(document))


def _change_folders(editor: Editor, added: list[Path] | None = None, removed: list[Path] | None = None) -> None:
    event = types.WorkspaceFoldersChangeEvent(
        *([types.WorkspaceFolder(folder.as_uri(), folder.name) for folder in group or []] for group in (added, removed))
    )
    editor.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

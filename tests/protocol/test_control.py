"""Tests of index control: pause, rebuild, inspection, the diagnostic report and changed settings."""

from __future__ import annotations

import asyncio
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from client import TIMEOUT
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from conftest import SOURCES_ONLY, write_files
from sourcewise import protocol
from sourcewise.domain.code import SkipReason
from sourcewise.domain.index_state import Stage
from sourcewise.domain.search import SearchMode

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import Start


@pytest.fixture
def large_project(tmp_path: Path) -> Path:
    """Return a folder that takes some time to embed."""
    body = "".join(f"def function_{{n}}_{i}(a, b):\n    return a * {i} + b\n\n\n" for i in range(40))
    return write_files(tmp_path / "large", {f"m{n}/file{n}.py": body.replace("{n}", str(n)) for n in range(40)})


async def test_a_paused_index_answers_and_resumes_where_it_stopped(start: Start, large_project: Path) -> None:
    editor = await start(large_project)
    await editor.until(lambda: (state := editor.state_of(large_project)) and state.embedded)
    await pause(editor, True)
    assert editor.state_of(large_project).stage is Stage.EMBEDDING
    await editor.until(lambda: (state := editor.state_of(large_project)).paused and not state.total)
    assert (await editor.search("function_7_3")).passages[0].path == "m7/file7.py"
    waiting = editor.state_of(large_project)
    assert waiting.embedded < waiting.chunks
    await pause(editor, False)
    done = await editor.until_idle(large_project)
    assert (done.embedded, done.paused) == (done.chunks, False)


async def test_a_folder_opened_while_paused_answers_from_its_index(start: Start, project: Path) -> None:
    first = await start(project)
    await first.until_idle(project)
    await first.leave()
    second = await start()
    await pause(second, True)
    (project / "new.py").write_text("def fold_the_paper():\n    return 'crane'\n")
    event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(project.as_uri(), "project")], [])
    second.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
    assert (await second.search("check_password", project)).passages[0].path == "auth.py"
    assert second.state_of(project).files == 3
    await pause(second, False)
    await second.until_read(project, 4)


async def test_seconds_left_are_reported_only_while_embedding(start: Start, large_project: Path) -> None:
    editor = await start(large_project)
    await editor.until(lambda: (state := editor.state_of(large_project)) and state.seconds_left)
    assert (await editor.until_idle(large_project)).seconds_left is None


async def test_a_rebuild_rereads_everything_and_keeps_answering(start: Start, project: Path) -> None:
    editor = await start(project)
    before = await editor.until_idle(project)
    editor.received.clear()
    state = await editor.request(protocol.INDEX_REBUILD, protocol.RebuildParams(project.as_uri()))
    assert state.folders[0].stage is not Stage.IDLE, (
        "the rebuild must have begun, although three files may be read before the reply"
    )
    assert (await editor.search("check_password")).passages[0].path == "auth.py"
    after = await editor.until_idle(project)
    stages = {
        state.stage for news in editor.received if isinstance(news, protocol.IndexState) for state in news.folders
    }
    assert stages - {Stage.SCANNING, Stage.IDLE}, "the files must be read again, or their vectors stored again"
    assert (after.files, after.chunks, after.embedded) == (before.files, before.chunks, before.embedded)


async def test_a_folder_that_is_not_open_cannot_be_rebuilt(start: Start, project: Path, tmp_path: Path) -> None:
    editor = await start(project, "vscode-remote://ssh+box/home/me")
    for uri in ((tmp_path / "elsewhere").as_uri(), "vscode-remote://ssh+box/home/me"):
        with pytest.raises(JsonRpcException) as refusal:
            await editor.request(protocol.INDEX_REBUILD, protocol.RebuildParams(uri))
        assert refusal.value.data["kind"] == "FolderError"


async def test_why_reports_the_rule_and_the_chunks(start: Start, project: Path) -> None:
    (project / ".gitignore").write_text("*.log\n")
    (project / "run.log").write_text("started\n")
    editor = await start(project)
    await editor.until_idle(project)
    inside = await why(editor, (project / "auth.py").as_uri())
    assert (inside.path, inside.indexed, inside.rule) == ("auth.py", True, "")
    assert inside.chunks > 0
    assert inside.sentence == "auth.py belongs to the index as code."
    ignored = await why(editor, (project / "run.log").as_uri())
    assert (ignored.indexed, ignored.chunks, ignored.rule) == (False, 0, "*.log (.gitignore:1)")
    assert ignored.sentence == "run.log stays out of the index because it is ignored: *.log (.gitignore:1)."
    assert "is not there" in (await why(editor, (project / "gone.py").as_uri())).sentence


async def test_why_explains_files_outside_the_open_folders(start: Start, project: Path, tmp_path: Path) -> None:
    editor = await start(project)
    for uri, words in (
        ((tmp_path / "elsewhere.py").as_uri(), "outside the open folders"),
        ("untitled:Untitled-1", "Untitled-1 is not saved yet"),
        ("git:/x/a.py?ref", "not a file on this machine"),
        ("", "not a file on this machine"),
    ):
        found = await why(editor, uri)
        assert not found.indexed
        assert words in found.sentence


async def test_chunks_are_listed_with_their_lines_and_vectors(start: Start, project: Path) -> None:
    editor = await start(project)
    state = await editor.until_idle(project)
    found = [await chunks(editor, (project / path).as_uri()) for path in ("auth.py", "retry.py", "docs/guide.md")]
    assert [(file.path, file.sentence) for file in found] == [("auth.py", ""), ("retry.py", ""), ("docs/guide.md", "")]
    assert sum(len(file.chunks) for file in found) == state.chunks
    assert all(chunk.vectors and chunk.tokens for file in found for chunk in file.chunks)
    assert found[0].chunks[0].preview.startswith('"""Who may come in."""')


async def test_chunks_explains_why_a_file_has_none(start: Start, project: Path, tmp_path: Path) -> None:
    (project / ".gitignore").write_text("*.log\n")
    (project / "run.log").write_text("started\n")
    editor = await start(project)
    await editor.until_read(project, 4)
    for uri, words in (
        ((project / "run.log").as_uri(), "it is ignored: *.log (.gitignore:1)"),
        ((tmp_path / "elsewhere.py").as_uri(), "outside the open folders"),
    ):
        found = await chunks(editor, uri)
        assert found.chunks == ()
        assert words in found.sentence


async def test_skipped_files_are_listed_by_reason_and_counted_beyond_the_limit(start: Start, project: Path) -> None:
    (project / ".gitignore").write_text("*.log\nbuild/\n")
    (project / "build").mkdir()
    (project / "run.log").write_text("started\n")
    (project / "logo.png").write_bytes(b"\x89PNG\0")
    editor = await start(project)
    await editor.until_read(project, 4)
    listed = await skipped(editor, folder=project.as_uri())
    assert listed.counts == {"ignored": 2, "binary": 1}
    assert [(file.path, file.reason.value, file.rule) for file in listed.files[:2]] == [
        ("build/", "ignored", "build/ (.gitignore:2)"),
        ("run.log", "ignored", "*.log (.gitignore:1)"),
    ]
    assert listed.files[2].uri == (project / "logo.png").as_uri()
    short = await skipped(editor, reason=SkipReason.IGNORED, limit=1)
    assert (short.counts, [file.path for file in short.files]) == ({"ignored": 2}, ["build/"])
    with pytest.raises(JsonRpcException, match="0 or more"):
        await skipped(editor, limit=-1)


async def test_a_deleted_folder_is_reported_and_its_index_still_answers(start: Start, project: Path) -> None:
    editor = await start(project)
    await editor.until_idle(project)
    shutil.rmtree(project)
    event = types.FileEvent((project / "auth.py").as_uri(), types.FileChangeType.Deleted)
    editor.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    state = await editor.until(lambda: (state := editor.state_of(project)) and state.message and state)
    assert re.search("cannot be listed|was moved or deleted", state.message)
    assert (await editor.search("check_password")).passages[0].path == "auth.py"
    with pytest.raises(JsonRpcException, match="does not exist"):
        await why(editor, (project / "auth.py").as_uri())


async def test_the_diagnostic_report_describes_the_index_without_names(start: Start, project: Path, home: Path) -> None:
    editor = await start(project)
    await editor.until_idle(project)
    await editor.ask("How are the crown jewels protected?")
    report = (await editor.request(protocol.DIAGNOSE, protocol.DiagnoseParams())).report
    assert "ready, 3 files" in report
    assert "llm.runtime: sources" in report
    for name in ("crown jewels", str(project), str(home), project.parent.name, "check_password", "auth.py"):
        assert name not in report


async def test_answer_settings_apply_without_a_restart(start: Start, project: Path) -> None:
    editor = await start(project, configuration=True)
    await editor.until_read(project, 3)
    configure(editor, {**SOURCES_ONLY, "retrieval": {"top": 1}})
    async with asyncio.timeout(TIMEOUT):
        while len((await editor.search("name password request")).passages) != 1:
            pass  # the server requests the settings asynchronously


async def test_a_changed_chunk_size_rechunks_the_open_folder(start: Start, large_project: Path) -> None:
    editor = await start(large_project, configuration=True)
    await editor.until_idle(large_project)
    before = editor.state_of(large_project).chunks
    configure(editor, {**SOURCES_ONLY, "chunk": {"maxTokens": 64, "overlapTokens": 0}})
    await editor.until(lambda: editor.state_of(large_project).chunks > before)
    assert (await editor.search("function_7_3")).passages
    assert (await editor.until_idle(large_project)).message == ""


async def test_a_changed_embedding_model_applies_and_a_bad_one_is_reported_and_can_be_reverted(
    start: Start, project: Path, tmp_path: Path
) -> None:
    editor = await start(project, configuration=True)
    await editor.until_idle(project)
    configure(editor, {**SOURCES_ONLY, "embedding": {"model": str(tmp_path / "no-model")}})
    await editor.until(lambda: "no-model" in editor.state_of(project).message)
    assert (await editor.search("check_password")).passages[0].path == "auth.py"
    configure(editor, {**SOURCES_ONLY, "embedding": {"threads": 1}})
    await editor.until(lambda: (state := editor.state_of(project)) and not state.message and state.stage is Stage.IDLE)
    assert (await editor.search("check_password")).search.mode is SearchMode.HYBRID


async def pause(editor: Editor, paused: bool) -> protocol.IndexState:
    """Pause or resume indexing."""
    return await editor.request(protocol.INDEX_PAUSE, protocol.PauseParams(paused))


async def why(editor: Editor, uri: str) -> protocol.WhyResult:
    """Request why a file is or is not indexed."""
    return await editor.request(protocol.INDEX_WHY, protocol.WhyParams(uri))


async def chunks(editor: Editor, uri: str) -> protocol.ChunksResult:
    """Request the chunks of a file."""
    return await editor.request(protocol.INDEX_CHUNKS, protocol.ChunksParams(uri))


async def skipped(editor: Editor, **wanted: Any) -> protocol.SkippedResult:
    """Request the skipped files."""
    return await editor.request(protocol.INDEX_SKIPPED, protocol.SkippedParams(**wanted))


def configure(editor: Editor, settings: dict[str, Any]) -> None:
    """Change the settings as a user does."""
    editor.set_configuration(settings, section="sourcewise")
    editor.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))

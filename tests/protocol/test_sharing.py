"""Several processes on one folder: one owns its index, the others are served by it, and one of them follows it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import psutil
import pytest
from client import within

from sourcewise import protocol
from sourcewise.domain.index_state import Stage
from sourcewise.domain.search import SearchMode

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import Start

_NEW = "def fold_the_paper():\n    return 'crane'\n"


async def test_a_second_window_is_served_and_finds_what_changes(start: Start, project: Path) -> None:
    first = await start(project)
    await first.until_idle(project)
    second = await start(project)
    await second.until_read(project, 3)
    assert (await second.search("check_password")).search.mode is SearchMode.HYBRID
    (project / "new.py").write_text(_NEW)
    for editor in (first, second):
        await editor.until_read(project, 4)
        assert (await editor.search("fold_the_paper")).passages[0].path == "new.py"


@pytest.mark.usefixtures("own_embedder")
async def test_one_process_embeds_for_all_windows(start: Start, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "paint.py").write_text("def mix_colours(first, second):\n    return first + second\n")
    editors = [await start(project), await start(other)]
    for editor, folder in zip(editors, (project, other), strict=True):
        state = await editor.until_idle(folder)
        assert state.embedded == state.chunks > 0
    assert sum(len(_embedding_processes(editor)) for editor in editors) == 1


async def test_when_the_owner_is_killed_another_window_takes_its_place(start: Start, project: Path) -> None:
    first = await start(project)
    await first.until_idle(project)
    second = await start(project)
    await second.until_read(project, 3)
    psutil.Process(first._server.pid).kill()
    (project / "new.py").write_text(_NEW)
    await second.until_read(project, 4)
    state = await second.until_idle(project)
    assert state.embedded == state.chunks
    assert (await second.search("fold_the_paper")).search.mode is SearchMode.HYBRID


async def test_when_the_owner_leaves_another_window_takes_its_place(start: Start, project: Path) -> None:
    first = await start(project)
    await first.until_idle(project)
    second = await start(project)
    await second.until_read(project, 3)
    await first.leave()
    (project / "auth.py").unlink()
    await second.until_read(project, 2)
    assert "auth.py" not in [passage.path for passage in (await second.search("check_password")).passages]


async def test_a_follower_pauses_and_rebuilds_as_the_owner_would(start: Start, project: Path) -> None:
    first = await start(project)
    await first.until_idle(project)
    second = await start(project)
    await second.until_read(project, 3)
    await second.request(protocol.INDEX_PAUSE, protocol.PauseParams(True))
    await first.until(lambda: first.state_of(project).paused)
    await second.until(lambda: second.state_of(project).paused)
    await first.request(protocol.INDEX_PAUSE, protocol.PauseParams(False))
    await second.until(lambda: not second.state_of(project).paused)
    first.heard.clear()
    await second.request(protocol.INDEX_REBUILD, protocol.RebuildParams())
    await first.until(lambda: (state := first.state_of(project)) and state.stage is not Stage.IDLE)
    await first.until_idle(project)


async def test_a_command_is_served_by_the_window_that_is_open(start: Start, project: Path, home: Path) -> None:
    editor = await start(project)
    await editor.until_idle(project)
    (project / "new.py").write_text(_NEW)
    found = await _run(home, "search", "fold_the_paper", "-C", str(project), "--json")
    assert found[0]["path"] == "new.py"
    assert found[0]["similarity"] is not None, "the vectors of the window serve the command"
    indexed = await _run(home, "index", "-C", str(project), "--json")
    assert (indexed["files"], indexed["state"]) == (4, "ready")
    assert (await editor.search("fold_the_paper")).passages[0].path == "new.py"


def _embedding_processes(editor: Editor) -> list[psutil.Process]:
    children = psutil.Process(editor._server.pid).children()
    return [child for child in children if any("EmbeddingService" in word for word in child.cmdline())]


async def _run(home: Path, *arguments: str) -> object:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sourcewise", *arguments),
        env={**os.environ, "SOURCEWISE_HOME": str(home)},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await within(process.communicate())
    assert process.returncode == 0
    return json.loads(output)

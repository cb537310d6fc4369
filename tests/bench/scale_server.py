"""How the real server starts on an index that is complete, in a folder where nothing changed."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from generated_tree import questions
from measuring import spent

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor

from sourcewise.domain.index_state import Stage
from sourcewise.paths import DataPaths

if TYPE_CHECKING:
    from measuring import Figure, Measured

_OPTIONS = {"llm": {"runtime": "sources"}}


def serve(root: Path) -> Measured:
    """Start the server, search at once, and let it verify that all is as it was."""
    home, tree = root / "home", root / "tree"
    index = DataPaths(home).index_of(tree.resolve())
    index.root.mkdir(parents=True)
    try:
        # A copy: once it has verified the files, the server begins to make vectors, of its own model.
        for file in root.glob("catalog.sqlite*"):
            shutil.copy(file, index.root)
        return asyncio.run(_start(home, tree)), None
    finally:
        shutil.rmtree(home)


async def _start(home: Path, tree: Path) -> list[Figure]:
    began, editor = time.perf_counter(), Editor()
    await editor.launch(home)
    try:
        server = psutil.Process(editor._server.pid)
        await editor.begin([tree], _OPTIONS)
        await editor.search(next(questions(1)))
        searchable = time.perf_counter() - began
        await editor.until(lambda: _is_verified(editor, tree))
        verified, cpu = time.perf_counter() - began, server.cpu_times()
    finally:
        await editor.leave()
    return [
        spent("server: from its start until the first search is answered", searchable),
        spent("server: from its start until all is verified and watched", verified),
        spent("server: until then, processor time of its own process", cpu.user + cpu.system, processor=True),
    ]


def _is_verified(editor: Editor, tree: Path) -> bool:
    """Tell whether the first look is over; nothing is read in it, since nothing changed."""
    state = editor.state_of(tree)
    if state is not None and state.stage is Stage.READING:
        raise SystemExit(f"The tree is not as it was read: {state.total} files are read again.")
    return state is not None and state.stage is not Stage.SCANNING

"""Measures the start of the real server on a complete index, in an unchanged folder."""

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
    """Start the server, search at once, and wait until it has verified that nothing changed."""
    home, tree = root / "home", root / "tree"
    index = DataPaths(home).index_of(tree.resolve())
    index.root.mkdir(parents=True)
    try:
        # Use a copy, because the server begins to embed with its own model once it has verified the files.
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
        spent("server: from its start until everything is verified and watched", verified),
        spent("server: until then, CPU time of its own process", cpu.user + cpu.system, processor=True),
    ]


def _is_verified(editor: Editor, tree: Path) -> bool:
    """Return whether the first scan is over. It reads no file, because nothing changed."""
    state = editor.state_of(tree)
    if state is not None and state.stage is Stage.READING:
        raise SystemExit(f"The tree has changed since it was indexed: the server rereads {state.total} files.")
    return state is not None and state.stage is not Stage.SCANNING

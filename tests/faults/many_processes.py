"""Runs several servers and commands on one folder while it is edited, and checks that their results agree.

    npm run python -- tests/faults/many_processes.py [SCENARIO …] [--edits 300]

Everything is real: the servers, the commands, the model. Finally compares the index with a fresh one of the same tree.
Exits with 1 if it differs, if two processes find different results, or if two processes own the index at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import psutil
from live_index import another_editor, until
from restless_folder import write_code
from scenarios import check, compared, compared_now, parser, run

from sourcewise.folder_index.inspection import owner_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from client import Editor
    from live_index import LiveIndex

_SERVERS = 3
_FILES = 60


async def three_servers_and_commands(index: LiveIndex, options: argparse.Namespace) -> str:
    """Three servers and commands on a constantly edited folder agree on its contents, and one server owns it."""
    write_code(index.folder, _FILES)
    async with AsyncExitStack() as leaving:
        editors = [await leaving.enter_async_context(index.served())]
        editors.append(await leaving.enter_async_context(another_editor(index)))
        editing = asyncio.create_task(_edit(index, editors, options.edits))
        commands = asyncio.create_task(_commands_until(index, editing))
        editors.append(await leaving.enter_async_context(another_editor(index)))
        owners, slowest = await editing
        ran = await commands
        found = await compared(index)
        await _all_rank_alike(editors, [f"number_{number}" for number in range(0, _FILES, 7)])
        embedders = [process for editor in editors for process in _embedding_processes(editor)]
    check(owners == {_pid(editors[0])}, f"the owners were {owners}, the first server is {_pid(editors[0])}")
    check(len(embedders) == 1, f"{len(embedders)} processes embed")
    return (
        f"{options.edits} edits, each found by all servers after at most {slowest:.1f} s, {ran} commands meanwhile; "
        f"one owner, one embedding process; then {found}"
    )


async def owner_after_owner(index: LiveIndex, options: argparse.Namespace) -> str:
    """When the owner is killed during edits, another server takes over the index and loses nothing."""
    write_code(index.folder, _FILES)
    owners: list[int | None] = []
    async with AsyncExitStack() as open_editors:
        editors = [await open_editors.enter_async_context(another_editor(index)) for _ in range(_SERVERS - 1)]
        editors.append(await open_editors.enter_async_context(index.served()))
        for number in range(_SERVERS):
            await until(lambda: owner_of(index.paths) not in {None, *owners}, "no process took over the index")
            owners.append(owner_of(index.paths))
            write_code(index.folder / f"round_{number}", 20)
            if number < _SERVERS - 1:
                psutil.Process(owners[-1]).kill()
                alive = [editor for editor in editors if _pid(editor) not in owners]
                index.follow(alive[0])
        found = await compared(index)
    check(sorted(owners) == sorted(map(_pid, editors)), f"the owners were {owners}")
    return f"{_SERVERS} owners, one after the other; then {found}"


async def commands_at_once(index: LiveIndex, options: argparse.Namespace) -> str:
    """Several simultaneous `sourcewise index` commands without a server build one correct index."""
    write_code(index.folder, 300)
    outcomes = await asyncio.gather(*(_run(index, "index", "--json") for _ in range(3)))
    check(all(code == 0 for code, _ in outcomes), f"exit codes {[code for code, _ in outcomes]}")
    files = [json.loads(output)["files"] for _, output in outcomes]
    check(files == [300] * 3, f"the commands report {files} files")
    return await compared_now(index)


# --- helpers ------------------------------------------------------------------------------------------------


async def _edit(index: LiveIndex, editors: Sequence[Editor], edits: int) -> tuple[set[int | None], float]:
    """Edit one file after the other; return the owners of the index, and the longest time until all found an edit."""
    owners, slowest, loop = set(), 0.0, asyncio.get_running_loop()
    for number in range(edits):
        path = index.folder / f"file_{number % _FILES}.py"
        path.write_text(f"def edit_{number}():\n    return {number}\n")
        start = loop.time()
        for editor in editors:
            await until(lambda editor=editor: _finds(editor, f"edit_{number}"), f"edit {number} was never found")  # noqa: B023
        slowest = max(slowest, loop.time() - start)
        owners.add(owner_of(index.paths))
    return owners, slowest


async def _finds(editor: Editor, name: str) -> bool:
    return name in [passage.symbol for passage in (await editor.search(name)).passages]


async def _commands_until(index: LiveIndex, editing: asyncio.Task[Any]) -> int:
    """Run one command after the other until the edits are over, and return their number."""
    ran = 0
    while not editing.done():
        words = (("search", "number_50", "--json"), ("index", "--json"), ("status", "--json"))[ran % 3]
        code, output = await _run(index, *words)
        check(code == 0, f"{words[0]}: exit code {code}: {output}")
        ran += 1
    return ran


async def _run(index: LiveIndex, command: str, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sourcewise", command, "--folder", str(index.folder), *words),
        env={**os.environ, "SOURCEWISE_HOME": str(index.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def _all_rank_alike(editors: Sequence[Editor], names: Sequence[str]) -> None:
    for name in names:
        first, *others = [[_place(passage) for passage in (await editor.search(name)).passages] for editor in editors]
        check(all(other == first for other in others), f"{name}: {first}, but {others}")


def _place(passage: Any) -> tuple[str, int, float | None]:
    return passage.path, passage.start_line, passage.similarity


def _embedding_processes(editor: Editor) -> list[psutil.Process]:
    children = psutil.Process(_pid(editor)).children()
    return [child for child in children if any("embedder" in word for word in child.cmdline())]


def _pid(editor: Editor) -> int:
    return int(editor._server.pid)


def main() -> int:
    """Parse the options and run the scenarios."""
    scenarios = (three_servers_and_commands, owner_after_owner, commands_at_once)
    arguments = parser(__doc__, scenarios)
    arguments.add_argument("--edits", type=int, default=300)
    return run(scenarios, arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())

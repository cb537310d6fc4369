"""Kills the language server, its workers or both at random moments of busy work, and checks that the index is correct.

    npm run python -- tests/faults/busy_hour.py [--kills 100] [--folder DIR] [--seed 1]

Everything is real: the server, its workers, the model, git, the file system. After each kill (`kill -9`), restarts the
server if it died, waits until it is idle, and compares the index with a fresh one of the same tree: the same files,
chunks and vectors, no orphan, no duplicate. Exits with 1 if an index differs.
"""

from __future__ import annotations

import argparse
import asyncio
import http
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from busy_work import BusyWorker
from index_contents import contents, data_folder, fresh_contents

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from sourcewise.protocol import FolderState

_SETTINGS = {"llm": {"runtime": "sources"}, "embedding": {"underLoad": "full"}}
_VICTIMS = ("the server", "its workers", "both")
_MOST_SECONDS = 4.0
_ATTEMPTS = 1_000


class KillLoop:
    """Repeats rounds of work, a kill and a comparison, on one folder and one data folder."""

    def __init__(self, scratch: Path, source: Path, chance: random.Random) -> None:
        """Copy the source to a working folder."""
        ignored = shutil.ignore_patterns("*.pyc", "__pycache__")
        self._folder = scratch / "folder"
        for name in (source, Path(json.__file__).parent):
            shutil.copytree(name, self._folder / name.name, ignore=ignored)
        self._scratch = scratch
        self._data = data_folder(scratch, "data")
        self._chance = chance
        self._worker = BusyWorker(self._folder, chance)
        self._editor: Editor | None = None

    async def round(self, number: int) -> list[str]:
        """Work, kill, wait until the server is idle, and return how the index differs from a fresh one."""
        editor = await self._running()
        victim = self._chance.choice(_VICTIMS)
        actions = await self._work_until_killed(editor, victim)
        settled = await self._running()
        await _until_found(settled, self._worker.mark())
        state = await _until_settled(settled, self._folder)
        await self.end()
        found = contents(self._folder, self._data)
        expected = fresh_contents(self._folder, self._scratch, self._data)
        _say(
            f"{number}: killed {victim} after {', '.join(actions) or 'nothing'}; then {found} {state.message}".rstrip()
        )
        return found.differences(expected)

    async def end(self) -> None:
        """End the session as an editor does."""
        if self._editor is not None:
            await self._editor.leave()
            self._editor = None

    async def _running(self) -> Editor:
        if self._editor is not None and self._editor._server.returncode is None:
            return self._editor
        self._editor = Editor()
        await self._editor.launch(self._data)
        await self._editor.begin([self._folder], _SETTINGS)
        return self._editor

    async def _work_until_killed(self, editor: Editor, victim: str) -> list[str]:
        server = psutil.Process(editor._server.pid)
        end = asyncio.get_running_loop().time() + self._chance.uniform(0, _MOST_SECONDS)
        actions = []
        while asyncio.get_running_loop().time() < end:
            actions.append(await asyncio.to_thread(self._worker.work))
            await asyncio.sleep(self._chance.uniform(0, 0.5))
        workers = server.children(recursive=True)
        if victim != "its workers":
            server.kill()
            await editor._server.wait()
        if victim != "the server":
            for worker in workers:
                worker.kill()
        return actions


async def _until_settled(editor: Editor, folder: Path) -> FolderState:
    """Wait until the server is idle, as long as it makes progress: the machine may be busy with other work."""
    before = None
    while True:
        try:
            return await editor.until_idle(folder)
        except TimeoutError:
            now = editor.state_of(folder)
            if now == before:
                raise SystemExit(f"Indexing makes no progress: {now}") from None
            before = now


async def _until_found(editor: Editor, name: str) -> None:
    """Wait until the last definition that was written is in the index; every earlier change is then in it too."""
    for _ in range(_ATTEMPTS):
        if any(passage.symbol == name for passage in (await editor.search(name)).passages):
            return
        await asyncio.sleep(0.1)
    raise SystemExit(f"{name} was never found.")


async def kill_repeatedly(options: argparse.Namespace) -> int:
    """Run all rounds and return the exit code."""
    different = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = KillLoop(Path(scratch), options.folder, random.Random(options.seed))
        try:
            for number in range(1, options.kills + 1):
                differences = await folder.round(number)
                different += bool(differences)
                for line in differences:
                    _say(f"    {line}")
        finally:
            await folder.end()
    _say(f"{options.kills} kills; the index differed from a fresh one after {different}.")
    return 1 if different else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Parse the options and run all rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path(http.__file__).parent)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    WeightsStore(DataPaths.default().models).ensure(CPU_MODEL)
    return asyncio.run(kill_repeatedly(options))


if __name__ == "__main__":
    sys.exit(main())

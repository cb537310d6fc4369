"""Kill the language server, its workers or both at random moments of busy work, and see that its index comes out true.

    npm run python -- tests/faults/busy_hour.py [--kills 100] [--folder DIR] [--seed 1]

Everything is real: the server, its workers, the model, git, the file system. After each kill (`kill -9`) the server is
started anew where it died, the work settles, and the index is compared with one that is made of the same tree from
nothing: the same files, chunks and vectors, no orphan, no duplicate. Exits with 1 where one differs.
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
_LOOKS = 1_000


class KillLoop:
    """One folder, one data folder, one server after the other."""

    def __init__(self, scratch: Path, source: Path, chance: random.Random) -> None:
        """Copy the source into a folder to work in."""
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
        """Work, kill, let it settle, and return how the index differs from a fresh one."""
        editor = await self._running()
        victim = self._chance.choice(_VICTIMS)
        deeds = await self._work_until_killed(editor, victim)
        settled = await self._running()
        await _until_found(settled, self._worker.mark())
        state = await _until_settled(settled, self._folder)
        await self.end()
        found = contents(self._folder, self._data)
        expected = fresh_contents(self._folder, self._scratch, self._data)
        _say(f"{number}: killed {victim} after {', '.join(deeds) or 'nothing'}; then {found} {state.message}".rstrip())
        return found.differences(expected)

    async def end(self) -> None:
        """Have the server leave as an editor does."""
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
        deeds = []
        while asyncio.get_running_loop().time() < end:
            deeds.append(await asyncio.to_thread(self._worker.work))
            await asyncio.sleep(self._chance.uniform(0, 0.5))
        workers = server.children(recursive=True)
        if victim != "its workers":
            server.kill()
            await editor._server.wait()
        if victim != "the server":
            for worker in workers:
                worker.kill()
        return deeds


async def _until_settled(editor: Editor, folder: Path) -> FolderState:
    """Wait until nothing is left to do, as long as something is done: the machine may be busy with other work."""
    before = None
    while True:
        try:
            return await editor.until_idle(folder)
        except TimeoutError:
            now = editor.state_of(folder)
            if now == before:
                raise SystemExit(f"The index stands still: {now}") from None
            before = now


async def _until_found(editor: Editor, name: str) -> None:
    """Wait until a definition that was written last is in the index: then so is all that was written before it."""
    for _ in range(_LOOKS):
        if any(passage.symbol == name for passage in (await editor.search(name)).passages):
            return
        await asyncio.sleep(0.1)
    raise SystemExit(f"{name} was never found.")


async def torment(options: argparse.Namespace) -> int:
    """Return the exit code."""
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
    _say(f"{options.kills} kills; after {different} of them the index differed from a fresh one.")
    return 1 if different else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--folder", type=Path, default=Path(http.__file__).parent)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    WeightsStore(DataPaths.default().models).ensure(CPU_MODEL)
    return asyncio.run(torment(options))


if __name__ == "__main__":
    sys.exit(main())

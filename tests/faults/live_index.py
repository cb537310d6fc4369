"""A folder that a real server keeps an index of: wait until it is settled, and compare it with a fresh one.

Hides how to know that the server has seen all that was done, and how an index is read that is in use.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
from index_contents import contents, data_folder, fresh_contents

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import REAL_SERVER, Editor

from sourcewise import protocol
from sourcewise.domain.index_state import IndexActivity, Stage
from sourcewise.errors import PeerError
from sourcewise.paths import DataPaths
from sourcewise.processes.rpc import RpcClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from index_contents import Contents

# The machine may be busy, but what a test waits for must not take for ever.
_PATIENCE_SECONDS = 900.0
_LOOK_SECONDS = 0.1
_OPTIONS: dict[str, Any] = {"llm": {"runtime": "sources"}, "embedding": {"underLoad": "full"}}


class Effort(NamedTuple):
    """What a server has taken of the machine so far: processor time with its workers, bytes that itself read."""

    seconds: float
    bytes_read: int

    def since(self, before: Effort) -> str:
        """Return what it took since then, as a part of a sentence."""
        read = (self.bytes_read - before.bytes_read) / 1e6
        return f"{self.seconds - before.seconds:.2f} s of processor, {read:.1f} MB read"


class LiveIndex:
    """One folder, one data folder, one server at a time."""

    def __init__(self, scratch: Path) -> None:
        """Make an empty folder, and a data folder beside it."""
        self.folder = scratch / "folder"
        self.folder.mkdir()
        self.data = data_folder(scratch, "data")
        self.paths = DataPaths(self.data).index_of(self.folder.resolve())
        self._scratch = scratch
        self._marks = self._comparisons = 0
        self._editor: Editor | None = None

    # --- the server -----------------------------------------------------------------------------------

    @asynccontextmanager
    async def served(self, command: Sequence[str] = REAL_SERVER) -> AsyncIterator[Editor]:
        """Have a server keep the index."""
        async with another_editor(self, command) as editor:
            self.follow(editor)
            yield editor

    def follow(self, editor: Editor) -> None:
        """Have the server of this editor tell what the index holds; any server of the folder may."""
        self._editor = editor

    @property
    def editor(self) -> Editor:
        """The editor whose server runs, or ran last."""
        assert self._editor is not None
        return self._editor

    def effort(self) -> Effort:
        """Return what the server has taken so far."""
        server = psutil.Process(self.editor._server.pid)
        times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
        read = server.io_counters().read_chars
        return Effort(sum(time.user + time.system for time in times), read)

    def activity(self) -> IndexActivity | None:
        """Ask the owner of the index what it does; None where nobody owns it just now."""
        owner = RpcClient(self.paths.address, "the owner")
        try:
            activity: IndexActivity = owner.call("activity", timeout=60.0)
        except PeerError:
            return None
        finally:
            owner.close()
        return activity

    def log(self) -> str:
        """Return what was logged."""
        return (self.data / "logs" / "sourcewise.log").read_text(encoding="utf-8")

    # --- waiting --------------------------------------------------------------------------------------

    async def settled(self) -> IndexActivity:
        """Wait until all that was done is in the index, and return what the owner then says."""
        mark = self.mark()
        await until(lambda: self.holds(mark), f"{mark.name} was never indexed")
        return await self.idle()

    async def idle(self) -> IndexActivity:
        """Wait until nothing is left to do."""

        async def idle_activity() -> IndexActivity | None:
            now = await asyncio.to_thread(self.activity)
            return now if now and now.stage is Stage.IDLE else None

        return await until(idle_activity, "the work never ended")

    def mark(self) -> Path:
        """Write a file with a name that is new and a text that is not, so that it costs no embedding.

        Once it is in the index, and nothing is left to do, so is all that was written before it.
        """
        self._marks += 1
        path = self.folder / f"mark_{self._marks}.py"
        path.write_text("MARK = True\n")
        return path

    async def holds(self, file: Path) -> bool:
        """Tell whether the index has chunks of a file."""
        told = await self.editor.request(protocol.INDEX_WHY, protocol.WhyParams(file.as_uri()))
        return bool(told.chunks)

    async def finds(self, name: str) -> bool:
        """Tell whether a search finds this definition first."""
        passages = (await self.editor.search(name)).passages
        return bool(passages) and passages[0].symbol == name

    # --- comparing ------------------------------------------------------------------------------------

    def differences(self) -> tuple[Contents, list[str]]:
        """Return what the index of an idle server holds, and how that differs from a fresh one."""
        self._comparisons += 1
        copy = self._scratch / f"copy{self._comparisons}"
        unneeded = shutil.ignore_patterns("address*", "lock")
        shutil.copytree(self.paths.root, DataPaths(copy).index_of(self.folder.resolve()).root, ignore=unneeded)
        found = contents(self.folder, copy)
        expected = fresh_contents(self.folder, self._scratch, self.data)
        shutil.rmtree(copy)
        return found, found.differences(expected)


@asynccontextmanager
async def another_editor(index: LiveIndex, command: Sequence[str] = REAL_SERVER) -> AsyncIterator[Editor]:
    """Open the folder of an index in an editor with a server of its own."""
    editor = Editor()
    await editor.launch(index.data, command)
    try:
        await editor.begin([index.folder], _OPTIONS)
        yield editor
    finally:
        await editor.leave()


async def until(condition: Callable[[], Any], complaint: str) -> Any:
    """Wait for a condition, which may be a coroutine, and return its value.

    Raises:
        TimeoutError: with the complaint, where it does not become true.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE_SECONDS
    while loop.time() < end:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        await asyncio.sleep(_LOOK_SECONDS)
    raise TimeoutError(complaint)

"""A folder with an index that a real server maintains. Waits until the index is up to date and compares it.

Hides how to detect that the server has processed all changes, and how to read an index that is in use.
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

# Long, because the machine may be busy, but not unlimited.
_TIMEOUT_SECONDS = 900.0
_POLL_SECONDS = 0.1
_OPTIONS: dict[str, Any] = {"llm": {"runtime": "sources"}, "embedding": {"underLoad": "full"}}


class Effort(NamedTuple):
    """The resources that a server has used so far: CPU time including its workers, bytes read by the server itself."""

    seconds: float
    bytes_read: int

    def since(self, before: Effort) -> str:
        """Describe the resources used since then."""
        read = (self.bytes_read - before.bytes_read) / 1e6
        return f"{self.seconds - before.seconds:.2f} s of CPU time, {read:.1f} MB read"


class LiveIndex:
    """A folder, its data folder and its server."""

    def __init__(self, scratch: Path) -> None:
        """Create an empty folder, and a data folder beside it."""
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
        """Run a server that maintains the index."""
        async with another_editor(self, command) as editor:
            self.follow(editor)
            yield editor

    def follow(self, editor: Editor) -> None:
        """Use this editor's server for queries; any server of the folder can answer them."""
        self._editor = editor

    @property
    def editor(self) -> Editor:
        """The editor of the current or last server."""
        assert self._editor is not None
        return self._editor

    def effort(self) -> Effort:
        """Return the resources that the server has used so far."""
        server = psutil.Process(self.editor._server.pid)
        times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
        read = server.io_counters().read_chars
        return Effort(sum(time.user + time.system for time in times), read)

    def activity(self) -> IndexActivity | None:
        """Return the current activity of the index's owner; None when no process owns the index."""
        owner = RpcClient(self.paths.address, "the owner")
        try:
            activity: IndexActivity = owner.call("activity", timeout=60.0)
        except PeerError:
            return None
        finally:
            owner.close()
        return activity

    def log(self) -> str:
        """Return the server's log."""
        return (self.data / "logs" / "sourcewise.log").read_text(encoding="utf-8")

    # --- waiting --------------------------------------------------------------------------------------

    async def settled(self) -> IndexActivity:
        """Wait until the index contains all changes, and return the owner's activity."""
        mark = self.mark()
        await until(lambda: self.holds(mark), f"{mark.name} was never indexed")
        return await self.idle()

    async def idle(self) -> IndexActivity:
        """Wait until the owner is idle."""

        async def idle_activity() -> IndexActivity | None:
            now = await asyncio.to_thread(self.activity)
            return now if now and now.stage is Stage.IDLE else None

        return await until(idle_activity, "the server never became idle")

    def mark(self) -> Path:
        """Write a file with a new name and a known text, so that it needs no embedding.

        Once it is in the index and the server is idle, all earlier changes are in the index too.
        """
        self._marks += 1
        path = self.folder / f"mark_{self._marks}.py"
        path.write_text("MARK = True\n")
        return path

    async def holds(self, file: Path) -> bool:
        """Return whether the index has chunks of a file."""
        result = await self.editor.request(protocol.INDEX_WHY, protocol.WhyParams(file.as_uri()))
        return bool(result.chunks)

    async def finds(self, name: str) -> bool:
        """Return whether the first search result is this definition."""
        passages = (await self.editor.search(name)).passages
        return bool(passages) and passages[0].symbol == name

    # --- comparing ------------------------------------------------------------------------------------

    def differences(self) -> tuple[Contents, list[str]]:
        """Return the contents of an idle server's index, and their differences from a fresh index."""
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
    """Open the index's folder in another editor with its own server."""
    editor = Editor()
    await editor.launch(index.data, command)
    try:
        await editor.begin([index.folder], _OPTIONS)
        yield editor
    finally:
        await editor.leave()


async def until(condition: Callable[[], Any], complaint: str) -> Any:
    """Poll a condition, which may return a coroutine, until it is truthy, and return its value.

    Raises:
        TimeoutError: the condition did not become truthy; the message is `complaint`.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + _TIMEOUT_SECONDS
    while loop.time() < end:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        await asyncio.sleep(_POLL_SECONDS)
    raise TimeoutError(complaint)

"""Change a folder in every restless way while a server keeps its index, and see that the index comes out true.

    npm run python -- tests/faults/restless_folder.py [SCENARIO …] [--ignored 50000]

Everything is real: the server, its workers, the model, the file system. After each scenario the index is compared with
one that is made of the same tree from nothing. Exits with 1 where it differs, or where work was done for nothing.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from typing import TYPE_CHECKING

from scenarios import check, compared, parser, run

from sourcewise.domain.index_state import Stage

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from live_index import LiveIndex

_SAVES = 100
_GIGABYTE = 1_000_000_000
_APPENDS = 2_000
_APPENDS_A_SECOND = 200
# Of the processor, for what nobody wants indexed: less than this share of the time that it goes on.
_NEXT_TO_NOTHING = 0.15
_LEAST_SECONDS = 5.0


async def renamed_while_indexing(index: LiveIndex, options: argparse.Namespace) -> str:
    """A folder that is renamed while it is first read, and again while it is embedded, is indexed where it is then."""
    write_code(index.folder / "first", 1500)
    told = []
    async with index.served():
        for stage, before, after in ((Stage.READING, "first", "second"), (Stage.EMBEDDING, "second", "third")):
            await index.editor.until(lambda stage=stage: _is_amid(index, stage))
            state = index.editor.state_of(index.folder)
            (index.folder / before).rename(index.folder / after)
            told.append(f"{stage} {state.done} of {state.total}")
        contents = await compared(index)
        now = await index.idle()
    check(now.made <= 1501, f"{now.made} chunks were embedded, some of them twice")
    return f"renamed at {' and at '.join(told)}; {now.made} chunks embedded; then {contents}"


async def saved_often(index: LiveIndex, options: argparse.Namespace) -> str:
    """A file that is saved a hundred times in a second is indexed as it was saved last."""
    write_code(index.folder, 20)
    path = index.folder / "file_7.py"
    async with index.served():
        before = await index.settled()
        start = asyncio.get_running_loop().time()
        for number in range(_SAVES):
            _save(path, f"def saved_{number}():\n    return {number}\n", aside=number % 2)
            await asyncio.sleep(0.8 / _SAVES)
        seconds = asyncio.get_running_loop().time() - start
        contents = await compared(index)
        now = await index.idle()
        check(await index.finds(f"saved_{_SAVES - 1}"), "the last text is not found")
    embedded = now.made - before.made
    check(embedded < _SAVES / 10, f"{embedded} chunks were embedded")
    return f"{_SAVES} saves in {seconds:.2f} s, {embedded} chunks embedded; then {contents}"


async def file_and_folder(index: LiveIndex, options: argparse.Namespace) -> str:
    """A file that is replaced by a folder of its name, and the other way round, is indexed as what it is."""
    write_code(index.folder, 20)
    path, inside = index.folder / "file_7.py", index.folder / "file_7.py" / "inside.py"
    told = []
    async with index.served():
        await index.settled()
        for _ in range(2):
            text = path.read_text()
            path.unlink()
            path.mkdir()
            inside.write_text(text)
            told.append(await compared(index))
            check(await index.holds(inside) and not await index.holds(path), "the folder is not indexed as one")
            shutil.rmtree(path)
            path.write_text(text)
            told.append(await compared(index))
            check(await index.holds(path) and not await index.holds(inside), "the file is not indexed as one")
    return "; ".join(told)


async def ignored_files(index: LiveIndex, options: argparse.Namespace) -> str:
    """Tens of thousands of files that appear in an ignored folder are no work."""
    write_code(index.folder, 20)
    (index.folder / ".gitignore").write_text("node_modules/\n")
    modules = index.folder / "node_modules"
    async with index.served():
        before = await index.settled()
        effort, seconds = await _cost(index, lambda: write_code(modules, options.ignored))
        now = await index.idle()
        contents = await compared(index)
    check((now.files, now.made) == (before.files, before.made), f"{now.files} files, {now.made - before.made} embedded")
    return f"{options.ignored} files in {seconds:.0f} s took {effort}; then {contents}"


async def growing_log(index: LiveIndex, options: argparse.Namespace) -> str:
    """A log of a gigabyte that grows stays out, and what is appended to it is next to no work."""
    write_code(index.folder, 20)
    log = index.folder / "server.log"
    with log.open("wb") as file:
        file.truncate(_GIGABYTE)
    async with index.served():
        before = await index.settled()
        efforts = [(await _cost(index, lambda ways=ways: _append(log, reopen=ways)))[0] for ways in (False, True)]
        now = await index.idle()
        contents = await compared(index)
        check(not await index.holds(log), "the log is in the index")
    check(now.made == before.made, f"{now.made - before.made} chunks were embedded")
    kept_open, reopened = efforts
    return f"{_APPENDS} lines to an open file took {kept_open}; opening it for each took {reopened}; then {contents}"


async def _cost(index: LiveIndex, deed: Callable[[], None]) -> tuple[str, float]:
    """Do something that should be no work and return what it cost the server, in words, and how long it went on."""
    before, start = index.effort(), asyncio.get_running_loop().time()
    await asyncio.to_thread(deed)
    await asyncio.sleep(_LEAST_SECONDS)  # nothing is to happen, and for that one can but wait
    await index.idle()
    after, seconds = index.effort(), asyncio.get_running_loop().time() - start
    share = (after.seconds - before.seconds) / seconds
    check(share < _NEXT_TO_NOTHING, f"{after.since(before)} in {seconds:.0f} s")
    return after.since(before), seconds


def write_code(folder: Path, files: int) -> None:
    """Write small files of code, all different."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        text = f'def number_{number}(value):\n    """Add {number}."""\n    return value + {number}\n'
        (folder / f"file_{number}.py").write_text(text)


def _is_amid(index: LiveIndex, stage: Stage) -> bool:
    state = index.editor.state_of(index.folder)
    return state is not None and state.stage is stage and 0 < state.done < state.total


def _save(path: Path, text: str, aside: int) -> None:
    """Save as editors do: in place, or beside it and over it."""
    if not aside:
        path.write_text(text)
        return
    new = path.with_suffix(".saving")
    new.write_text(text)
    new.replace(path)


def _append(log: Path, *, reopen: bool) -> None:
    """Append lines, one file handle for all or one for each."""
    line = b"2026-01-01 00:00:00 INFO something happened again\n"
    with log.open("ab", buffering=0) as kept_open:
        for _ in range(_APPENDS):
            if reopen:
                with log.open("ab") as file:
                    file.write(line)
            else:
                kept_open.write(line)
            time.sleep(1 / _APPENDS_A_SECOND)


def main() -> int:
    """Run it."""
    scenarios = (renamed_while_indexing, saved_often, file_and_folder, ignored_files, growing_log)
    arguments = parser(__doc__, scenarios)
    arguments.add_argument("--ignored", type=int, default=50_000)
    return run(scenarios, arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())

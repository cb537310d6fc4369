"""Changes a folder in many ways while a server maintains its index, and checks that the index is correct.

    npm run python -- tests/faults/restless_folder.py [SCENARIO …] [--ignored 50000]

Everything is real: the server, its workers, the model, the file system. Compares the index after each scenario with a
fresh one of the same tree. Exits with 1 if it differs, or if the server did unnecessary work.
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
# The highest acceptable CPU load while files change that are not indexed.
_NEGLIGIBLE_LOAD = 0.15
_SETTLE_SECONDS = 5.0


async def renamed_while_indexing(index: LiveIndex, options: argparse.Namespace) -> str:
    """A folder renamed while it is read, and again while it is embedded, is indexed under its new name."""
    write_code(index.folder / "first", 1500)
    report = []
    async with index.served():
        for stage, before, after in ((Stage.READING, "first", "second"), (Stage.EMBEDDING, "second", "third")):
            await index.editor.until(lambda stage=stage: _is_amid(index, stage))
            state = index.editor.state_of(index.folder)
            (index.folder / before).rename(index.folder / after)
            report.append(f"{stage} {state.done} of {state.total}")
        contents = await compared(index)
        now = await index.idle()
    check(now.made <= 1501, f"{now.made} chunks were embedded, some twice")
    return f"renamed at {' and at '.join(report)}; {now.made} chunks embedded; then {contents}"


async def saved_often(index: LiveIndex, options: argparse.Namespace) -> str:
    """A file that is saved a hundred times in a second is indexed with its last text."""
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
    """A file that is replaced by a folder of the same name, and the reverse, is indexed correctly."""
    write_code(index.folder, 20)
    path, inside = index.folder / "file_7.py", index.folder / "file_7.py" / "inside.py"
    report = []
    async with index.served():
        await index.settled()
        for _ in range(2):
            text = path.read_text()
            path.unlink()
            path.mkdir()
            inside.write_text(text)
            report.append(await compared(index))
            check(await index.holds(inside) and not await index.holds(path), "the folder is not indexed as one")
            shutil.rmtree(path)
            path.write_text(text)
            report.append(await compared(index))
            check(await index.holds(path) and not await index.holds(inside), "the file is not indexed as one")
    return "; ".join(report)


async def ignored_files(index: LiveIndex, options: argparse.Namespace) -> str:
    """Tens of thousands of new files in an ignored folder cause no work."""
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
    """A growing log of a gigabyte is not indexed, and lines appended to it cause almost no work."""
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


async def _cost(index: LiveIndex, action: Callable[[], None]) -> tuple[str, float]:
    """Run an action that should cause no work; return a description of the server's effort, and the seconds it took."""
    before, start = index.effort(), asyncio.get_running_loop().time()
    await asyncio.to_thread(action)
    await asyncio.sleep(_SETTLE_SECONDS)  # the absence of work can only be observed by waiting
    await index.idle()
    after, seconds = index.effort(), asyncio.get_running_loop().time() - start
    share = (after.seconds - before.seconds) / seconds
    check(share < _NEGLIGIBLE_LOAD, f"{after.since(before)} in {seconds:.0f} s")
    return after.since(before), seconds


def write_code(folder: Path, files: int) -> None:
    """Write small, distinct files of code."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        text = f'def number_{number}(value):\n    """Add {number}."""\n    return value + {number}\n'
        (folder / f"file_{number}.py").write_text(text)


def _is_amid(index: LiveIndex, stage: Stage) -> bool:
    state = index.editor.state_of(index.folder)
    return state is not None and state.stage is stage and 0 < state.done < state.total


def _save(path: Path, text: str, aside: int) -> None:
    """Save a file as editors do: in place, or atomically through a temporary file."""
    if not aside:
        path.write_text(text)
        return
    new = path.with_suffix(".saving")
    new.write_text(text)
    new.replace(path)


def _append(log: Path, *, reopen: bool) -> None:
    """Append lines, through one file handle or through a new one for each line."""
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
    """Parse the options and run the scenarios."""
    scenarios = (renamed_while_indexing, saved_often, file_and_folder, ignored_files, growing_log)
    arguments = parser(__doc__, scenarios)
    arguments.add_argument("--ignored", type=int, default=50_000)
    return run(scenarios, arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())

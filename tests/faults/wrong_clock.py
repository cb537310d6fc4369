"""Gives files and the server wrong times, and checks that the index is correct.

    npm run python -- tests/faults/wrong_clock.py [SCENARIO …]

Everything is real: the server, its workers, the model, the file times. A preloaded library (`shifted_clock.c`, which
needs a C compiler) shifts the clock of only the server and its workers. Compares the index after each scenario with a
fresh one of the same tree. Exits with 1 if it differs.

One kind of edit cannot be detected: an edit that keeps size and time and causes no event, because the server did not
run or the file system reports no events. `unseen_edit` shows this, and that a rebuild finds the edit.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from live_index import REAL_SERVER
from restless_folder import write_code
from scenarios import check, compared, compared_now, parser, run

from sourcewise import protocol

if TYPE_CHECKING:
    import argparse

    from live_index import LiveIndex

_DAY = 86_400
_YEAR = 365 * _DAY
_TIMES = {
    "from the last century": -40 * _YEAR,
    "from the epoch": None,
    "from yesterday": -_DAY,
    "from tomorrow": _DAY,
    "from the next century": 90 * _YEAR,
}


async def files_of_other_times(index: LiveIndex, options: argparse.Namespace) -> str:
    """Files with modification times in the past or future are indexed, and so are edits to them."""
    write_code(index.folder, 20)
    async with index.served():
        await index.settled()
        for edition in ("first", "second"):
            for number, shift in enumerate(_TIMES.values()):
                _write(index.folder / f"file_{number}.py", f"{edition}_{number}", _shifted(shift))
            summary = await compared(index)
            for number, when in enumerate(_TIMES):
                check(await index.finds(f"{edition}_{number}"), f"the {edition} edit of the file {when} is not found")
    return f"{len(_TIMES)} files with unusual times, edited twice; then {summary}"


async def same_size_and_time(index: LiveIndex, options: argparse.Namespace) -> str:
    """An edit that keeps a file's size and time is found through its file system event."""
    write_code(index.folder, 20)
    path, when = index.folder / "file_7.py", _shifted(-_DAY)
    _write(path, "before_it", when)
    async with index.served():
        await index.settled()
        check(await index.finds("before_it"), "the first text is not found")
        _write(path, "after_itt", when)
        summary = await compared(index)
        check(await index.finds("after_itt"), "the edit is not found")
    return f"{path.stat().st_size} bytes before and after; then {summary}"


async def older_copy(index: LiveIndex, options: argparse.Namespace) -> str:
    """A file that is overwritten by an older copy with an older time, while no server runs, is reindexed."""
    write_code(index.folder, 20)
    path, backup = index.folder / "file_7.py", index.folder.parent / "backup.py"
    _write(backup, "of_last_year", _shifted(-_YEAR))
    async with index.served():
        await index.settled()
    shutil.copy2(backup, path)
    async with index.served():
        summary = await compared(index)
        check(await index.finds("of_last_year"), "the older text is not found")
    return summary


async def unseen_edit(index: LiveIndex, options: argparse.Namespace) -> str:
    """An edit that keeps size and time while no server runs is found only by a rebuild."""
    write_code(index.folder, 20)
    path, when = index.folder / "file_7.py", _shifted(-_DAY)
    _write(path, "before_it", when)
    async with index.served():
        await index.settled()
    _write(path, "after_itt", when)
    async with index.served() as editor:
        await index.settled()
        seen = await index.finds("after_itt")
        editor.received.clear()
        await editor.request(protocol.INDEX_REBUILD, protocol.RebuildParams())
        summary = await compared(index)
        check(await index.finds("after_itt"), "the edit is not found after a rebuild")
    return f"{'found' if seen else 'not found'} before the rebuild; then {summary}"


async def clock_set_back(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server keeps finding edits when its clock is set back a year, and later ten years ahead."""
    if shutil.which("cc") is None:
        return "skipped: there is no C compiler"
    write_code(index.folder, 20)
    clock, report = index.folder.parent / "clock", []
    async with index.served(_with_clock(clock)):
        await index.settled()
        for shift, meaning in ((-_YEAR, "a year back"), (10 * _YEAR, "ten years ahead")):
            clock.write_text(str(shift))
            name = meaning.replace(" ", "_")
            _write(index.folder / "file_7.py", name, time.time())
            start = time.monotonic()
            await index.settled()
            report.append(f"{meaning}: settled after {time.monotonic() - start:.1f} s")
            check(await index.finds(name), f"with the clock {meaning}, the edit is not found")
        contents = await compared_now(index)
    last_day = _last_day(index.data / "embeddings.sqlite")
    check(last_day * _DAY > time.time() + 9 * _YEAR, f"the latest day that the server recorded is {last_day}")
    return f"{'; '.join(report)}; then {contents}"


def _with_clock(clock: Path) -> tuple[str, ...]:
    """Return the command of a server whose time of day is shifted by the number of seconds in a file."""
    library = clock.with_name("shifted_clock.so")
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    clock.write_text("0")
    return ("env", f"LD_PRELOAD={library}", f"CLOCK_SHIFT_FILE={clock}", *REAL_SERVER)


def _last_day(cache: Path) -> int:
    """Return the latest day, by the server's clock, on which it used an embedding."""
    with closing(sqlite3.connect(cache)) as connection:
        return int(connection.execute("SELECT max(day) FROM uses").fetchone()[0])


def _write(path: Path, name: str, when: float) -> None:
    """Write a function with this name, and set the file's modification time."""
    path.write_text(f"def {name}():\n    return True\n")
    os.utime(path, (when, when))


def _shifted(seconds: float | None) -> float:
    return 0.0 if seconds is None else float(int(time.time() + seconds))


def main() -> int:
    """Parse the options and run the scenarios."""
    scenarios = (files_of_other_times, same_size_and_time, older_copy, unseen_edit, clock_set_back)
    return run(scenarios, parser(__doc__, scenarios).parse_args())


if __name__ == "__main__":
    sys.exit(main())

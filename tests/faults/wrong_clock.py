"""Give files and the server wrong times, and see that its index comes out true.

    npm run python -- tests/faults/wrong_clock.py [SCENARIO …]

Everything is real: the server, its workers, the model, the times of files. The clock is set for the server and its
workers alone, by a library that is loaded into them and needs a C compiler (`shifted_clock.c`). After each scenario the
index is compared with one that is made of the same tree from nothing. Exits with 1 where it differs.

One edit cannot be noticed: one that leaves size and time as they were and that no event told, since the server did not
run or the disk tells nothing. `unseen_edit` shows that it is not, and that a rebuild takes it.
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
from scenarios import check, compared, compared_as_it_is, parser, run

from sourcewise import protocol

if TYPE_CHECKING:
    import argparse

    from live_index import LiveIndex

_DAY = 86_400
_YEAR = 365 * _DAY
_TIMES = {
    "of the last century": -40 * _YEAR,
    "of the epoch": None,
    "of yesterday": -_DAY,
    "of tomorrow": _DAY,
    "of the next century": 90 * _YEAR,
}


async def files_of_other_times(index: LiveIndex, options: argparse.Namespace) -> str:
    """Files that were written in the past or in the future, says the disk, are indexed; so are edits to them."""
    write_code(index.folder, 20)
    async with index.served():
        await index.settled()
        for edition in ("first", "second"):
            for number, shift in enumerate(_TIMES.values()):
                _write(index.folder / f"file_{number}.py", f"{edition}_{number}", _shifted(shift))
            told = await compared(index)
            for number, when in enumerate(_TIMES):
                check(await index.finds(f"{edition}_{number}"), f"the {edition} edit of the file {when} is not found")
    return f"{len(_TIMES)} files of other times, edited twice; then {told}"


async def same_size_and_time(index: LiveIndex, options: argparse.Namespace) -> str:
    """An edit that leaves a file its size and its time is found, as the system tells of it."""
    write_code(index.folder, 20)
    path, when = index.folder / "file_7.py", _shifted(-_DAY)
    _write(path, "before_it", when)
    async with index.served():
        await index.settled()
        check(await index.finds("before_it"), "the first text is not found")
        _write(path, "after_itt", when)
        told = await compared(index)
        check(await index.finds("after_itt"), "the edit is not found")
    return f"{path.stat().st_size} bytes before and after; then {told}"


async def older_copy(index: LiveIndex, options: argparse.Namespace) -> str:
    """A file that an older one was copied over while no server ran, with its older time, is read again."""
    write_code(index.folder, 20)
    path, backup = index.folder / "file_7.py", index.folder.parent / "backup.py"
    _write(backup, "of_last_year", _shifted(-_YEAR))
    async with index.served():
        await index.settled()
    shutil.copy2(backup, path)
    async with index.served():
        told = await compared(index)
        check(await index.finds("of_last_year"), "the older text is not found")
    return told


async def unseen_edit(index: LiveIndex, options: argparse.Namespace) -> str:
    """An edit that leaves size and time as they were while no server runs is found by a rebuild, and only then."""
    write_code(index.folder, 20)
    path, when = index.folder / "file_7.py", _shifted(-_DAY)
    _write(path, "before_it", when)
    async with index.served():
        await index.settled()
    _write(path, "after_itt", when)
    async with index.served() as editor:
        await index.settled()
        seen = await index.finds("after_itt")
        editor.heard.clear()
        await editor.request(protocol.INDEX_REBUILD, protocol.RebuildParams())
        told = await compared(index)
        check(await index.finds("after_itt"), "the edit is not found after a rebuild")
    return f"{'noticed' if seen else 'not noticed'} before the rebuild; then {told}"


async def clock_set_back(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server whose clock is set back a year, and later ten ahead, goes on finding what is edited."""
    if shutil.which("cc") is None:
        return "not tried: there is no C compiler"
    write_code(index.folder, 20)
    clock, told = index.folder.parent / "clock", []
    async with index.served(_with_clock(clock)):
        await index.settled()
        for shift, meaning in ((-_YEAR, "a year back"), (10 * _YEAR, "ten years ahead")):
            clock.write_text(str(shift))
            name = meaning.replace(" ", "_")
            _write(index.folder / "file_7.py", name, time.time())
            start = time.monotonic()
            await index.settled()
            told.append(f"{meaning}: settled after {time.monotonic() - start:.1f} s")
            check(await index.finds(name), f"with the clock {meaning}, the edit is not found")
        contents = await compared_as_it_is(index)
    last_day = _last_day(index.data / "embeddings.sqlite")
    check(last_day * _DAY > time.time() + 9 * _YEAR, f"the server never took it to be later than day {last_day}")
    return f"{'; '.join(told)}; then {contents}"


def _with_clock(clock: Path) -> tuple[str, ...]:
    """Return the command of a server whose time of day is off by the seconds in a file."""
    library = clock.with_name("shifted_clock.so")
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    clock.write_text("0")
    return ("env", f"LD_PRELOAD={library}", f"CLOCK_SHIFT_FILE={clock}", *REAL_SERVER)


def _last_day(cache: Path) -> int:
    """Return the last day on which a server used an embedding, by its own clock."""
    with closing(sqlite3.connect(cache)) as connection:
        return int(connection.execute("SELECT max(day) FROM uses").fetchone()[0])


def _write(path: Path, name: str, when: float) -> None:
    """Write a function of this name, and have the disk say that it was then."""
    path.write_text(f"def {name}():\n    return True\n")
    os.utime(path, (when, when))


def _shifted(seconds: float | None) -> float:
    return 0.0 if seconds is None else float(int(time.time() + seconds))


def main() -> int:
    """Run it."""
    scenarios = (files_of_other_times, same_size_and_time, older_copy, unseen_edit, clock_set_back)
    return run(scenarios, parser(__doc__, scenarios).parse_args())


if __name__ == "__main__":
    sys.exit(main())

"""Give files and the server wrong times, and see that its index comes out true.

    npm run python -- tests/faults/wrong_clock.py [SCENARIO …]

Everything is real: the server, its workers, the model, the times of files. The clock of the server alone is set back,
by libfaketime (the package `faketime` of Debian), and only where that is installed. After each scenario the index is
compared with one that is made of the same tree from nothing. Exits with 1 where it differs.

One edit cannot be noticed: one that leaves size and time as they were and that no event told, since the server did not
run or the disk tells nothing. `unseen_edit` shows that it is not, and that a rebuild takes it.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
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
    library = _fake_clock()
    if library is None:
        return "not tried: libfaketime is not installed"
    write_code(index.folder, 20)
    clock, told = index.folder.parent / "clock", []
    async with index.served(_with_clock(library, clock, "+0")):
        await index.settled()
        for number, (shift, meaning) in enumerate((("-365d", "a year back"), ("+3650d", "ten years ahead"))):
            clock.write_text(f"{shift}\n")
            start = time.monotonic()
            _write(index.folder / "file_7.py", f"clock_{number}", time.time())
            await index.settled()
            told.append(f"{meaning}: settled after {time.monotonic() - start:.1f} s")
            check(await index.finds(f"clock_{number}"), f"with the clock {meaning}, the edit is not found")
        contents = await compared_as_it_is(index)
        year = max(line[:4] for line in index.log().splitlines() if line[:4].isdigit())
    check(int(year) >= time.gmtime().tm_year + 9, f"the server never knew of another year than {year}")
    return f"{'; '.join(told)}; then {contents}"


def _fake_clock() -> Path | None:
    """Return the library that gives a process another clock, where it is installed."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


def _with_clock(library: Path, clock: Path, shift: str) -> tuple[str, ...]:
    """Return the command of a server whose clock obeys a file, but not the one it measures spans with."""
    clock.write_text(f"{shift}\n")
    settings = {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": clock,
        "FAKETIME_NO_CACHE": 1,
        "FAKETIME_DONT_FAKE_MONOTONIC": 1,
        "NO_FAKE_STAT": 1,
    }
    return ("env", *(f"{name}={value}" for name, value in settings.items()), *REAL_SERVER)


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

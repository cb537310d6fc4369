"""Put a server and its index in places that refuse something: a full disk, a read-only one, too few watched folders.

    npm run python -- tests/faults/hard_places.py [SCENARIO …]

Everything is real: the server, its workers, the model, and what refuses, which is the kernel. Linux lets any user have
disks and limits that only this process sees. After each scenario the index is compared with one that is made of the
same tree from nothing. Exits with 1 where it differs, or where a user is told nothing to act on.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from full_disk import fill
from index_contents import models_linked
from live_index import REAL_SERVER, until
from restless_folder import write_code
from scenarios import check, compared, compared_as_it_is, parser, run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from live_index import LiveIndex

_INSIDE = "SOURCEWISE_FAULTS_INSIDE"
_WATCHES = Path("/proc/sys/user/max_inotify_watches")
_FOLDERS = 150
_MEGABYTE = 1_000_000
_DISK = 300 * _MEGABYTE


# --- too few watched folders ------------------------------------------------------------------------------


async def few_watches(index: LiveIndex, options: argparse.Namespace) -> str:
    """Where the kernel watches a hundred folders at most, that is said once and edits are found all the same."""
    for number in range(_FOLDERS):
        write_code(index.folder / f"part_{number}", 1)
    with few_watched_folders():
        async with index.served():
            await index.editor.until(lambda: "max_user_watches" in _notice(index))
            await index.idle()
            seconds = [await _until_edit_is_found(index, number) for number in range(3)]
            told = await compared(index)
    said = index.log().count("max_user_watches")
    check(said == 1, f"it was said {said} times")
    async with index.served():
        await index.settled()
        check(not _notice(index), f"with the usual limit it still says: {_notice(index)}")
    return f"said once; edits were found after at most {max(seconds):.0f} s; then {told}"


async def _until_edit_is_found(index: LiveIndex, number: int) -> float:
    """Edit where nobody watches and return how long it took to be found."""
    start = asyncio.get_running_loop().time()
    edited = index.folder / f"part_{_FOLDERS - 1}" / f"edited_{number}.py"
    edited.write_text(f"def found_without_events_{number}():\n    return True\n")
    await until(lambda: index.holds(edited), "the edit was never found")
    return asyncio.get_running_loop().time() - start


@contextmanager
def few_watched_folders() -> Iterator[None]:
    """Have the kernel refuse to watch more than a hundred folders for this view of it."""
    usual = _WATCHES.read_text()
    _WATCHES.write_text("100")
    try:
        yield
    finally:
        _WATCHES.write_text(usual)


# --- a full disk ------------------------------------------------------------------------------------------


async def full_for_a_command(index: LiveIndex, options: argparse.Namespace) -> str:
    """`sourcewise index` that fills the disk of its data ends with a sentence, and the next one carries on."""
    write_code(index.folder, 1000)
    with small_disk(index):
        ballast, told = fill(index.data, leave=2 * _MEGABYTE), []
        for leave in (None, 1, 4, 8):
            if leave:
                ballast.unlink()
                ballast = fill(index.data, leave=leave * _MEGABYTE)
            code, output = await command(index, "index")
            check((code, "is full" in output) == (4, True) and _is_readable(output), f"exit code {code}: {output}")
            told.append(next(line for line in output.splitlines() if "is full" in line))
        ballast.unlink()
        code, output = await command(index, "index")
        check(code == 0, output)
        return f"{len(told)} times “{told[-1]}”; with room: {await compared_as_it_is(index)}"


async def full_while_serving(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server whose disk fills up says so and goes on searching, and carries on by itself when there is room."""
    write_code(index.folder / "before", 100)
    with small_disk(index):
        async with index.served():
            await index.settled()
            ballast = fill(index.data, leave=0)
            write_code(index.folder / "meanwhile", 300)
            message = await _until_said(index, "is full")
            check(await index.finds("number_7"), "the search finds nothing while the disk is full")
            ballast.unlink()
            seconds = await _until_healed(index)
            return f"“{message}”; healed {seconds:.0f} s after there was room: {await compared(index)}"


async def full_at_start(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server that starts on a full disk says so, and makes its index when there is room."""
    write_code(index.folder, 100)
    with small_disk(index):
        ballast = fill(index.data, leave=0)
        async with index.served():
            message = await _until_said(index, "ree some space")
            ballast.unlink()
            seconds = await _until_healed(index)
            return f"“{message}”; healed {seconds:.0f} s after there was room: {await compared(index)}"


# --- a read-only disk -------------------------------------------------------------------------------------


async def read_only_while_serving(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server whose data may no longer be written says what to do, goes on searching, and heals when they may be."""
    write_code(index.folder / "before", 100)
    async with index.served(unprivileged(REAL_SERVER)):
        await index.settled()
        _permit(index.data, writing=False)
        write_code(index.folder / "meanwhile", 30)
        message = await _until_said(index, "annot be")
        check(await index.finds("number_7"), "the search finds nothing while the index is read-only")
        _permit(index.data, writing=True)
        seconds = await _until_healed(index)
        return f"“{message}”; healed after {seconds:.0f} s: {await compared(index)}"


async def read_only_at_start(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server that starts on a read-only disk says what to do, searches what it has, and heals when it may write."""
    write_code(index.folder / "before", 100)
    with small_disk(index):
        await command(index, "index")
        write_code(index.folder / "meanwhile", 30)
        _remount(index.data, "ro")
        async with index.served():
            message = await _until_said(index, "annot be")
            check(await index.finds("number_7"), "the search finds nothing on a read-only disk")
            _remount(index.data, "rw")
            seconds = await _until_healed(index)
            return f"“{message}”; healed after {seconds:.0f} s: {await compared(index)}"


async def read_only_for_commands(index: LiveIndex, options: argparse.Namespace) -> str:
    """Commands on a read-only disk end with a sentence and a next step, or answer."""
    write_code(index.folder, 100)
    with small_disk(index):
        await command(index, "index")
        _remount(index.data, "ro")
        told = []
        for words in (("index",), ("search", "number_7"), ("status",), ("why", "file_7.py")):
            code, output = await command(index, *words)
            check(_is_readable(output) and code in {0, 4}, f"{words[0]}: exit code {code}: {output}")
            check(words[0] != "search" or "file_7.py" in output, f"search: {output}")
            told.append(f"{words[0]}: {code}, “{output.strip().splitlines()[0]}”")
        _remount(index.data, "rw")
        code, output = await command(index, "index")
        check(code == 0, output)
        return f"{'; '.join(told)}; then {await compared_as_it_is(index)}"


# --- means ------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(index: LiveIndex) -> Iterator[None]:
    """Put the data folder on a disk of its own, in memory."""
    shutil.rmtree(index.data)
    index.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", index.data], check=True)
    try:
        models_linked(index.data)
        yield
    finally:
        subprocess.run(["umount", "--lazy", index.data], check=True)


def _remount(disk: Path, way: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{way}", disk], check=True)


def unprivileged(server: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command for a server that obeys permissions though it belongs to the superuser."""
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", *server)


def _permit(data: Path, *, writing: bool) -> None:
    """Allow or forbid to write files and folders, as `chmod -R` does; files that are open stay writable."""
    for place in (data, *data.rglob("*")):
        if not place.is_symlink() and (place.is_dir() or place.is_file()):
            place.chmod((place.stat().st_mode & ~0o222) | (0o200 if writing else 0))


async def command(index: LiveIndex, *words: str) -> tuple[int, str]:
    """Run a command of the program on the folder, and return its exit code and what a person sees."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sourcewise", *words, "--folder", str(index.folder)),
        env={**os.environ, "SOURCEWISE_HOME": str(index.data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode().strip()


def _is_readable(output: str) -> bool:
    return "Traceback" not in output and "unexpected" not in output


def _notice(index: LiveIndex) -> str:
    state = index.editor.state_of(index.folder)
    return state.notice if state else ""


def _message(index: LiveIndex) -> str:
    state = index.editor.state_of(index.folder)
    return state.message if state else ""


async def _until_said(index: LiveIndex, words: str) -> str:
    """Wait until the editor is told something with these words, and return it whole."""
    message = str(await index.editor.until(lambda: (said := _message(index)) and words in said and said))
    check(_is_readable(message), message)
    return message


async def _until_healed(index: LiveIndex) -> float:
    """Wait until nothing is wrong any more and return how long that took."""
    start = asyncio.get_running_loop().time()
    await until(lambda: not _message(index), "it never healed")
    return asyncio.get_running_loop().time() - start


def main() -> int:
    """Run it, in another view of the system, in which this process may mount disks and set limits."""
    scenarios = (
        few_watches,
        *(full_for_a_command, full_while_serving, full_at_start),
        *(read_only_while_serving, read_only_at_start, read_only_for_commands),
    )
    options = parser(__doc__, scenarios).parse_args()
    if _INSIDE in os.environ:
        return run(scenarios, options)
    view = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, __file__, *sys.argv[1:]]
    return subprocess.run(view, check=False, env={**os.environ, _INSIDE: "yes"}).returncode


if __name__ == "__main__":
    sys.exit(main())

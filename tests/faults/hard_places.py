"""Runs a server under restrictions: on a full disk, on a read-only disk, and with too few file system watches.

    npm run python -- tests/faults/hard_places.py [SCENARIO …]

Everything is real: the server, its workers, the model, and the kernel's restrictions. Linux lets any user create disks
and limits that only this process sees. Compares the index after each scenario with a fresh one of the same tree. Exits
with 1 if it differs, or if the user gets no actionable message.
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
from index_contents import link_models
from live_index import REAL_SERVER, until
from restless_folder import write_code
from scenarios import check, compared, compared_now, parser, run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from live_index import LiveIndex

_INSIDE = "SOURCEWISE_FAULTS_INSIDE"
_WATCHES = Path("/proc/sys/user/max_inotify_watches")
_FOLDERS = 150
_MEGABYTE = 1_000_000
_DISK = 300 * _MEGABYTE


# --- too few watches --------------------------------------------------------------------------------------


async def few_watches(index: LiveIndex, options: argparse.Namespace) -> str:
    """When the kernel watches at most a hundred folders, the server reports it once and still finds edits."""
    for number in range(_FOLDERS):
        write_code(index.folder / f"part_{number}", 1)
    with few_watched_folders():
        async with index.served():
            await index.editor.until(lambda: "max_user_watches" in _notice(index))
            await index.idle()
            seconds = [await _until_edit_is_found(index, number) for number in range(3)]
            found = await compared(index)
    count = index.log().count("max_user_watches")
    check(count == 1, f"it was logged {count} times")
    async with index.served():
        await index.settled()
        check(not _notice(index), f"with the usual limit it still reports: {_notice(index)}")
    return f"reported once; edits were found after at most {max(seconds):.0f} s; then {found}"


async def _until_edit_is_found(index: LiveIndex, number: int) -> float:
    """Edit a file in an unwatched folder and return the seconds until the edit was found."""
    start = asyncio.get_running_loop().time()
    edited = index.folder / f"part_{_FOLDERS - 1}" / f"edited_{number}.py"
    edited.write_text(f"def found_without_events_{number}():\n    return True\n")
    await until(lambda: index.holds(edited), "the edit was never found")
    return asyncio.get_running_loop().time() - start


@contextmanager
def few_watched_folders() -> Iterator[None]:
    """Limit the watches in this user namespace to a hundred folders."""
    usual = _WATCHES.read_text()
    _WATCHES.write_text("100")
    try:
        yield
    finally:
        _WATCHES.write_text(usual)


# --- a full disk ------------------------------------------------------------------------------------------


async def full_for_a_command(index: LiveIndex, options: argparse.Namespace) -> str:
    """`sourcewise index` fails with a clear message when it fills its disk, and the next run resumes."""
    write_code(index.folder, 1000)
    with small_disk(index):
        ballast, messages = fill(index.data, leave=2 * _MEGABYTE), []
        for leave in (None, 1, 4, 8):
            if leave:
                ballast.unlink()
                ballast = fill(index.data, leave=leave * _MEGABYTE)
            code, output = await command(index, "index")
            check((code, "is full" in output) == (4, True) and _is_readable(output), f"exit code {code}: {output}")
            messages.append(next(line for line in output.splitlines() if "is full" in line))
        ballast.unlink()
        code, output = await command(index, "index")
        check(code == 0, output)
        return f"{len(messages)} times “{messages[-1]}”; with free space: {await compared_now(index)}"


async def full_while_serving(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server reports a full disk and keeps searching, and resumes by itself when there is space."""
    write_code(index.folder / "before", 100)
    with small_disk(index):
        async with index.served():
            await index.settled()
            ballast = fill(index.data, leave=0)
            write_code(index.folder / "meanwhile", 300)
            message = await _until_reported(index, "is full")
            check(await index.finds("number_7"), "search finds nothing while the disk is full")
            ballast.unlink()
            seconds = await _until_recovered(index)
            return f"“{message}”; recovered {seconds:.0f} s after there was space: {await compared(index)}"


async def full_at_start(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server that starts on a full disk reports it, and builds its index when there is space."""
    write_code(index.folder, 100)
    with small_disk(index):
        ballast = fill(index.data, leave=0)
        async with index.served():
            message = await _until_reported(index, "ree some space")
            ballast.unlink()
            seconds = await _until_recovered(index)
            return f"“{message}”; recovered {seconds:.0f} s after there was space: {await compared(index)}"


# --- a read-only disk -------------------------------------------------------------------------------------


async def read_only_while_serving(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server whose data folder becomes read-only shows a hint, keeps searching, and recovers when it is writable."""
    write_code(index.folder / "before", 100)
    async with index.served(unprivileged(REAL_SERVER)):
        await index.settled()
        _permit(index.data, writing=False)
        write_code(index.folder / "meanwhile", 30)
        message = await _until_reported(index, "annot be")
        check(await index.finds("number_7"), "search finds nothing while the index is read-only")
        _permit(index.data, writing=True)
        seconds = await _until_recovered(index)
        return f"“{message}”; recovered after {seconds:.0f} s: {await compared(index)}"


async def read_only_at_start(index: LiveIndex, options: argparse.Namespace) -> str:
    """A server that starts on a read-only disk shows a hint, searches its index, and recovers when it is writable."""
    write_code(index.folder / "before", 100)
    with small_disk(index):
        await command(index, "index")
        write_code(index.folder / "meanwhile", 30)
        _remount(index.data, "ro")
        async with index.served():
            message = await _until_reported(index, "annot be")
            check(await index.finds("number_7"), "search finds nothing on a read-only disk")
            _remount(index.data, "rw")
            seconds = await _until_recovered(index)
            return f"“{message}”; recovered after {seconds:.0f} s: {await compared(index)}"


async def read_only_for_commands(index: LiveIndex, options: argparse.Namespace) -> str:
    """Commands on a read-only disk answer, or fail with a message and a next step."""
    write_code(index.folder, 100)
    with small_disk(index):
        await command(index, "index")
        _remount(index.data, "ro")
        results = []
        for words in (("index",), ("search", "number_7"), ("status",), ("why", "file_7.py")):
            code, output = await command(index, *words)
            check(_is_readable(output) and code in {0, 4}, f"{words[0]}: exit code {code}: {output}")
            check(words[0] != "search" or "file_7.py" in output, f"search: {output}")
            results.append(f"{words[0]}: {code}, “{output.strip().splitlines()[0]}”")
        _remount(index.data, "rw")
        code, output = await command(index, "index")
        check(code == 0, output)
        return f"{'; '.join(results)}; then {await compared_now(index)}"


# --- helpers ------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(index: LiveIndex) -> Iterator[None]:
    """Move the data folder to its own in-memory disk."""
    shutil.rmtree(index.data)
    index.data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", index.data], check=True)
    try:
        link_models(index.data)
        yield
    finally:
        subprocess.run(["umount", "--lazy", index.data], check=True)


def _remount(disk: Path, way: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{way}", disk], check=True)


def unprivileged(server: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command of a server that obeys file permissions although it runs as root."""
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", *server)


def _permit(data: Path, *, writing: bool) -> None:
    """Make files and folders writable or read-only, as `chmod -R` does; open files stay writable."""
    for place in (data, *data.rglob("*")):
        if not place.is_symlink() and (place.is_dir() or place.is_file()):
            place.chmod((place.stat().st_mode & ~0o222) | (0o200 if writing else 0))


async def command(index: LiveIndex, *words: str) -> tuple[int, str]:
    """Run a `sourcewise` command on the folder, and return its exit code and output."""
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


async def _until_reported(index: LiveIndex, words: str) -> str:
    """Wait until the editor receives a message with these words, and return the message."""
    message = str(await index.editor.until(lambda: (message := _message(index)) and words in message and message))
    check(_is_readable(message), message)
    return message


async def _until_recovered(index: LiveIndex) -> float:
    """Wait until the server reports no problem, and return the seconds that it took."""
    start = asyncio.get_running_loop().time()
    await until(lambda: not _message(index), "the server never recovered")
    return asyncio.get_running_loop().time() - start


def main() -> int:
    """Run the scenarios in new namespaces, in which this process may mount disks and set limits."""
    scenarios = (
        few_watches,
        *(full_for_a_command, full_while_serving, full_at_start),
        *(read_only_while_serving, read_only_at_start, read_only_for_commands),
    )
    options = parser(__doc__, scenarios).parse_args()
    if _INSIDE in os.environ:
        return run(scenarios, options)
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, __file__, *sys.argv[1:]]
    return subprocess.run(command, check=False, env={**os.environ, _INSIDE: "yes"}).returncode


if __name__ == "__main__":
    sys.exit(main())

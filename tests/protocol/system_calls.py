"""Records the programs, files and connections of a process and its children, with `strace` on Linux."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# strace splits a call that another thread interrupts into two lines; the first has the arguments.
_CALL = re.compile(r"^\d+ (?P<name>\w+)\((?P<arguments>.*?)(?:\) += (?P<result>.*)| <unfinished \.\.\.>)$")
_OPENED = re.compile(
    r'(?:AT_FDCWD(?:<(?P<current>[^>]*)>)?|\d+<(?P<below>[^>]*)>), "(?P<path>(?:[^"\\]|\\.)*)", (?P<flags>[A-Z_|0-9x]+)'
)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ADDRESS = re.compile(r'sa_family=(?P<family>AF_\w+)(?:.*?(?:inet_addr\("|inet_pton\(AF_INET6, ")(?P<address>[^"]+)")?')


def require_strace() -> str:
    """Return the path of strace. Installs it if that is possible without asking, and otherwise skips the test."""
    if shutil.which("strace") is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", "strace"], check=False, capture_output=True)
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed (on Debian: apt-get install strace)")
    return found


class Observation:
    """Records the system calls of a command that is started with `prefix`. Read it after the command has ended."""

    def __init__(self, file: Path) -> None:
        self._file = file
        calls = "execve,open,openat,openat2,connect,sendto,sendmsg,sendmmsg"
        self.prefix = [
            require_strace(),
            "-f",
            "-y",
            "-qq",
            "-s",
            "4096",
            "--seccomp-bpf",
            "-e",
            f"trace={calls}",
            "-o",
            str(file),
        ]

    def programs(self) -> set[str]:
        """Return the programs that were executed."""
        return {
            found[1] for name, arguments in self._calls() if name == "execve" and (found := _STRING.search(arguments))
        }

    def files_read(self) -> set[Path]:
        """Return the files that were opened for reading, without folders."""
        return {file for name, arguments in self._calls() if name.startswith("open") for file in _read(arguments)}

    def addresses(self) -> set[str]:
        """Return the network addresses to which data was sent."""
        found = (_ADDRESS.search(arguments) for name, arguments in self._calls() if name[:4] in {"conn", "send"})
        return {
            address["address"] or address["family"] for address in found if address and address["family"] != "AF_UNIX"
        }

    def _calls(self) -> Iterator[tuple[str, str]]:
        """Yield the calls that succeeded or whose result is unknown."""
        for line in self._file.read_text(errors="replace").splitlines():
            call = _CALL.match(line)
            if (call and not (call["result"] or "").startswith("-1 E")) or (
                call and "EINPROGRESS" in (call["result"] or "")
            ):
                yield call["name"], call["arguments"]


def _read(arguments: str) -> Iterator[Path]:
    opened = _OPENED.search(arguments)
    if opened is None or {"O_DIRECTORY", "O_EXCL", "O_PATH", "O_WRONLY"} & set(opened["flags"].split("|")):
        return
    path = opened["path"].encode("latin-1", "replace").decode("unicode_escape")
    yield Path(os.path.normpath(Path(opened["current"] or opened["below"] or "/") / path))

"""Reads regular files only.

Hides how a link, a pipe or a device that replaced a file is detected before it is followed or blocks.
"""

from __future__ import annotations

import os
import stat
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CAREFUL = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_GIANT = 2**30
_JUNCTION = 0xA0000003  # `stat.IO_REPARSE_TAG_MOUNT_POINT`, which Python defines on Windows only


class NotRegularError(OSError):
    """The path is no regular file.

    Attributes:
        mode: the mode of the entry, as in `os.stat_result.st_mode`.
    """

    def __init__(self, mode: int) -> None:
        super().__init__("not a regular file")
        self.mode = mode


def read_regular_file(location: Path, limit: int = -1, *, parent: int | None = None) -> tuple[bytes, os.stat_result]:
    """Return up to `limit` bytes (all if negative), and the status from before they were read.

    Args:
        location: of the file.
        limit: in bytes.
        parent: descriptor of the folder that a relative location is relative to; None is the current folder.

    Raises:
        NotRegularError: it is a link, folder, pipe, socket or device.
        OSError: it cannot be opened or read.
    """
    _require_regular(os.lstat(location, dir_fd=parent))
    with open(location, "rb", opener=partial(_open_carefully, parent)) as file:
        status = os.fstat(file.fileno())
        _require_regular(status)
        return file.read(limit), status


def exists(location: Path) -> bool:
    """Return whether an entry exists; unlike `Path.exists`, this returns False for every error."""
    try:
        os.lstat(location)
    except OSError:
        return False
    return True


def is_regular_file(location: Path) -> bool:
    """Return whether a path is a regular file; False for every error."""
    try:
        return stat.S_ISREG(os.lstat(location).st_mode)
    except OSError:
        return False


def is_folder(location: Path) -> bool:
    """Return whether a path is a folder; False for every error."""
    try:
        return stat.S_ISDIR(os.lstat(location).st_mode)
    except OSError:
        return False


def reads_without_blocking(location: Path) -> bool:
    """Return whether a program can read this quickly: it is no pipe, device or socket, and not larger than 1 GiB.

    Links are followed. The result is True for a missing file.
    """
    try:
        status = location.stat()
    except OSError:
        return True
    return stat.S_ISDIR(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_size <= _GIANT)


def is_junction(status: os.stat_result) -> bool:
    """Return whether this is a junction, a link of Windows that looks like a folder."""
    return getattr(status, "st_reparse_tag", 0) == _JUNCTION


def _open_carefully(parent: int | None, path: str, flags: int) -> int:
    return os.open(path, flags | _CAREFUL, dir_fd=parent)


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(status.st_mode)

"""Decides whether a path is inside the indexed folder, and reads files there without following links.

A request can name `..`, and a repository can hold links to anywhere. Paths are compared as text, after normalization:
resolving a link just to see its target can already block, or contact another machine. Reading opens one component of
the path after the other, so it also notices a folder that a link has just replaced. The indexed folder itself may be
reached through links.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from sourcewise.mining.regular_files import NotRegularError, is_junction, read_regular_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Windows cannot open a file relative to an open folder.
_BY_STEPS = os.open in os.supports_dir_fd
# O_PATH needs no permission to list the folder.
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class OutsideError(OSError):
    """The path leads out of the folder, or no file can have it."""


def path_inside(path: str | PurePath, folder: Path) -> str | None:
    """Return a path relative to a folder, normalized and with `/`; None where it leads out or no file can have it.

    Args:
        path: absolute, or relative to the folder. Nothing needs to exist there.
        folder: an absolute path.
    """
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return None
    root, place = (PurePath(os.path.normpath(location)) for location in (folder, folder / path))
    if "\0" in str(place) or not place.is_relative_to(root):
        return None
    return place.relative_to(root).as_posix()


def read_inside(folder: Path, path: str, limit: int = -1) -> tuple[bytes, os.stat_result]:
    """Read a file of a folder; see read_regular_file.

    Args:
        folder: may be reached through links.
        path: relative to it, normalized and with `/`; no component may be a link.
        limit: the most bytes to read; all when negative.

    Raises:
        OutsideError: the path is absolute, is not normalized, or leads out of the folder.
        NotRegularError: it is no regular file, or the path goes through a link.
        OSError: it cannot be opened or read.
    """
    if path_inside(path, folder) != path:
        raise OutsideError("it is outside the folder")
    *folders, name = path.split("/")
    if _BY_STEPS:
        with _opened(folder, folders) as parent:
            return read_regular_file(Path(name), limit, parent=parent)
    return _read_between_checks(folder, folders, name, limit)


@contextmanager
def _opened(folder: Path, names: Sequence[str]) -> Iterator[int]:
    """Open a folder and then one below it, without following a link on the way; give its descriptor."""
    descriptor = os.open(folder, _FOLDER)
    try:
        for name in names:
            inner = _open_folder(name, descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _open_folder(name: str, parent: int) -> int:
    try:
        return os.open(name, _FOLDER | _NO_FOLLOW, dir_fd=parent)
    except OSError:
        status = os.lstat(name, dir_fd=parent)
        if stat.S_ISLNK(status.st_mode):  # the error itself differs between systems
            raise NotRegularError(status.st_mode) from None
        raise


def _read_between_checks(folder: Path, folders: Sequence[str], name: str, limit: int) -> tuple[bytes, os.stat_result]:
    """Read a file, and look for links on the way to it before and after."""
    _require_no_link(folder, folders)
    found = read_regular_file(folder.joinpath(*folders, name), limit)
    _require_no_link(folder, folders)
    return found


def _require_no_link(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        folder /= name
        status = os.lstat(folder)
        if stat.S_ISLNK(status.st_mode) or is_junction(status):
            raise NotRegularError(stat.S_IFLNK)

"""Finds the file or folder that a path on the command line means."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sourcewise.mining.inside import path_inside

if TYPE_CHECKING:
    from collections.abc import Iterator

# Sourcewise prints locations as `path:line` and `path:line-line`, and users copy them.
_LINES = re.compile(r":\d+(?:-\d+)?:?\Z")


def path_in_folder(typed: str, folder: Path) -> str | None:
    """Return a path relative to a folder, normalized and with `/`; `.` for the folder itself, None if it is outside.

    If several readings of the path are possible, the first that exists in the folder is used.

    Args:
        typed: absolute, or relative to the folder or to the current directory; it need not exist.
        folder: the real path of the folder.
    """
    readings = [inside for reading in _readings(typed) if (inside := path_inside(reading, folder)) is not None]
    existing = (inside for inside in readings if os.path.lexists(folder / inside))
    return next(existing, readings[0] if readings else None)


def _readings(typed: str) -> Iterator[Path]:
    for spelling in dict.fromkeys((typed, _LINES.sub("", typed), typed.replace("\\", "/"))):
        path = Path(spelling)
        with suppress(RuntimeError):  # no such user in `~user`
            path = path.expanduser()
        yield path  # relative to the folder
        yield Path.cwd() / path
        yield Path(os.path.realpath(path.parent)) / path.name  # the folder may be named through a link

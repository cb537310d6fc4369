"""Checks the names of downloaded files: only plain relative paths that mean the same on every platform pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Windows interprets ":" as a drive or a stream and "\" as a separator; it permits none of the others.
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"\\|?*]')
# Windows opens a device for these, whatever follows the first dot.
_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"
}
_LONGEST = 240


def refused_name(names: Iterable[str]) -> str | None:
    """Return the first name that is not a plain relative path or collides with an earlier one; None if there is none.

    Names that differ only in case collide: on Windows and macOS they are one file.
    """
    seen: set[str] = set()
    for name in names:
        folded = name.casefold()
        if folded in seen or not is_plain(name):
            return name
        seen.add(folded)
    return None


def is_plain(name: str) -> bool:
    """Return whether a name is a relative path, with "/" between its parts, that stays below its folder."""
    return len(name) <= _LONGEST and all(_is_plain_part(part) for part in name.split("/"))


def _is_plain_part(part: str) -> bool:
    # Windows drops dots and spaces at the end, so "..." and ".. " become other names there.
    if not part or part[-1] in ". " or _FORBIDDEN.search(part):
        return False
    return part.partition(".")[0].rstrip().casefold() not in _DEVICES

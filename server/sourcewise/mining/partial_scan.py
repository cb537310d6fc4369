"""Selects the part of a folder that a scan visits.

Hides how paths become a tree, and which files affect more than themselves: an ignore file affects its whole folder, and
a new or deleted repository affects the folder around it. Other files of git affect the excludes, which a scan checks in
every folder that it passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RULE_FILES = frozenset({".gitignore", ".sourcewiseignore", "pyvenv.cfg"})


@dataclass(slots=True)
class PartialScan:
    """The part of one folder that a scan visits.

    Attributes:
        whole: True if it visits everything.
        entries: otherwise, the entries to visit, each with the part of it to visit.
    """

    whole: bool = False
    entries: dict[str, PartialScan] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str] | None) -> PartialScan:
        """Return the scan of these files and folders; None means the whole folder."""
        scan = cls(whole=paths is None)
        for path in paths or ():
            scan._add(path)
        return scan

    def below(self, name: str) -> PartialScan:
        """Return the part of an entry to visit; the entry itself must be visited."""
        return self if self.whole else self.entries[name]

    def _add(self, path: str) -> None:
        parts, whole = _affected(path)
        place = self
        for part in parts:
            place = place.entries.setdefault(part, PartialScan())
        place.whole = place.whole or whole


def is_rule_file(path: str) -> bool:
    """Return whether a file has rules about which other files are indexed."""
    return path.rpartition("/")[2] in _RULE_FILES


def _affected(path: str) -> tuple[list[str], bool]:
    """Return the entry that a change of a path affects, and whether it affects all of it or only the excludes."""
    parts = [part for part in path.split("/") if part]
    if ".git" in parts:
        around = parts.index(".git")
        return parts[:around], around == len(parts) - 1
    return (parts[:-1] if is_rule_file(path) else parts), True

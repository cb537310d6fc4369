"""Which part of a folder a scan looks at.

Hides how paths become a tree to walk down, and which files concern more than themselves: an ignore file all of its
folder, a repository that begins or ends the folder around it. Other files of git concern what is excluded, which a scan
looks at wherever it passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RULE_FILES = frozenset({".gitignore", ".sourcewiseignore", "pyvenv.cfg"})


@dataclass(slots=True)
class PartialScan:
    """What a scan looks at in one folder.

    Attributes:
        whole: everything in it.
        entries: where not, the entries to look at, each with what to look at in it.
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
        """Return what to look at in an entry that is itself to be looked at."""
        return self if self.whole else self.entries[name]

    def _add(self, path: str) -> None:
        parts, whole = _concerned(path)
        place = self
        for part in parts:
            place = place.entries.setdefault(part, PartialScan())
        place.whole = place.whole or whole


def is_rule_file(path: str) -> bool:
    """Tell whether a file says what else belongs to the index."""
    return path.rpartition("/")[2] in _RULE_FILES


def _concerned(path: str) -> tuple[list[str], bool]:
    """Return the entry that a path concerns, and whether all of it or only what is excluded in it."""
    parts = [part for part in path.split("/") if part]
    if ".git" in parts:
        around = parts.index(".git")
        return parts[:around], around == len(parts) - 1
    return (parts[:-1] if is_rule_file(path) else parts), True

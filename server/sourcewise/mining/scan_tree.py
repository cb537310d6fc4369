"""The part of a folder that a scan visits, as a tree of entries.

Hides how changed paths become that tree, and which files affect more than themselves: an ignore file affects all of its
folder, and so does the beginning or end of a repository. Other files of git affect what is excluded, which every scan
checks in the folders that it passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RULE_FILES = frozenset({".gitignore", ".sourcewiseignore", "pyvenv.cfg"})


@dataclass(slots=True)
class ScanTree:
    """What to visit in one folder.

    Attributes:
        whole: whether to visit everything in it.
        entries: otherwise the names of the entries to visit, each with its own tree.
    """

    whole: bool = False
    entries: dict[str, ScanTree] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str] | None) -> ScanTree:
        """Return the tree of these files and folders; None means the whole folder."""
        tree = cls(whole=paths is None)
        for path in paths or ():
            tree._add(path)
        return tree

    def below(self, name: str) -> ScanTree:
        """Return the tree of an entry that is to be visited."""
        return self if self.whole else self.entries[name]

    def _add(self, path: str) -> None:
        parts, whole = _affected(path)
        place = self
        for part in parts:
            place = place.entries.setdefault(part, ScanTree())
        place.whole = place.whole or whole


def is_rule_file(path: str) -> bool:
    """Return whether a file decides which other files are indexed."""
    return path.rpartition("/")[2] in _RULE_FILES


def _affected(path: str) -> tuple[list[str], bool]:
    """Return the entry that a path affects, and whether all of it or only what git excludes in it."""
    parts = [part for part in path.split("/") if part]
    if ".git" in parts:
        around = parts.index(".git")
        return parts[:around], around == len(parts) - 1
    return (parts[:-1] if is_rule_file(path) else parts), True

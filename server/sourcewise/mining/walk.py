"""Walks over the entries of a folder, or over the part of it that may have changed.

Hides recursion, folders that cannot be listed, entries that vanish during the walk, and how a part gets the same result
as a walk over the whole: the walk starts at the top and lists each folder on the way. So it respects ignored parent
folders, and the spelling of names on file systems that ignore case.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason
from sourcewise.errors import FolderError
from sourcewise.mining.entries import judge, printable, unreadable
from sourcewise.mining.partial_scan import PartialScan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sourcewise.mining.folder_rules import FolderRules

    Found = FileStamp | SkippedFile

_EVERYTHING = PartialScan(whole=True)


class _Folder(NamedTuple):
    """A folder to enter, and the part of it to visit."""

    rules: FolderRules
    scan: PartialScan


class Walk:
    """Walks once, while it is iterated over.

    Args:
        enter_root: returns the rules of the root folder.
        scan: the part to visit. Everything is visited where git's excludes have changed since the previous walk.
        most_bytes: larger files are skipped.
        on_folder: called with the relative path of every folder (`""` for the root) before its rules are read and it is
            listed.
    """

    def __init__(
        self,
        enter_root: Callable[[], FolderRules],
        scan: PartialScan,
        most_bytes: int,
        on_folder: Callable[[str], None],
    ) -> None:
        self._enter_root = enter_root
        self._scan = scan
        self._most_bytes = most_bytes
        self._on_folder = on_folder
        self._judged: list[str] = []

    @property
    def judged(self) -> tuple[str, ...] | None:
        """The paths that the finished walk visited with everything below them; None is the whole folder.

        A file at or below these paths that the walk did not find is missing, or is in a skipped folder.
        """
        return None if self._scan.whole else tuple(self._judged)

    def __iter__(self) -> Iterator[Found]:
        """Yield files that may be indexed, and skipped entries, in the order of their names.

        Raises:
            FolderError: the root folder cannot be listed, which must not look like an empty folder.
        """
        self._on_folder("")
        rules = self._enter_root()
        if rules.changed:
            self._scan = _EVERYTHING
        levels = [self._entries(rules, self._scan)]
        while levels:
            entry = next(levels[-1], None)
            if entry is None:
                levels.pop()
            elif isinstance(entry, _Folder):
                levels.append(self._entries(entry.rules, entry.scan))
            else:
                yield entry

    def _entries(self, rules: FolderRules, scan: PartialScan) -> Iterator[Found | _Folder]:
        """Yield the entries of a folder; a `_Folder` is one to enter."""
        try:
            entries = _listing(rules, scan)
        except OSError as error:
            yield from self._unlisted(rules, scan, error)
            return
        if not scan.whole:
            missing = scan.entries.keys() - {entry.name for entry in entries}
            self._judged += [printable(rules.path + name) for name in sorted(missing)]
        for entry in entries:
            found = self._found(rules, scan, entry)
            if found is not None:
                yield found

    def _found(self, rules: FolderRules, scan: PartialScan, entry: os.DirEntry[str]) -> Found | _Folder | None:
        """Classify one entry; None if it has vanished."""
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            found: Found | _Folder | None = _unless_vanished(
                unreadable(FileStamp(printable(rules.path + entry.name), 0, 0), error)
            )
        else:
            found = judge(rules, entry.name, status, self._most_bytes)
            found = found or self._enter(rules, scan.below(entry.name), entry.name)
        passed_through = isinstance(found, _Folder) and not found.scan.whole
        if not scan.whole and not passed_through:
            self._judged.append(printable(rules.path + entry.name))
        return found

    def _enter(self, rules: FolderRules, scan: PartialScan, name: str) -> _Folder:
        self._on_folder(rules.path + name)
        inner = rules.enter(name)
        return _Folder(inner, _EVERYTHING if inner.changed else scan)

    def _unlisted(self, rules: FolderRules, scan: PartialScan, error: OSError) -> Iterator[SkippedFile]:
        if not rules.path:
            raise FolderError(
                f"The folder {rules.location} cannot be listed: {error.strerror}.",
                "Check that it exists and that you have permission to read it.",
            ) from error
        if not scan.whole:
            self._judged.append(rules.path.rstrip("/"))
        if skipped := _unless_vanished(unreadable(FileStamp(rules.path, 0, 0), error)):
            yield skipped


def _listing(rules: FolderRules, scan: PartialScan) -> list[os.DirEntry[str]]:
    with os.scandir(rules.location) as listing:
        entries = [entry for entry in listing if scan.whole or entry.name in scan.entries]
    return sorted(entries, key=lambda entry: entry.name)


def _unless_vanished(skipped: SkippedFile) -> SkippedFile | None:
    return None if skipped.reason is SkipReason.VANISHED else skipped

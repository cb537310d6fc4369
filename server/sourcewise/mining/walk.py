"""A walk over what a folder holds, or over the part of it that may have changed.

Hides the way down, folders that cannot be listed, entries that vanish on the way, and how a part is judged exactly as
the whole would be: from the top, by the listing of each folder on the way, so that neither an ignored folder further up
nor another spelling of a name on a file system that does not mind leads astray.
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
    """A folder to enter, and what to look at in it."""

    rules: FolderRules
    scan: PartialScan


class Walk:
    """Walks once, while it is iterated over.

    Args:
        enter_root: gives the rules of the folder itself.
        scan: what to look at. Where what git excludes is another than at the walk before, everything is.
        most_bytes: larger files stay out.
        on_folder: hears of every folder, relative and `""` for the root, before its rules are read and it is listed.
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
        """The paths that the walk, now over, judged with all below them; None is the whole folder.

        What lies at or below them and was not found is not there, or lies in what was found to stay out.
        """
        return None if self._scan.whole else tuple(self._judged)

    def __iter__(self) -> Iterator[Found]:
        """Yield files that may belong and what stays out, in the order of their names.

        Raises:
            FolderError: the folder itself cannot be listed, which must not look like an empty one.
        """
        self._on_folder("")
        rules = self._enter_root()
        if rules.renewed:
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
        """Yield what a folder holds; a `_Folder` is one to enter."""
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
        """Judge one entry; None for one that is gone meanwhile."""
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            found: Found | _Folder | None = _there(
                unreadable(FileStamp(printable(rules.path + entry.name), 0, 0), error)
            )
        else:
            found = judge(rules, entry.name, status, self._most_bytes)
            found = found or self._enter(rules, scan.below(entry.name), entry.name)
        only_passed = isinstance(found, _Folder) and not found.scan.whole
        if not scan.whole and not only_passed:
            self._judged.append(printable(rules.path + entry.name))
        return found

    def _enter(self, rules: FolderRules, scan: PartialScan, name: str) -> _Folder:
        self._on_folder(rules.path + name)
        inner = rules.enter(name)
        return _Folder(inner, _EVERYTHING if inner.renewed else scan)

    def _unlisted(self, rules: FolderRules, scan: PartialScan, error: OSError) -> Iterator[SkippedFile]:
        if not rules.path:
            raise FolderError(
                f"The folder {rules.location} cannot be listed: {error.strerror}.",
                "Check that it still exists and may be read.",
            ) from error
        if not scan.whole:
            self._judged.append(rules.path.rstrip("/"))
        if skipped := _there(unreadable(FileStamp(rules.path, 0, 0), error)):
            yield skipped


def _listing(rules: FolderRules, scan: PartialScan) -> list[os.DirEntry[str]]:
    with os.scandir(rules.location) as listing:
        entries = [entry for entry in listing if scan.whole or entry.name in scan.entries]
    return sorted(entries, key=lambda entry: entry.name)


def _there(skipped: SkippedFile) -> SkippedFile | None:
    return None if skipped.reason is SkipReason.VANISHED else skipped

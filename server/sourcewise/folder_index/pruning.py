"""Finds and removes indexes whose folder was deleted.

A missing folder may be on a drive that is not connected, so uncertain cases are decided by age. A wrong decision only
means that the folder is read again: its embeddings are in the cache. This module also records the folder of an index.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import stat
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.errors import StorageError
from sourcewise.paths import IndexPaths
from sourcewise.processes.lock import claim
from sourcewise.storage.disk_usage import bytes_in

if TYPE_CHECKING:
    from sourcewise.paths import DataPaths

logger = logging.getLogger(__name__)

_DAY_SECONDS = 86400
_MISSING_DRIVE_DAYS = 30
_UNKNOWN_FOLDER_DAYS = 90


@dataclass(frozen=True, slots=True)
class AbandonedIndex:
    """An index that is probably no longer used.

    Attributes:
        paths: the location of the index.
        folder: the indexed folder; None if it was never recorded.
        bytes: size on disk.
        reason: why it seems abandoned, as a clause for the end of a sentence.
        removable: whether it is certain enough that the index is abandoned to remove it.
    """

    paths: IndexPaths
    folder: Path | None
    bytes: int
    reason: str
    removable: bool


@dataclass(frozen=True, slots=True)
class PruneReport:
    """The result of pruning.

    Attributes:
        removed: the removed indexes.
        kept: indexes that are not certainly abandoned, or could not be removed.
    """

    removed: tuple[AbandonedIndex, ...]
    kept: tuple[AbandonedIndex, ...]

    @property
    def freed_bytes(self) -> int:
        """The disk space freed, in bytes."""
        return sum(index.bytes for index in self.removed)


class _Origin(NamedTuple):
    """The folder of an index, and whether it was a mount point."""

    folder: Path
    is_drive: bool


def record_folder(paths: IndexPaths, folder: Path) -> None:
    """Record the folder of an index, and that it was opened now. Only the owner of the index may call this."""
    note = json.dumps({"folder": str(folder), "drive": os.path.ismount(folder)})
    fresh = paths.origin.with_name(f"{paths.origin.name}.new")
    try:
        fresh.write_text(note, encoding="utf-8")
        fresh.replace(paths.origin)
    except OSError as error:  # the index works without it
        logger.info("Cannot record the folder of the index %s: %s", paths.root, error)


def find_abandoned(data: DataPaths) -> list[AbandonedIndex]:
    """Return the indexes that seem abandoned and that no process owns."""
    roots = sorted(data.indexes.iterdir()) if data.indexes.is_dir() else []
    found = (_assess(IndexPaths(root)) for root in roots if root.is_dir())
    return [index for index in found if index is not None and not _is_owned(index.paths)]


def prune(data: DataPaths) -> PruneReport:
    """Remove the indexes that are certainly abandoned."""
    removed, kept = [], []
    for index in find_abandoned(data):
        problem = _remove(index) if index.removable else index.reason
        if problem:
            kept.append(replace(index, reason=problem, removable=False))
        else:
            removed.append(index)
    return PruneReport(tuple(removed), tuple(kept))


def _assess(paths: IndexPaths) -> AbandonedIndex | None:
    """Return why an index seems abandoned, or None if its folder exists."""
    origin = _origin(paths)
    if origin is None:
        return _assess_without_folder(paths)
    if not _is_missing(origin.folder):
        return None
    if not origin.is_drive and _has_entries(origin.folder.parent):
        return AbandonedIndex(paths, origin.folder, bytes_in(paths.root), "its folder was deleted", removable=True)
    return _assess_by_age(
        paths, origin.folder, "its folder was deleted, or is on a drive that is not connected", _MISSING_DRIVE_DAYS
    )


def _assess_without_folder(paths: IndexPaths) -> AbandonedIndex:
    if not paths.catalog.exists():
        return AbandonedIndex(paths, None, bytes_in(paths.root), "it is empty", removable=True)
    reason = "its folder was not recorded"
    return _assess_by_age(paths, None, reason, _UNKNOWN_FOLDER_DAYS)


def _assess_by_age(paths: IndexPaths, folder: Path | None, reason: str, max_days: int) -> AbandonedIndex:
    days = _days_since_opened(paths)
    reason = f"{reason}; it was last opened {days} days ago"
    return AbandonedIndex(paths, folder, bytes_in(paths.root), reason, removable=days > max_days)


def _origin(paths: IndexPaths) -> _Origin | None:
    try:
        note = json.loads(paths.origin.read_text(encoding="utf-8"))
        return _Origin(Path(note["folder"]), bool(note["drive"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _is_missing(folder: Path) -> bool:
    try:
        return not stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # no permission, or the network is down
        return False


def _has_entries(folder: Path) -> bool:
    """Return whether a folder has entries; the mount point of a disconnected drive is empty or missing."""
    with suppress(OSError):
        return any(folder.iterdir())
    return False


def _days_since_opened(paths: IndexPaths) -> int:
    opened = max(place.stat().st_mtime for place in (paths.origin, paths.catalog) if place.exists())
    return max(0, int((time.time() - opened) // _DAY_SECONDS))


def _is_owned(paths: IndexPaths) -> bool:
    with suppress(StorageError):
        ownership = claim(paths.lock)
        if ownership is None:
            return True
        ownership.release()
    return False


def _remove(index: AbandonedIndex) -> str:
    """Remove an index if it is still abandoned; return an empty string, or why it was not removed."""
    try:
        ownership = claim(index.paths.lock)
        if ownership is None:
            return "another process is using it again"
        try:
            if _assess(index.paths) is None:
                return "its folder exists again"
            _empty(index.paths)
        finally:
            ownership.release()
        index.paths.lock.unlink(missing_ok=True)
        index.paths.root.rmdir()
    except (OSError, StorageError) as error:
        return f"it cannot be removed: {error}"
    return ""


def _empty(paths: IndexPaths) -> None:
    """Remove all but the lock; the record of the folder is last, so that after a crash pruning can continue."""
    # Remove the vectors before the catalog: a catalog without vectors can be repaired, vectors without one cannot.
    first, last = [paths.vectors], [paths.catalog, paths.origin]
    between = [entry for entry in paths.root.iterdir() if entry not in (*first, *last, paths.lock)]
    for entry in (*first, *between, *last):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)

"""Classifies an entry of a folder by its name and status, without reading it.

Hides the kinds of file system entries (links, pipes, junctions, names that are not text) and the order of the rules.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason
from sourcewise.mining.file_rules import name_verdict
from sourcewise.mining.regular_files import is_junction
from sourcewise.mining.secret_patterns import secret_name

if TYPE_CHECKING:
    from sourcewise.mining.folder_rules import FolderRules


def judge(rules: FolderRules, name: str, status: os.stat_result, most_bytes: int) -> FileStamp | SkippedFile | None:
    """Return a file that may be indexed, or the reason why the entry is skipped; None for a folder to enter."""
    is_folder = stat.S_ISDIR(status.st_mode) and not is_junction(status)
    path = rules.path + name
    shown = printable(path)
    stamp = FileStamp(f"{shown}/", 0, 0) if is_folder else FileStamp.of(shown, status)
    if ignored := rules.ignored(name, is_folder=is_folder):
        return SkippedFile(stamp, SkipReason.IGNORED, printable(ignored))
    if shown != path:
        return SkippedFile(stamp, SkipReason.UNREADABLE, "its name is not valid UTF-8")
    if is_folder:
        return None
    if not stat.S_ISREG(status.st_mode):
        return irregular(stamp, status.st_mode)
    return _judge_stamp(stamp, most_bytes)


def too_large(stamp: FileStamp, size: int, most_bytes: int) -> SkippedFile | None:
    """Skip a file that is too large; the detail names only the limit, so that a growing file causes no update."""
    if size <= most_bytes:
        return None
    return SkippedFile(stamp, SkipReason.TOO_LARGE, f"the limit is {most_bytes:,} bytes")


def irregular(stamp: FileStamp, mode: int) -> SkippedFile:
    """Return why an entry that is no regular file is skipped."""
    if stat.S_ISLNK(mode):
        return SkippedFile(stamp, SkipReason.SYMLINK, "links are not followed")
    if stat.S_ISDIR(mode):
        return SkippedFile(stamp, SkipReason.VANISHED, "it is a folder now")
    kinds = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for is_kind, name in kinds if is_kind(mode)), "a device")
    return SkippedFile(stamp, SkipReason.SPECIAL, kind)


def unreadable(stamp: FileStamp, error: OSError) -> SkippedFile:
    """Return why an entry that the operating system refused to read is skipped."""
    gone = isinstance(error, FileNotFoundError | NotADirectoryError)
    return SkippedFile(stamp, SkipReason.VANISHED if gone else SkipReason.UNREADABLE, error.strerror or str(error))


def printable(path: str) -> str:
    """Return a path that can be stored and shown; bytes that are not UTF-8 become hexadecimal escapes."""
    if path.isascii():
        return path
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a lone surrogate, which no file system returns but a request may contain
        return path.encode("utf-8", "backslashreplace").decode()


def _judge_stamp(stamp: FileStamp, most_bytes: int) -> FileStamp | SkippedFile:
    if secret := secret_name(stamp.path):
        return SkippedFile(stamp, SkipReason.SECRET, f"its name is like {secret}")
    if verdict := name_verdict(stamp.path):
        return SkippedFile(stamp, verdict.reason, verdict.detail)
    if stamp.size == 0:
        return SkippedFile(stamp, SkipReason.EMPTY)
    return too_large(stamp, stamp.size, most_bytes) or stamp

"""Which files of a folder belong to the index, and their text.

Hides the walk, everything that a file system can hold (links, pipes, unreadable and vanishing files, names that are not
text), and the order in which the rules are asked. Nothing is lost: what stays out is reported with its reason.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from sourcewise.errors import FolderError
from sourcewise.languages import language_of
from sourcewise.mining.decoding import decode
from sourcewise.mining.file_rules import content_verdict, name_verdict
from sourcewise.mining.folder_rules import FolderRules
from sourcewise.mining.regular_files import NotRegularError, read_regular_file
from sourcewise.mining.secret_patterns import find_secret, secret_name
from sourcewise.model import FileStamp, SkippedFile, SkipReason, SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_JUNCTION = 0xA0000003  # `stat.IO_REPARSE_TAG_MOUNT_POINT`, which Python defines on Windows only


class CodeMiner:
    """Finds and reads the files of a folder.

    Args:
        max_file_bytes: larger files stay out.
    """

    def __init__(self, max_file_bytes: int = 1_000_000) -> None:
        self._max_file_bytes = max_file_bytes

    def scan(self, folder: Path) -> Iterator[FileStamp | SkippedFile]:
        """Walk a folder without reading its files, in the order of their names.

        A folder that is ignored or cannot be listed is one `SkippedFile` whose path ends in `/`.

        Raises:
            FolderError: the folder itself cannot be listed, which must not look like an empty one.
        """
        levels = [self._entries(FolderRules.of(folder))]
        while levels:
            entry = next(levels[-1], None)
            if entry is None:
                levels.pop()
            elif isinstance(entry, FolderRules):
                levels.append(self._entries(entry))
            else:
                yield entry

    def read(self, folder: Path, stamp: FileStamp) -> SourceFile | SkippedFile:
        """Read a file once; its stamp is renewed from the moment of reading."""
        try:
            data, status = read_regular_file(folder / stamp.path, self._max_file_bytes + 1)
        except NotRegularError as error:
            return _irregular(stamp, error.mode)
        except OSError as error:
            return _unreadable(stamp, error)
        return self._judge_content(FileStamp(stamp.path, status.st_size, status.st_mtime_ns), data)

    def mine_all(self, folder: Path) -> Iterator[SourceFile | SkippedFile]:
        """Scan a folder and read what belongs.

        Raises:
            FolderError: as `scan`.
        """
        for found in self.scan(folder):
            yield self.read(folder, found) if isinstance(found, FileStamp) else found

    def explain(self, folder: Path, path: str) -> SkippedFile | None:
        """Say why a file or folder is out, with the rule and where it stands; None when it is in.

        Args:
            folder: the indexed folder.
            path: relative to it, or absolute.
        """
        parts = _parts_below(folder, path)
        if parts is None:
            return SkippedFile(FileStamp(_printable(path), 0, 0), SkipReason.IGNORED, "outside the folder")
        found = self._follow(folder, parts)
        judged = self.read(folder, found) if isinstance(found, FileStamp) else found
        if not isinstance(judged, SkippedFile):
            return None
        return replace(judged, stamp=replace(judged.stamp, path=_printable("/".join(parts))))

    def _follow(self, folder: Path, parts: tuple[str, ...]) -> FolderRules | FileStamp | SkippedFile:
        """Judge an entry as the walk would, from the top down to where it ends."""
        found: FolderRules | FileStamp | SkippedFile = FolderRules.of(folder)
        for name in parts:
            if isinstance(found, SkippedFile):
                break
            if isinstance(found, FileStamp):
                return SkippedFile(found, SkipReason.VANISHED, "it lies below a file")
            try:
                status = os.lstat(found.location / name)
            except OSError as error:
                return _unreadable(FileStamp(_printable(found.path + name), 0, 0), error)
            found = self._judge(found, name, status)
        return found

    def _entries(self, rules: FolderRules) -> Iterator[FileStamp | SkippedFile | FolderRules]:
        """Yield what a folder holds; a `FolderRules` is a folder to enter."""
        try:
            with os.scandir(rules.location) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not rules.path:
                raise FolderError(
                    f"The folder {rules.location} cannot be listed: {error.strerror}.",
                    "Check that it still exists and may be read.",
                ) from error
            yield _unreadable(FileStamp(rules.path, 0, 0), error)
            return
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield _unreadable(FileStamp(_printable(rules.path + entry.name), 0, 0), error)
            else:
                yield self._judge(rules, entry.name, status)

    def _judge(self, rules: FolderRules, name: str, status: os.stat_result) -> FileStamp | SkippedFile | FolderRules:
        """Judge an entry by its name and status."""
        is_folder = stat.S_ISDIR(status.st_mode) and not _is_junction(status)
        path = rules.path + name
        shown = _printable(path)
        stamp = FileStamp(f"{shown}/", 0, 0) if is_folder else FileStamp(shown, status.st_size, status.st_mtime_ns)
        if ignored := rules.ignored(name, is_folder=is_folder):
            return SkippedFile(stamp, SkipReason.IGNORED, _printable(ignored))
        if shown != path:
            return SkippedFile(stamp, SkipReason.UNREADABLE, "its name is not valid UTF-8")
        if is_folder:
            return rules.enter(name)
        if not stat.S_ISREG(status.st_mode):
            return _irregular(stamp, status.st_mode)
        return self._judge_stamp(stamp)

    def _judge_stamp(self, stamp: FileStamp) -> FileStamp | SkippedFile:
        if secret := secret_name(stamp.path):
            return SkippedFile(stamp, SkipReason.SECRET, f"its name is like {secret}")
        if verdict := name_verdict(stamp.path):
            return SkippedFile(stamp, verdict.reason, verdict.detail)
        if stamp.size == 0:
            return SkippedFile(stamp, SkipReason.EMPTY)
        return self._too_large(stamp, stamp.size) or stamp

    def _judge_content(self, stamp: FileStamp, data: bytes) -> SourceFile | SkippedFile:
        if large := self._too_large(stamp, len(data)):
            return large
        decoded = decode(data)
        if decoded is None:
            return SkippedFile(stamp, SkipReason.BINARY, "its bytes are not text")
        if secret := find_secret(decoded.text):
            return SkippedFile(stamp, SkipReason.SECRET, secret)
        if verdict := content_verdict(stamp.path, decoded.text):
            return SkippedFile(stamp, verdict.reason, verdict.detail)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        language = language_of(stamp.path, decoded.text)
        return SourceFile(stamp, decoded.text, language, digest, decoded.encoding)

    def _too_large(self, stamp: FileStamp, size: int) -> SkippedFile | None:
        if size <= self._max_file_bytes:
            return None
        detail = f"{max(size, stamp.size):,} bytes, the limit is {self._max_file_bytes:,}"
        return SkippedFile(stamp, SkipReason.TOO_LARGE, detail)


def _parts_below(folder: Path, path: str) -> tuple[str, ...] | None:
    """Split a path below a folder; None when it leads out of it or cannot be the name of a file."""
    try:
        os.fsencode(path)
        parts = PurePath(path).relative_to(folder if PurePath(path).is_absolute() else "").parts
    except ValueError:
        return None
    return None if ".." in parts or "\0" in path else parts


def _irregular(stamp: FileStamp, mode: int) -> SkippedFile:
    """Report what is no regular file."""
    if stat.S_ISLNK(mode):
        return SkippedFile(stamp, SkipReason.SYMLINK, "links are not followed")
    if stat.S_ISDIR(mode):
        return SkippedFile(stamp, SkipReason.VANISHED, "it is a folder now")
    kinds = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    kind = next((name for is_kind, name in kinds if is_kind(mode)), "a device")
    return SkippedFile(stamp, SkipReason.SPECIAL, kind)


def _unreadable(stamp: FileStamp, error: OSError) -> SkippedFile:
    """Report what the operating system refused."""
    gone = isinstance(error, FileNotFoundError | NotADirectoryError)
    return SkippedFile(stamp, SkipReason.VANISHED if gone else SkipReason.UNREADABLE, error.strerror or str(error))


def _printable(path: str) -> str:
    """Return a path that can be stored and shown, with hexadecimal escapes for what is not UTF-8."""
    if path.isascii():
        return path
    try:
        return os.fsencode(path).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half a character, which no file system gives but a request may
        return path.encode("utf-8", "backslashreplace").decode()


def _is_junction(status: os.stat_result) -> bool:
    """Tell whether this is a link between folders of Windows, which looks like a folder."""
    return getattr(status, "st_reparse_tag", 0) == _JUNCTION

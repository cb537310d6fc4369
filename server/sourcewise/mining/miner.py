"""Finds the files of a folder to index, and reads their text.

Hides which rules apply to the name of a file and which to its content, and how a file is read safely that may have
changed since the scan. Every skipped file is reported with its reason.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason, SourceFile
from sourcewise.mining.decoding import decode
from sourcewise.mining.entries import irregular, judge, printable, too_large, unreadable
from sourcewise.mining.file_rules import content_verdict
from sourcewise.mining.folder_rules import FolderRules
from sourcewise.mining.git_excludes import Repositories
from sourcewise.mining.inside import path_inside, read_inside
from sourcewise.mining.partial_scan import PartialScan, is_rule_file
from sourcewise.mining.regular_files import NotRegularError, is_folder
from sourcewise.mining.secret_patterns import find_secret
from sourcewise.mining.walk import Walk
from sourcewise.text.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path


class CodeMiner:
    """Finds and reads the files of a folder.

    Args:
        max_file_bytes: larger files are skipped.
    """

    def __init__(self, max_file_bytes: int = 1_000_000) -> None:
        self._max_file_bytes = max_file_bytes
        self._repositories = Repositories()

    def scan(
        self,
        folder: Path,
        paths: Collection[str] | None = None,
        on_folder: Callable[[str], None] | None = None,
    ) -> Walk:
        """Walk a folder, or a part of it, without reading its files.

        A folder that is ignored or cannot be listed is one `SkippedFile` whose path ends in `/`. The first scan of a
        folder covers all of it, as does the first scan after git's excludes have changed.

        Args:
            folder: the folder to walk.
            paths: relative paths that may have changed: files or folders, including deleted ones; None means all.
            on_folder: called with the relative path of every folder before it is listed; `""` is the root.
        """
        refresh = paths is None or any(is_rule_file(path) or is_folder(folder / path) for path in paths)
        enter_root = partial(FolderRules.of, folder, self._repositories, refresh=refresh)
        return Walk(enter_root, PartialScan.of(paths), self._max_file_bytes, on_folder or (lambda _folder: None))

    def read(self, folder: Path, stamp: FileStamp) -> SourceFile | SkippedFile:
        """Read a file once; the result has the stamp at the time of reading."""
        try:
            data, status = read_inside(folder, stamp.path, self._max_file_bytes + 1)
        except NotRegularError as error:
            return irregular(stamp, error.mode)
        except OSError as error:
            return unreadable(stamp, error)
        return self._judge_content(FileStamp.of(stamp.path, status), data)

    def judge(self, path: str, text: str) -> SourceFile | SkippedFile:
        """Apply the rules for content to a text as if it were saved in this file; ignore rules are not applied."""
        data = text.encode("utf-8", "surrogatepass")
        return self._judge_content(FileStamp(path, len(data), 0), data)

    def mine_all(self, folder: Path) -> Iterator[SourceFile | SkippedFile]:
        """Scan a folder and read the files to index.

        Raises:
            FolderError: the folder cannot be listed.
        """
        for found in self.scan(folder):
            yield self.read(folder, found) if isinstance(found, FileStamp) else found

    def explain(self, folder: Path, path: str) -> SkippedFile | None:
        """Return why a file or folder is skipped, with the rule and its line; None if it is indexed.

        Args:
            folder: the indexed folder.
            path: relative to it, or absolute.
        """
        relative = path_inside(path, folder)
        if relative is None:
            return SkippedFile(FileStamp(printable(path), 0, 0), SkipReason.IGNORED, "outside the folder")
        parts = PurePosixPath(relative).parts
        found = self._follow(folder, parts)
        judged = self.read(folder, found) if isinstance(found, FileStamp) else found
        if not isinstance(judged, SkippedFile):
            return None
        return replace(judged, stamp=replace(judged.stamp, path=printable("/".join(parts))))

    def _follow(self, folder: Path, parts: tuple[str, ...]) -> FileStamp | SkippedFile | None:
        """Classify an entry as the walk would, from the root down to it; None is a folder that is not skipped."""
        rules = FolderRules.of(folder, Repositories(), refresh=True)
        found: FileStamp | SkippedFile | None = None
        for name in parts:
            if isinstance(found, SkippedFile):
                break
            if isinstance(found, FileStamp):
                return SkippedFile(found, SkipReason.VANISHED, "its parent is a file")
            try:
                status = os.lstat(rules.location / name)
            except OSError as error:
                return unreadable(FileStamp(printable(rules.path + name), 0, 0), error)
            found = judge(rules, name, status, self._max_file_bytes)
            rules = rules if found else rules.enter(name)
        return found

    def _judge_content(self, stamp: FileStamp, data: bytes) -> SourceFile | SkippedFile:
        if large := too_large(stamp, len(data), self._max_file_bytes):
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

"""Finds the files of a folder to index, and reads their text.

Hides which rules apply to the name of a file and which to its content, and how a file is read safely that may have
changed since the scan. Every skipped file is reported with its reason.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason, SourceFile
from sourcewise.mining.content import judge_content
from sourcewise.mining.entries import irregular, judge, printable, unreadable
from sourcewise.mining.file_rules import MOST_BYTES_OF_ANY, size_verdict
from sourcewise.mining.folder_rules import BUILT_IN, BUILT_IN_FOR, FolderRules, including_rule
from sourcewise.mining.git_excludes import Repositories
from sourcewise.mining.inside import path_inside, read_inside
from sourcewise.mining.notebooks import is_notebook
from sourcewise.mining.partial_scan import PartialScan, is_rule_file
from sourcewise.mining.regular_files import NotRegularError, is_folder
from sourcewise.mining.walk import Walk

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
            if (limit := self._limit(folder, stamp.path, len(data))) > self._max_file_bytes:
                data, status = read_inside(folder, stamp.path, limit + 1)
        except NotRegularError as error:
            return irregular(stamp, error.mode)
        except OSError as error:
            return unreadable(stamp, error)
        return self._judge_content(folder, FileStamp.of(stamp.path, status), data)

    def judge(self, folder: Path, path: str, text: str) -> SourceFile | SkippedFile:
        """Apply the rules for content to a text as if it were saved in this file; ignore rules are not applied."""
        data = text.encode("utf-8", "surrogatepass")
        return self._judge_content(folder, FileStamp(path, len(data), 0), data)

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
        found = self._find(folder, path)
        return found if isinstance(found, SkippedFile) else None

    def note(self, folder: Path, path: str) -> str:
        """Return what is unusual about the text of a file to index, as a sentence; see `SourceFile`."""
        found = self._find(folder, path)
        return found.note if isinstance(found, SourceFile) else ""

    def _find(self, folder: Path, path: str) -> SourceFile | SkippedFile | None:
        """Return the file to index or why an entry is skipped; None is a folder that is not skipped."""
        relative = path_inside(path, folder)
        if relative is None:
            return SkippedFile(FileStamp(printable(path), 0, 0), SkipReason.IGNORED, "outside the folder")
        parts = PurePosixPath(relative).parts
        found = self._follow(folder, parts)
        judged = self.read(folder, found) if isinstance(found, FileStamp) else found
        if not isinstance(judged, SkippedFile):
            return judged
        return _about(printable("/".join(parts)), judged)

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

    def _judge_content(self, folder: Path, stamp: FileStamp, data: bytes) -> SourceFile | SkippedFile:
        if verdict := size_verdict(len(data), self._limit(folder, stamp.path, len(data))):
            return SkippedFile(stamp, verdict.reason, verdict.detail)
        return judge_content(folder, stamp, data, self._max_file_bytes)

    def _limit(self, folder: Path, path: str, size: int) -> int:
        """Return the size limit of a file; `.sourcewiseignore` files are read only if the usual limit is exceeded."""
        exceeds = size > self._max_file_bytes
        if exceeds and (is_notebook(path) or including_rule(folder, path)):
            return max(MOST_BYTES_OF_ANY, self._max_file_bytes)
        return self._max_file_bytes


def _about(path: str, skipped: SkippedFile) -> SkippedFile:
    """Return the reason why a folder is skipped as that of an entry inside it; a built-in rule names the folder."""
    is_inside = skipped.path.rstrip("/") != path
    detail = f"{BUILT_IN_FOR}{skipped.path}" if skipped.detail == BUILT_IN and is_inside else skipped.detail
    return replace(skipped, stamp=replace(skipped.stamp, path=path), detail=detail)

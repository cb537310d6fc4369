"""Keeps the catalog equal to the folder: a pure plan, then its execution, file by file.

A file is compared by size and time of change first and by content second, so a run over an unchanged folder reads no
file. Every file is committed on its own: a run that is stopped, however hard, is carried on by the next one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sourcewise.errors import CancelledError
from sourcewise.model import FileStamp, SkippedFile

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from sourcewise.chunking.chunker import SmartCodeChunker
    from sourcewise.mining.miner import CodeMiner
    from sourcewise.storage.catalog import Catalog, KnownFile

    Progress = Callable[[int, int], None]

Item = TypeVar("Item")

# Raise it when the same file gives other chunks than before: every file is then read again, and only what differs
# is embedded again.
_CHUNKS_FORMAT = 1
# Under this key the catalog notes what its chunks were made with.
RECIPE = "recipe"


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done to make the catalog equal to the folder.

    Attributes:
        read: files that are new or seem changed.
        skipped: what the scan kept out.
        gone: paths that the catalog knows and the folder lacks.
        unchanged: how many files need nothing.
    """

    read: tuple[FileStamp, ...]
    skipped: tuple[SkippedFile, ...]
    gone: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What applying a plan did, in files."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


def plan(known: Mapping[str, KnownFile], found: Iterable[FileStamp | SkippedFile], *, anew: bool = False) -> Plan:
    """Compare what the catalog knows with what a scan found; `anew` reads every file again."""
    read, skipped, seen, unchanged = [], [], set(), 0
    for item in found:
        if isinstance(item, SkippedFile):
            skipped.append(item)
            continue
        seen.add(item.path)
        before = known.get(item.path)
        if not anew and before is not None and (before.size, before.mtime_ns) == (item.size, item.mtime_ns):
            unchanged += 1
        else:
            read.append(item)
    return Plan(tuple(read), tuple(skipped), tuple(sorted(known.keys() - seen)), unchanged)


class Indexer:
    """Plans and applies for one folder."""

    def __init__(
        self, folder: Path, miner: CodeMiner, chunker: SmartCodeChunker, catalog: Catalog, recipe: str
    ) -> None:
        """Join the parts; another `recipe` (the settings that chunks depend on) reads every file again."""
        self._recipe = f"{_CHUNKS_FORMAT} {recipe}"
        self._folder = folder
        self._miner = miner
        self._chunker = chunker
        self._catalog = catalog

    def update(
        self, progress: Progress | None = None, cancelled: threading.Event | None = None, *, anew: bool = False
    ) -> Changes:
        """Make the catalog equal to the folder.

        Args:
            progress: called with files read and files to read.
            cancelled: set it to stop after the file under way.
            anew: read every file, also those that seem unchanged.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
            StorageError: the catalog cannot be written.
        """
        known = self._catalog.known_files()
        anew = self._is_of_another_recipe() or anew
        todo = plan(known, _interruptible(self._miner.scan(self._folder), cancelled), anew=anew)
        outcome: Counter[str] = Counter()
        for done, stamp in enumerate(_interruptible(todo.read, cancelled)):
            outcome[self._take(stamp, known.get(stamp.path), anew=anew)] += 1
            if progress:
                progress(done + 1, len(todo.read))
        # Last, so that a file which moved is found at its new place before it is lost at the old one.
        self._catalog.replace_scan_skips(todo.skipped)
        self._catalog.remove_files(todo.gone)
        if anew:
            self._catalog.set_meta(RECIPE, self._recipe)
        return Changes(outcome["added"], outcome["changed"], len(todo.gone), todo.unchanged + outcome["unchanged"])

    def _is_of_another_recipe(self) -> bool:
        recipe = self._catalog.get_meta(RECIPE)
        if recipe is None:  # a new catalog; noted at once, so that a first run that is killed is carried on
            self._catalog.set_meta(RECIPE, self._recipe)
        return recipe not in (None, self._recipe)

    def _take(self, stamp: FileStamp, before: KnownFile | None, *, anew: bool) -> str:
        """Read one file into the catalog and say what became of it."""
        file = self._miner.read(self._folder, stamp)
        if isinstance(file, SkippedFile):
            self._catalog.record_skipped([file])
            return "skipped"
        if not anew and before is not None and before.reason is None and before.digest == file.digest:
            self._catalog.restamp([file.stamp])
            return "unchanged"
        self._catalog.replace_file(file, self._chunker.chunk_with_context(file))
        return "added" if before is None else "changed"


def _interruptible(items: Iterable[Item], cancelled: threading.Event | None) -> Iterator[Item]:
    for item in items:
        if cancelled is not None and cancelled.is_set():
            raise CancelledError
        yield item

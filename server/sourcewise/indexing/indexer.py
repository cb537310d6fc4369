"""Updates the catalog to match the folder, or the part of it that may have changed: a pure plan, then its execution.

Files are compared by size and modification time first and by content second, so an unchanged folder is not read. Every
file is committed on its own, so the next run continues where a killed one stopped. A file is removed only after a
second check that it is gone, when everything else is stored.
"""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.code import SkippedFile, SkipReason, SourceFile
from sourcewise.domain.work_context import UNATTENDED
from sourcewise.indexing.reading_order import ReadingOrder
from sourcewise.mining.regular_files import exists

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from sourcewise.chunking.isolated_chunker import Cut, IsolatedChunker
    from sourcewise.domain.code import FileStamp
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.indexing.reading_order import PathRelevance
    from sourcewise.mining.miner import CodeMiner
    from sourcewise.storage.catalog import Catalog, KnownFile

# Increment it when the same file yields other chunks than before: every file is then read again, and only chunks that
# differ are embedded again.
_CHUNKS_FORMAT = 3
# Under this key the catalog records the format and the settings of its chunks.
CHUNKING_CONFIG_KEY = "recipe"
# Under this key it records that the whole folder was read once.
FULLY_SCANNED_KEY = "whole"
# How many files are read and chunked while the previous one is stored.
_FILES_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that make the catalog match the folder.

    Attributes:
        read: files that are new or seem changed.
        skipped: files that the scan skipped.
        gone: paths that are in the catalog but not in the folder.
        unchanged: number of files that need no update.
    """

    read: tuple[FileStamp, ...]
    skipped: tuple[SkippedFile, ...]
    gone: tuple[str, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The numbers of files that an update added, changed, removed and left unchanged."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


def plan(
    known: Mapping[str, KnownFile],
    found: Iterable[FileStamp | SkippedFile],
    *,
    anew: bool = False,
    named: Collection[str] = (),
    first: Sequence[str] = (),
) -> Plan:
    """Compare the files of the catalog in a part of the folder with those that a scan of that part found.

    Args:
        known: files of the part that were read before.
        found: files of the part that exist now.
        anew: read every file again.
        named: files to read even if they seem unchanged: two saves within a tick of the clock may leave the same size
            and time.
        first: files to read before the others.
    """
    read, skipped, seen, unchanged = [], [], set(), 0
    for item in found:
        if isinstance(item, SkippedFile):
            skipped.append(item)
            continue
        seen.add(item.path)
        before = known.get(item.path)
        same = before is not None and (before.size, before.mtime_ns) == (item.size, item.mtime_ns)
        if same and not anew and item.path not in named:
            unchanged += 1
        else:
            read.append(item)
    order = {path: position for position, path in enumerate(first)}
    read.sort(key=lambda stamp: order.get(stamp.path, len(order)))
    return Plan(tuple(read), tuple(skipped), tuple(sorted(known.keys() - seen)), unchanged)


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of an update; see Indexer.update."""

    context: WorkContext
    anew: bool
    first: Sequence[str]
    on_folder: Callable[[str], None] | None


class _ReadFile(NamedTuple):
    """A file that was read, and its future chunks; None if the chunks in the catalog are still right."""

    file: SourceFile | SkippedFile
    cut: Future[Cut] | None


class Indexer:
    """Plans and applies updates of one folder.

    Attributes:
        order: determines which file is read next; questions change it.
    """

    def __init__(
        self,
        folder: Path,
        miner: CodeMiner,
        chunker: IsolatedChunker,
        catalog: Catalog,
        recipe: str,
        *,
        path_relevance: PathRelevance,
    ) -> None:
        """Read nothing yet.

        Args:
            folder: the folder to index.
            miner: finds and reads its files.
            chunker: splits them into chunks.
            catalog: the catalog to update.
            recipe: the settings on which chunks depend; after a change every file is read again.
            path_relevance: see ReadingOrder.
        """
        self.order = ReadingOrder(path_relevance)
        self._recipe = f"{_CHUNKS_FORMAT} {recipe}"
        self._folder = folder
        self._miner = miner
        self._chunker = chunker
        self._catalog = catalog
        # The paths that the next update must scan besides its own; None means the whole folder.
        self._owed: tuple[str, ...] | None = None

    def update(
        self,
        paths: Collection[str] | None = None,
        context: WorkContext = UNATTENDED,
        *,
        anew: bool = False,
        first: Sequence[str] = (),
        on_folder: Callable[[str], None] | None = None,
    ) -> Changes:
        """Update the catalog to match the folder.

        The first update scans the whole folder. An update after one that failed or was cancelled also scans the paths
        of that one.

        Args:
            paths: relative paths that may have changed: files or folders, including deleted ones; None means all.
            context: its progress counts files; cancelling stops the update after the current file.
            anew: read every file, including those that seem unchanged.
            first: files to read before the others.
            on_folder: called with every folder before it is scanned; `""` is the root.

        Raises:
            CancelledError: it was cancelled; files that were stored stay.
            FolderError: the folder cannot be listed.
            StorageError: the catalog cannot be written.
        """
        anew = self._is_of_another_recipe() or anew
        options = _Options(context, anew, first, on_folder)
        outcome, gone = self._settle(None if anew else self._with_owed(paths), options)
        there = [path for path in gone if exists(self._folder / path)]
        if there:  # a save may delete a file for a moment; ignored files exist as well
            again, still_gone = self._settle(there, replace(options, context=context.without_progress(), first=()))
            outcome.update(again)
            gone = gone.difference(there) | still_gone
        self._catalog.remove_files(sorted(gone))
        self._owed = ()
        if not self._catalog.get_meta(FULLY_SCANNED_KEY):
            self._catalog.set_meta(FULLY_SCANNED_KEY, "yes")
        if anew:
            self._catalog.set_meta(CHUNKING_CONFIG_KEY, self._recipe)
        return Changes(outcome["added"], outcome["changed"], len(gone), outcome["unchanged"])

    def _with_owed(self, paths: Collection[str] | None) -> tuple[str, ...] | None:
        return None if paths is None or self._owed is None else (*self._owed, *paths)

    def _settle(self, paths: Collection[str] | None, options: _Options) -> tuple[Counter[str], set[str]]:
        """Scan, read and store files; return how many had each outcome, and the paths that are gone."""
        owed, self._owed = self._owed, None
        scan = self._miner.scan(self._folder, paths, options.on_folder)
        found = list(options.context.cancellable(scan))
        self._owed = None if owed is None or scan.judged is None else (*owed, *scan.judged)
        known = self._catalog.known_files(scan.judged)
        todo = plan(known, found, anew=options.anew, named=frozenset(scan.judged or ()), first=options.first)
        outcome, vanished = self._read(todo.read, known, options)
        self._catalog.skipped.replace_scanned(todo.skipped, scan.judged)
        outcome["unchanged"] += todo.unchanged
        return outcome, {*todo.gone, *vanished}

    def _read(
        self, stamps: Sequence[FileStamp], known: Mapping[str, KnownFile], options: _Options
    ) -> tuple[Counter[str], list[str]]:
        """Read files into the catalog; return how many had each outcome, and the known files that vanished."""
        outcome: Counter[str] = Counter()
        vanished = []
        cutter = ThreadPoolExecutor(1, "cutter")
        try:
            read = self._read_ahead(stamps, known, cutter, anew=options.anew)
            for done, (file, cut) in enumerate(options.context.cancellable(read), 1):
                became = self._store(file, cut, known.get(file.path))
                outcome[became] += 1
                if became == "vanished" and file.path in known:
                    vanished.append(file.path)
                options.context.report(done, len(stamps))
        finally:
            cutter.shutdown(cancel_futures=True)
        return outcome, vanished

    def _read_ahead(
        self, stamps: Sequence[FileStamp], known: Mapping[str, KnownFile], cutter: ThreadPoolExecutor, *, anew: bool
    ) -> Iterator[_ReadFile]:
        """Read and chunk files ahead: while the caller stores one, the next ones are chunked in another thread."""
        waiting: deque[_ReadFile] = deque()
        for stamp in self.order.ordered(stamps):
            file = self._miner.read(self._folder, stamp)
            cut = None
            if isinstance(file, SourceFile) and (anew or _differs(file, known.get(file.path))):
                cut = cutter.submit(self._chunker.cut, file)
            waiting.append(_ReadFile(file, cut))
            if len(waiting) > _FILES_AHEAD:
                yield waiting.popleft()
        yield from waiting

    def _is_of_another_recipe(self) -> bool:
        recipe = self._catalog.get_meta(CHUNKING_CONFIG_KEY)
        if recipe is None:  # a new catalog; recorded at once, so that the next run continues a killed first run
            self._catalog.set_meta(CHUNKING_CONFIG_KEY, self._recipe)
        return recipe not in (None, self._recipe)

    def _store(self, file: SourceFile | SkippedFile, cut: Future[Cut] | None, before: KnownFile | None) -> str:
        """Store a file that was read, and return the outcome."""
        if isinstance(file, SkippedFile):
            if file.reason is SkipReason.VANISHED:
                return "vanished"
            self._catalog.skipped.record([file])
            return "skipped"
        if cut is None:
            if before is not None and (before.size, before.mtime_ns) != (file.stamp.size, file.stamp.mtime_ns):
                self._catalog.restamp([file.stamp])
            return "unchanged"
        self._catalog.replace_file(file, *cut.result())
        return "added" if before is None else "changed"


def _differs(file: SourceFile, before: KnownFile | None) -> bool:
    return before is None or before.reason is not None or before.digest != file.digest

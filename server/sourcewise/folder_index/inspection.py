"""Inspects an index: the chunks of a file, the skipped files with reasons, and the owning process.

Inspection does not need ownership of the index: another process may be updating it at the same time.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from sourcewise.errors import StorageError
from sourcewise.mining.file_roles import file_role
from sourcewise.mining.inside import path_inside
from sourcewise.mining.miner import CodeMiner
from sourcewise.mining.reasons import why_sentence
from sourcewise.processes.rpc.address import Address
from sourcewise.storage.catalog import Catalog
from sourcewise.text.lines import split_lines
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sourcewise.domain.code import Chunk, SkippedFile, SkipReason
    from sourcewise.domain.file_role import FileRole
    from sourcewise.paths import IndexPaths

_PREVIEW_LINES = 3
_MAX_FAILED = 1000  # a model fails on a few chunks at most


@dataclass(frozen=True, slots=True)
class ChunkInspection:
    """A chunk in the index.

    Attributes:
        chunk: the chunk.
        vectors: how many vectors it has; 0 until it is embedded.
        problem: why it cannot be embedded; empty if it can be.
    """

    chunk: Chunk
    vectors: int
    problem: str = ""

    @property
    def tokens(self) -> int:
        """The estimated number of tokens in its text."""
        return estimate_tokens(self.chunk.text)

    @property
    def preview(self) -> str:
        """Its first lines."""
        return "\n".join(split_lines(self.chunk.text)[:_PREVIEW_LINES])


@dataclass(frozen=True, slots=True)
class FileInspection:
    """A file in an index.

    Attributes:
        path: path relative to the folder.
        chunks: its chunks.
        sentence: why there are no chunks; empty if there are some.
        note: a sentence if the file is indexed in an unusual way; usually empty.
    """

    path: str
    chunks: tuple[ChunkInspection, ...]
    sentence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SkipGroup:
    """The files that one rule excludes.

    Attributes:
        reason: why they are excluded.
        rule: the rule and its location, for example `*.log (.gitignore:3)`; empty if the reason suffices.
        paths: sorted paths; the path of an ignored folder ends in `/` and includes all of its content.
    """

    reason: SkipReason
    rule: str
    paths: tuple[str, ...]


class IndexInspector:
    """Inspects the index of one folder."""

    def __init__(self, folder: Path, catalog: Path, model: str, max_file_bytes: int) -> None:
        """Take the location of the index; opens nothing.

        Args:
            folder: the indexed folder.
            catalog: path of the index's database, which need not exist yet.
            model: the model whose vectors are counted.
            max_file_bytes: the size limit of indexed files.
        """
        self._folder = folder
        self._catalog = catalog
        self._model = model
        self._max_file_bytes = max_file_bytes

    def why(self, path: str) -> SkippedFile | None:
        """Return why the rules exclude a file or folder, or None if they include it. Does not read the index.

        Args:
            path: path relative to the folder, or absolute.
        """
        return CodeMiner(self._max_file_bytes).explain(self._folder, path)

    def file(self, path: str) -> FileInspection:
        """Return the chunks of a file, or why it has none.

        Args:
            path: path relative to the folder, or absolute.

        Raises:
            StorageError: the index cannot be read.
        """
        relative = path_inside(path, self._folder) or path
        if chunks := self._chunks(relative):
            return FileInspection(relative, chunks, note=self.note(relative))
        verdict = self.why(path)
        unread = "" if verdict else " It has not been read yet, or has no content to index."
        return FileInspection(relative, (), why_sentence(relative, verdict) + unread)

    def note(self, path: str) -> str:
        """Return a sentence if a file is indexed in an unusual way; empty otherwise, or if the index is unreadable."""
        by_rules = CodeMiner(self._max_file_bytes).note(self._folder, path)
        with suppress(StorageError):
            stored = self.notes().get(path_inside(path, self._folder) or path, "")
            return stored if stored.startswith(by_rules) else by_rules
        return by_rules

    def role(self, path: str, note: str = "") -> FileRole | None:
        """Return the role of a file; None for a folder.

        Args:
            path: path relative to the folder, or absolute.
            note: the note on the file, see `note`.
        """
        relative = path_inside(path, self._folder) or path
        return None if (self._folder / relative).is_dir() else file_role(relative, note)

    def notes(self) -> dict[str, str]:
        """Return the notes on all indexed files that have one, by path.

        Raises:
            StorageError: the index cannot be read.
        """
        with self._opened() as catalog:
            return catalog.notes() if catalog else {}

    def skipped(self) -> list[SkippedFile]:
        """Return the skipped files and folders, by path; none if there is no index.

        Raises:
            StorageError: the index cannot be read.
        """
        with self._opened() as catalog:
            return catalog.skipped.all() if catalog else []

    def _chunks(self, path: str) -> tuple[ChunkInspection, ...]:
        with self._opened() as catalog:
            if catalog is None:
                return ()
            chunks = catalog.chunks_of(path)
            vectors = catalog.vectors.stored(self._model, [chunk.id for chunk in chunks])
            problems = {chunk.id: reason for chunk, reason in catalog.vectors.failed(self._model, _MAX_FAILED)}
        return tuple(ChunkInspection(chunk, vectors.get(chunk.id, 0), problems.get(chunk.id, "")) for chunk in chunks)

    @contextmanager
    def _opened(self) -> Iterator[Catalog | None]:
        if not self._catalog.exists():
            yield None
            return
        catalog = Catalog(self._catalog)
        try:
            yield catalog
        finally:
            catalog.close()


def owner_of(paths: IndexPaths) -> int | None:
    """Return the id of the process that owns an index, or None if none does."""
    try:
        owner = Address.read_from(paths.address).pid
    except OSError:
        return None
    return owner if psutil.pid_exists(owner) else None  # a killed process leaves its address file behind


def grouped(skipped: Sequence[SkippedFile]) -> list[SkipGroup]:
    """Group the skipped files by reason and rule: the most frequent reasons first, then the most frequent rules."""
    by_rule: dict[tuple[SkipReason, str], list[str]] = {}
    for file in skipped:
        by_rule.setdefault((file.reason, file.detail), []).append(file.path)
    counts = counts_by_reason(skipped)
    groups = [SkipGroup(reason, rule, tuple(paths)) for (reason, rule), paths in by_rule.items()]
    return sorted(groups, key=lambda group: (-counts[group.reason], group.reason, -len(group.paths), group.paths))


def counts_by_reason(skipped: Sequence[SkippedFile]) -> dict[SkipReason, int]:
    """Return the number of skipped files for each reason that occurs, the most frequent first."""
    return dict(Counter(file.reason for file in skipped).most_common())

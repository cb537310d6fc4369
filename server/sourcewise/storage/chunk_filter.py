"""A filter of chunks by path, language, kind and file: as a condition in SQL, and as a test of a chunk in memory.

Hides how the filter becomes SQL, and keeps both forms equal: unsaved text, which is not in the catalog, is filtered in
memory.
"""

# ruff: noqa: S608 - only constants of this module are put into queries

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping

    from sourcewise.domain.code import Chunk

LISTED = "(SELECT value FROM json_each(?))"
# Keys of the files at the paths of a JSON list, or in the folders at these paths; `0` is the character after `/`.
FILES_AMONG = """(SELECT files.key FROM json_each(?) AS place JOIN files
    ON files.path = place.value OR (files.path >= place.value || '/' AND files.path < place.value || '0'))"""
_IN_FILES = f"tested.file IN {FILES_AMONG}"
_IN_KNOWN_FILES = f"tested.file IN {LISTED}"
_IN_LANGUAGES = f"tested.language IN {LISTED}"
_OF_KINDS = f"""(tested.kind IN {LISTED}
    OR EXISTS (SELECT 1 FROM definitions WHERE chunk = tested.key AND definitions.kind IN {LISTED}))"""
# Conditions that an index can list directly; a chunk may appear more than once for a kind.
_BY_LANGUAGES = f"tested.file IN (SELECT key FROM files WHERE language IN {LISTED})"
_BY_KINDS = f"""(SELECT key FROM chunks WHERE kind IN {LISTED}
    UNION ALL SELECT chunk FROM definitions WHERE kind IN {LISTED}) AS found
    CROSS JOIN chunks AS tested ON tested.key = found.key"""
# Up to this many passing chunks, listing their keys pays.
_FEW = 10_000


@dataclass(frozen=True, slots=True)
class ChunkFilter:
    """A filter of chunks. The values of one attribute are ORed; the attributes are ANDed.

    Attributes:
        paths: files and folders; None means anywhere, an empty tuple nowhere.
        languages: of their files; empty means any.
        kinds: of a definition that a chunk contains or is part of; empty means any, including loose lines.
        files: files by path, with their keys in the catalog; None means any. Paths of very many files would cost each
            query a look-up for every one of them, while keys are compared directly.
    """

    paths: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    files: Mapping[str, int] | None = None

    @property
    def narrows(self) -> bool:
        """Whether the filter excludes any chunk."""
        return self != ANY_CHUNK

    def passes(self, chunk: Chunk) -> bool:
        """Return whether a chunk passes the filter."""
        kinds = {chunk.kind, *(definition.kind for definition in chunk.definitions)}
        return (
            (self.paths is None or lies_in(chunk.path, self.paths))
            and (not self.languages or chunk.language in self.languages)
            and (not self.kinds or not kinds.isdisjoint(self.kinds))
            and (self.files is None or chunk.path in self.files)
        )

    def condition(self, chunk_key: str) -> tuple[str, tuple[str, ...]]:
        """Return an SQL condition on the key of a chunk, as ` AND …`, and its values; empty if every chunk passes.

        Args:
            chunk_key: a column with keys of chunks.
        """
        if not self.narrows:
            return "", ()
        tests = " AND ".join((f"tested.key = {chunk_key}", *self._tests(_IN_LANGUAGES)))
        return f" AND EXISTS (SELECT 1 FROM chunks AS tested WHERE {tests})", self._values

    def listing(self, column: str, limit: int) -> tuple[str, tuple[str | int, ...]]:
        """Return a statement that lists a column of the chunks that pass, and its values.

        Args:
            column: of the `chunks` table.
            limit: maximum number of rows; negative means no limit.
        """
        among, tests = "chunks AS tested", self._tests(_BY_LANGUAGES)
        if tests == [_OF_KINDS]:
            among, tests = _BY_KINDS, []
        query = f"SELECT DISTINCT tested.{column} FROM {among} WHERE {' AND '.join(('TRUE', *tests))} LIMIT ?"
        return query, (*self._values, limit)

    def _tests(self, in_languages: str) -> list[str]:
        """Return the SQL tests of the given attributes, in the order of `_values`."""
        tests = {
            _IN_FILES: self.paths is not None,
            _IN_KNOWN_FILES: self.files is not None,
            in_languages: self.languages,
            _OF_KINDS: self.kinds,
        }
        return [test for test, given in tests.items() if given]

    @property
    def _values(self) -> tuple[str, ...]:
        paths = [listed_paths(self.paths)] if self.paths is not None else []
        files = [json.dumps([*self.files.values()])] if self.files is not None else []
        languages = [json.dumps(self.languages)] if self.languages else []
        kinds = [json.dumps(self.kinds)] * 2 if self.kinds else []
        return (*paths, *files, *languages, *kinds)


ANY_CHUNK = ChunkFilter()


def quick_condition(
    connection: sqlite3.Connection, chunk_filter: ChunkFilter, chunk_key: str
) -> tuple[str, tuple[str, ...]]:
    """Return a condition that is fast on very many chunks; see ChunkFilter.condition.

    If few chunks pass, nearly every tested chunk fails, and its key alone decides: reading the chunk itself takes ten
    times as long. If many pass, a search soon finds enough of them.
    """
    if not chunk_filter.narrows:
        return "", ()
    keys = [key for (key,) in connection.execute(*chunk_filter.listing("key", _FEW + 1))]
    if len(keys) > _FEW:
        return chunk_filter.condition(chunk_key)
    # The plus keeps SQLite from looking up the keys in the full-text index one by one.
    return f" AND +{chunk_key} IN {LISTED}", (json.dumps(keys),)


def listed_paths(paths: Collection[str]) -> str:
    """Return paths as the value of FILES_AMONG."""
    return json.dumps([path.rstrip("/") for path in paths])


def lies_in(path: str, places: Collection[str]) -> bool:
    """Return whether a file is one of these files or inside one of these folders."""
    ancestors = {path, *map(str, PurePosixPath(path).parents)}
    return any(place.rstrip("/") in ancestors for place in places)

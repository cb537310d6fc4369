"""A filter of chunks by path, language and kind: as a condition in SQL, and as a test of a chunk in memory.

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
    from collections.abc import Collection

    from sourcewise.domain.code import Chunk

LISTED = "(SELECT value FROM json_each(?))"
# Files that are, or lie in a folder that is, among the paths of a JSON list; `0` is what follows `/`.
FILES_AMONG = """(SELECT files.key FROM json_each(?) AS place JOIN files
    ON files.path = place.value OR (files.path >= place.value || '/' AND files.path < place.value || '0'))"""
_IN_FILES = f"tested.file IN {FILES_AMONG}"
_IN_LANGUAGES = f"tested.language IN {LISTED}"
_OF_KINDS = f"""(tested.kind IN {LISTED}
    OR EXISTS (SELECT 1 FROM definitions WHERE chunk = tested.key AND definitions.kind IN {LISTED}))"""
# Ways along which an index leads to all that passes; a kind may lead to a chunk more than once.
_BY_LANGUAGES = f"tested.file IN (SELECT key FROM files WHERE language IN {LISTED})"
_BY_KINDS = f"""(SELECT key FROM chunks WHERE kind IN {LISTED}
    UNION ALL SELECT chunk FROM definitions WHERE kind IN {LISTED}) AS found
    CROSS JOIN chunks AS tested ON tested.key = found.key"""
# Up to so many chunks it pays to name each that passes.
_FEW = 10_000


@dataclass(frozen=True, slots=True)
class ChunkFilter:
    """What chunks must match: every given attribute, and any value of each.

    Attributes:
        paths: files and folders that they lie in; None is anywhere, an empty list is nowhere.
        languages: of their files; none is any.
        kinds: of a definition that they hold or are a part of; none is any, and loose lines as well.
    """

    paths: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether there is any chunk that does not pass."""
        return self != ANY_CHUNK

    def passes(self, chunk: Chunk) -> bool:
        """Return whether a chunk passes the filter."""
        kinds = {chunk.kind, *(definition.kind for definition in chunk.definitions)}
        return (
            (self.paths is None or lies_in(chunk.path, self.paths))
            and (not self.languages or chunk.language in self.languages)
            and (not self.kinds or not kinds.isdisjoint(self.kinds))
        )

    def condition(self, chunk_key: str) -> tuple[str, tuple[str, ...]]:
        """Return a condition for the chunk with a key, as ` AND …`, and its values; it is empty where any passes.

        Args:
            chunk_key: a column that has keys of chunks.
        """
        if not self.narrows:
            return "", ()
        tests = " AND ".join((f"tested.key = {chunk_key}", *self._tests(_IN_LANGUAGES)))
        return f" AND EXISTS (SELECT 1 FROM chunks AS tested WHERE {tests})", self._values

    def listing(self, column: str, limit: int) -> tuple[str, tuple[str | int, ...]]:
        """Return a statement that lists a column of the chunks that pass, and its values.

        Args:
            column: of the table of chunks.
            limit: how many at most; a negative one is none.
        """
        among, tests = "chunks AS tested", self._tests(_BY_LANGUAGES)
        if tests == [_OF_KINDS]:
            among, tests = _BY_KINDS, []
        query = f"SELECT DISTINCT tested.{column} FROM {among} WHERE {' AND '.join(('TRUE', *tests))} LIMIT ?"
        return query, (*self._values, limit)

    def _tests(self, in_languages: str) -> list[str]:
        """Return what a chunk must pass, in the order of `_values`."""
        tests = {_IN_FILES: self.paths is not None, in_languages: self.languages, _OF_KINDS: self.kinds}
        return [test for test, given in tests.items() if given]

    @property
    def _values(self) -> tuple[str, ...]:
        paths = [listed_paths(self.paths)] if self.paths is not None else []
        languages = [json.dumps(self.languages)] if self.languages else []
        kinds = [json.dumps(self.kinds)] * 2 if self.kinds else []
        return (*paths, *languages, *kinds)


ANY_CHUNK = ChunkFilter()


def quick_condition(
    connection: sqlite3.Connection, chunk_filter: ChunkFilter, chunk_key: str
) -> tuple[str, tuple[str, ...]]:
    """Return a condition that is quick to ask of very many chunks; see ChunkFilter.condition.

    Where few pass, nearly each that is asked about does not, and its key alone tells: to look at the chunk itself takes
    ten times as long. Where many pass, enough of them are soon found.
    """
    if not chunk_filter.narrows:
        return "", ()
    keys = [key for (key,) in connection.execute(*chunk_filter.listing("key", _FEW + 1))]
    if len(keys) > _FEW:
        return chunk_filter.condition(chunk_key)
    # The plus keeps the full-text index from looking up one key after another.
    return f" AND +{chunk_key} IN {LISTED}", (json.dumps(keys),)


def listed_paths(paths: Collection[str]) -> str:
    """Return paths as FILES_AMONG takes them."""
    return json.dumps([path.rstrip("/") for path in paths])


def lies_in(path: str, places: Collection[str]) -> bool:
    """Return whether a file is, or lies in a folder that is, among these paths."""
    around = {path, *map(str, PurePosixPath(path).parents)}
    return any(place.rstrip("/") in around for place in places)

"""Keyword search: the full-text index (BM25) of a catalog.

The FTS5 table is contentless, which halves its size: to remove a chunk, the caller passes the words it was added with.
SQLite marks such words as deleted and keeps both entries until they are merged. Hides that, when merging pays, and how
a search stays fast when its words occur in most chunks.
"""

# ruff: noqa: S608 - conditions come from the catalog's own statements, values are bound

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING

from sourcewise.storage.chunk_filter import ANY_CHUNK, LISTED, quick_condition
from sourcewise.text.words import identifier_words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.storage.chunk_filter import ChunkFilter
    from sourcewise.storage.database import Database

# The BM25 weights of the columns: symbol, path, signature, docstring, body.
_BM25 = "bm25(6.0, 3.0, 3.0, 2.0, 1.0)"
# How many chunks a search scores, unless its rarest words alone are in more, or in too few.
_SCORED_CHUNKS = 4000
# In how many chunks the words together may be by which they are scored: SQLite goes through all of these once more, to
# know how rare each word is.
_WEIGHED_CHUNKS = 20_000
# Up to here chunks with a word are counted; from there on their number is judged by how far apart these are.
_COUNTED_CHUNKS = 2000
# Under this key `meta` has the number of chunks that left since everything was merged.
_LEFT = "words left"
_LEAST_TO_MERGE = 5000
_SHARE_TO_MERGE = 0.2
_PAGES_A_STEP = 200


def add_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Add the words of a chunk to the index."""
    connection.execute(
        "INSERT INTO words (rowid, symbol, path, signature, docstring, body) VALUES (?, ?, ?, ?, ?, ?)",
        (key, *_words_of(chunk)),
    )


def remove_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Remove the words of a chunk from the index; it must be as it was added."""
    connection.execute(
        """INSERT INTO words (words, rowid, symbol, path, signature, docstring, body)
            VALUES ('delete', ?, ?, ?, ?, ?, ?)""",
        (key, *_words_of(chunk)),
    )


def count_left(connection: sqlite3.Connection, chunks: int) -> None:
    """Note that so many chunks left; a negative number takes back what was noted."""
    connection.execute(
        """INSERT INTO meta VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + CAST(excluded.value AS INTEGER)""",
        (_LEFT, chunks),
    )


class KeywordIndex:
    """Finds chunks by their words. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(
        self, terms: Sequence[str], limit: int, chunk_filter: ChunkFilter = ANY_CHUNK
    ) -> list[tuple[str, float]]:
        """Return ids of chunks that contain any of the terms, best first, with their BM25 score (positive).

        Args:
            terms: words as `words` makes them.
            limit: maximum number of chunks.
            chunk_filter: which chunks to search.
        """
        with self._database.read() as connection:
            condition = quick_condition(connection, chunk_filter, "words.rowid")
            found = dict(_search(connection, terms, limit, *condition))
            query = f"SELECT key, id FROM chunks WHERE key IN {LISTED}"
            ids = dict(connection.execute(query, (json.dumps(list(found)),)).fetchall())
        return [(ids[key], score) for key, score in found.items() if key in ids]

    def inverse_document_frequency(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term; 0 for terms that occur in no chunk."""
        phrases = {term: _quoted(term) for term in terms}
        with self._database.read() as connection:
            (chunks,) = connection.execute("SELECT number FROM totals WHERE subject = 'chunks'").fetchone()
            frequency = _frequencies(connection, phrases.values())
        return {term: _inverse_frequency(frequency[phrase], chunks) for term, phrase in phrases.items()}

    def merge_removed(self) -> None:
        """Drop the words of removed chunks from the index, if enough chunks were removed for that to pay."""
        with self._database.read() as connection:
            left = _left_to_merge(connection)
        if not left:
            return
        steps = itertools.count()
        self._database.write_in_steps(lambda connection: _merge(connection, begin=next(steps) == 0))
        with self._database.write() as connection:
            count_left(connection, -left)


def _left_to_merge(connection: sqlite3.Connection) -> int:
    """Return how many chunks left, or 0 while they are too few for merging to pay."""
    query = "SELECT CAST(coalesce((SELECT value FROM meta WHERE key = ?), 0) AS INTEGER), (SELECT count(*) FROM chunks)"
    left, chunks = connection.execute(query, (_LEFT,)).fetchone()
    return left if left > max(_LEAST_TO_MERGE, chunks * _SHARE_TO_MERGE) else 0


def _merge(connection: sqlite3.Connection, *, begin: bool) -> bool:
    """Merge a bit, from the beginning or on from where it stopped; return whether there is more."""
    before = connection.total_changes
    # A negative number marks all of the index for merging, which positive ones then carry on.
    pages = -_PAGES_A_STEP if begin else _PAGES_A_STEP
    connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before > 1  # the statement itself counts as one


def _search(
    connection: sqlite3.Connection, terms: Iterable[str], limit: int, scope: str = "", values: Sequence[str] = ()
) -> list[tuple[int, float]]:
    """Return keys of chunks that hold any of these terms, best first, with their BM25 score (positive).

    Args:
        connection: of the catalog.
        terms: words as `words` makes them.
        limit: how many at most.
        scope: a condition on `words.rowid` to stay in, as ` AND …`, with its values.
        values: see scope.
    """
    expression = _affordable_match(_frequencies(connection, map(_quoted, terms), scope, values), limit)
    if not expression:
        return []
    query = f"""SELECT rowid, -rank FROM words WHERE words MATCH ? AND rank MATCH ?{scope}
        ORDER BY rank, rowid LIMIT ?"""
    return connection.execute(query, (expression, _BM25, *values, limit)).fetchall()


def _affordable_match(frequency: Mapping[str, int], wanted: int) -> str:
    """Return a full-text expression for any of these quoted phrases that finds about as many as are wanted.

    Scoring a chunk costs microseconds, and words like `self` are in most chunks. So only chunks with one of the rarest
    words are scored, and the commonest do not count where there are others: what is rare decides what comes first.

    Args:
        frequency: in how many chunks each phrase is.
        wanted: how many chunks.
    """
    rare: list[str] = []
    weighed: list[str] = []
    scored = total = 0
    for phrase in sorted(filter(frequency.__getitem__, frequency), key=lambda phrase: frequency[phrase]):
        total += frequency[phrase]
        # Chunks are counted once a word here, so twice the wanted number makes sure of most of them.
        if scored < 2 * wanted or total <= _SCORED_CHUNKS:
            scored = total
            rare.append(phrase)
        elif total > _WEIGHED_CHUNKS:
            break
        weighed.append(phrase)
    anything = " OR ".join(weighed)
    return anything if len(rare) == len(weighed) else f"({' OR '.join(rare)}) AND ({anything})"


def _frequencies(
    connection: sqlite3.Connection, phrases: Iterable[str], scope: str = "", values: Sequence[str] = ()
) -> dict[str, int]:
    """Return in about how many chunks each of these quoted phrases is; exact where they are few."""
    (newest,) = connection.execute("SELECT max(key) FROM chunks").fetchone()
    query = f"SELECT count(*), max(rowid) FROM (SELECT rowid FROM words WHERE words MATCH ?{scope} LIMIT ?)"
    frequency = {}
    for phrase in phrases:
        counted, last = connection.execute(query, (phrase, *values, _COUNTED_CHUNKS)).fetchone()
        frequency[phrase] = counted if counted < _COUNTED_CHUNKS else counted * newest // last
    return frequency


def _inverse_frequency(found: int, chunks: int) -> float:
    return max(math.log((chunks + 1) / (found + 0.5)), 0.0) if found else 0.0


def _quoted(term: str) -> str:
    """Return a term as a phrase of the full-text syntax, whatever it holds."""
    return '"' + term.replace("\0", "").replace('"', '""') + '"'


def _words_of(chunk: Chunk) -> tuple[str, ...]:
    """Make the words of a chunk, always the same ones within a version of the schema."""
    columns = (chunk.symbol, chunk.path, chunk.signature, chunk.docstring, chunk.text)
    return tuple(identifier_words(column) for column in columns)

"""Keyword search: the full-text index (BM25) of a catalog.

The FTS5 table is contentless, which halves its size: to remove a chunk, the caller passes the words it was added with.
SQLite marks removed words as deleted and keeps both entries until it merges them. Hides that, when a merge pays, and
how a search stays fast when its words occur in most chunks.
"""

# ruff: noqa: S608 - conditions come from the catalog's own statements, values are bound

from __future__ import annotations

import itertools
import json
import math
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.storage.chunk_filter import ANY_CHUNK, LISTED, quick_condition
from sourcewise.text.scripts import marks_as_letters
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
# The words that a score counts may occur in this many chunks together: SQLite scans all of these once more to compute
# the frequency of each word.
_WEIGHED_CHUNKS = 20_000
# Up to this many chunks with a word are counted; a higher number is estimated from the distance between them.
_COUNTED_CHUNKS = 2000
# Under this key `meta` has the number of chunks that were removed since the last full merge.
_REMOVED = "words left"
_LEAST_TO_MERGE = 5000
_SHARE_TO_MERGE = 0.2
_PAGES_A_STEP = 200


def indexed_texts(chunk: Chunk) -> tuple[str, ...]:
    """Return the texts of a chunk whose words are indexed, in the order of the columns."""
    return chunk.symbol, chunk.path, chunk.signature, chunk.docstring, chunk.text


def add_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Add the words of a chunk to the index."""
    connection.execute(
        "INSERT INTO words (rowid, symbol, path, signature, docstring, body) VALUES (?, ?, ?, ?, ?, ?)",
        (key, *_words_of(chunk)),
    )


def remove_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Remove the words of a chunk from the index; the chunk must be the same as when it was added."""
    remove_exact_words(connection, key, _words_of(chunk))


def remove_exact_words(connection: sqlite3.Connection, key: int, words: Sequence[str]) -> None:
    """Remove a chunk from the index, given the words of each column with which it was added."""
    connection.execute(
        """INSERT INTO words (words, rowid, symbol, path, signature, docstring, body)
            VALUES ('delete', ?, ?, ?, ?, ?, ?)""",
        (key, *words),
    )


def count_removed(connection: sqlite3.Connection, chunks: int) -> None:
    """Add to the number of chunks that were removed since the last full merge; it may be negative."""
    connection.execute(
        """INSERT INTO meta VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + CAST(excluded.value AS INTEGER)""",
        (_REMOVED, chunks),
    )


class KeywordHit(NamedTuple):
    """A chunk that keyword search found.

    Attributes:
        path: of its file.
        note: on its file; see `SourceFile`.
        score: its BM25 score; positive.
    """

    chunk_id: str
    path: str
    note: str
    score: float


class KeywordIndex:
    """Finds chunks by their words. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, terms: Sequence[str], limit: int, chunk_filter: ChunkFilter = ANY_CHUNK) -> list[KeywordHit]:
        """Return the chunks that contain any of the terms, best first.

        Args:
            terms: words from `text.words.query_terms`.
            limit: maximum number of chunks.
            chunk_filter: which chunks to search.
        """
        with self._database.read() as connection:
            condition = quick_condition(connection, chunk_filter, "words.rowid")
            found = dict(_search(connection, terms, limit, *condition))
            query = f"""SELECT chunks.key, id, path, detail FROM chunks JOIN files ON files.key = chunks.file
                WHERE chunks.key IN {LISTED}"""
            rows = connection.execute(query, (json.dumps(list(found)),)).fetchall()
        hits = {key: KeywordHit(chunk_id, path, note, found[key]) for key, chunk_id, path, note in rows}
        return [hits[key] for key in found if key in hits]

    def paths(self, term: str, limit: int) -> list[str]:
        """Return the files with a chunk that contains a term, in the order of their paths.

        Args:
            term: a word or a phrase, see `text.words.search_term`.
            limit: maximum number of chunks to look at.
        """
        query = """SELECT DISTINCT path FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?) AS found
            JOIN chunks ON chunks.key = found.rowid JOIN files ON files.key = chunks.file ORDER BY path"""
        with self._database.read() as connection:
            return [path for (path,) in connection.execute(query, (_quoted(term), limit))]

    def inverse_document_frequency(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term; 0 for terms that occur in no chunk."""
        phrases = {term: _quoted(term) for term in terms}
        with self._database.read() as connection:
            (chunks,) = connection.execute("SELECT number FROM totals WHERE subject = 'chunks'").fetchone()
            frequency = _frequencies(connection, phrases.values())
        return {term: _inverse_frequency(frequency[phrase], chunks) for term, phrase in phrases.items()}

    def merge_removed(self) -> None:
        """Drop the words of removed chunks from the index, if enough chunks were removed for a merge to pay."""
        with self._database.read() as connection:
            removed = _removed_to_merge(connection)
        if not removed:
            return
        steps = itertools.count()
        self._database.write_in_steps(lambda connection: _merge(connection, begin=next(steps) == 0))
        with self._database.write() as connection:
            count_removed(connection, -removed)


def _removed_to_merge(connection: sqlite3.Connection) -> int:
    """Return how many chunks were removed since the last full merge, or 0 while a merge does not pay."""
    query = "SELECT CAST(coalesce((SELECT value FROM meta WHERE key = ?), 0) AS INTEGER), (SELECT count(*) FROM chunks)"
    removed, chunks = connection.execute(query, (_REMOVED,)).fetchone()
    return removed if removed > max(_LEAST_TO_MERGE, chunks * _SHARE_TO_MERGE) else 0


def _merge(connection: sqlite3.Connection, *, begin: bool) -> bool:
    """Run one step of a merge, the first or the next one; return whether there are more."""
    before = connection.total_changes
    # A negative number marks the whole index for merging; positive numbers continue that merge.
    pages = -_PAGES_A_STEP if begin else _PAGES_A_STEP
    connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before > 1  # the statement itself counts as one change


def _search(
    connection: sqlite3.Connection, terms: Iterable[str], limit: int, scope: str = "", values: Sequence[str] = ()
) -> list[tuple[int, float]]:
    """Return keys of chunks that contain any of these terms, best first, with their BM25 score (positive).

    Args:
        connection: of the catalog.
        terms: words from `text.words.query_terms`.
        limit: maximum number of chunks.
        scope: a condition on `words.rowid` that the chunks must meet, as ` AND …`.
        values: of the parameters in `scope`.
    """
    expression = _affordable_match(_frequencies(connection, map(_quoted, terms), scope, values), limit)
    if not expression:
        return []
    query = f"""SELECT rowid, -rank FROM words WHERE words MATCH ? AND rank MATCH ?{scope}
        ORDER BY rank, rowid LIMIT ?"""
    return connection.execute(query, (expression, _BM25, *values, limit)).fetchall()


def _affordable_match(frequency: Mapping[str, int], wanted: int) -> str:
    """Return a full-text expression that matches any of these quoted phrases and enough chunks to rank.

    Scoring a chunk takes microseconds, and words like `self` occur in most chunks. So only chunks with one of the
    rarest words are scored, and the most frequent words are ignored if there are others: rare words decide the ranking.

    Args:
        frequency: the number of chunks that contain each phrase.
        wanted: the number of chunks that the search should return.
    """
    rare: list[str] = []
    weighed: list[str] = []
    scored = total = 0
    for phrase in sorted(filter(frequency.__getitem__, frequency), key=lambda phrase: frequency[phrase]):
        total += frequency[phrase]
        # A chunk counts once for each of its words here, so aim at twice the wanted number.
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
    """Return the number of chunks that contain each of these quoted phrases: exact if low, else an estimate."""
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
    """Return a term as a phrase of the full-text syntax, whatever characters it contains."""
    return '"' + marks_as_letters(term).replace("\0", "").replace('"', '""') + '"'


def _words_of(chunk: Chunk) -> tuple[str, ...]:
    """Return the words of each column for a chunk; they stay the same within a version of the schema."""
    return tuple(marks_as_letters(identifier_words(text)) for text in indexed_texts(chunk))

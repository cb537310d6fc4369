"""The full-text index of the catalog: words of chunks in, words of chunks out, and the room that they leave.

The index keeps no text of its own, only its index: half the size, but a chunk leaves it by handing in the very words it
came with. Nor does it forget them then: it writes down that they are gone, and both entries stay until they are merged.
Hides that, and when merging pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.words import identifier_words

if TYPE_CHECKING:
    import sqlite3

    from sourcewise.model import Chunk

# Under this key `meta` has the number of chunks that left since everything was merged.
_LEFT = "words left"
_LEAST_TO_MERGE = 5000
_SHARE_TO_MERGE = 0.2
_PAGES_A_STEP = 200


def add_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Have a chunk found by its words."""
    connection.execute(
        "INSERT INTO words (rowid, symbol, path, signature, docstring, body) VALUES (?, ?, ?, ?, ?, ?)",
        (key, *_words_of(chunk)),
    )


def remove_words(connection: sqlite3.Connection, key: int, chunk: Chunk) -> None:
    """Have a chunk found no more; it must be as it was added."""
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


def left_to_merge(connection: sqlite3.Connection) -> int:
    """Return how many chunks left, or 0 while they are too few for merging to pay."""
    query = "SELECT CAST(coalesce((SELECT value FROM meta WHERE key = ?), 0) AS INTEGER), (SELECT count(*) FROM chunks)"
    left, chunks = connection.execute(query, (_LEFT,)).fetchone()
    return left if left > max(_LEAST_TO_MERGE, chunks * _SHARE_TO_MERGE) else 0


def merge(connection: sqlite3.Connection, *, begin: bool) -> bool:
    """Merge a bit, from the beginning or on from where it stopped, and tell whether there is more."""
    before = connection.total_changes
    # A negative number marks all of the index for merging, which positive ones then carry on.
    pages = -_PAGES_A_STEP if begin else _PAGES_A_STEP
    connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before > 1  # the statement itself counts as one


def _words_of(chunk: Chunk) -> tuple[str, ...]:
    """Make the words of a chunk, always the same ones within a version of the schema."""
    columns = (chunk.symbol, chunk.path, chunk.signature, chunk.docstring, chunk.text)
    return tuple(identifier_words(column) for column in columns)

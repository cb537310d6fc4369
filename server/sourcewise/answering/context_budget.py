"""Fits a source into what is left of the model's context.

A source that is too long shows its head line and the stretch of lines with most of the question's words. A line `…`
marks where lines were left out, so the model knows that something is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.text.lines import split_lines
from sourcewise.text.tokens import estimate_tokens
from sourcewise.text.visible import on_one_line
from sourcewise.text.words import identifier_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.answer import Source


def snippet_within(source: Source, terms: frozenset[str], room: int) -> tuple[str, bool]:
    """Return the source as the prompt shows it in about `room` tokens, and whether all lines are there.

    Args:
        source: to show.
        terms: the words of the question; they decide which lines of a long source are kept.
        room: in estimated tokens.
    """
    chunk = source.passage.chunk
    header = f"### Code Snippet {source.number} (from {source.passage.location}):"
    lines = [f"{n}  {on_one_line(line)}" for n, line in enumerate(split_lines(chunk.text), chunk.first_line)]
    sizes = [estimate_tokens(line) + 1 for line in lines]
    left = room - estimate_tokens(header) - 4
    if sum(sizes) <= left:
        return "\n".join([header, *lines, ""]), True
    kept = _best_lines(lines, sizes, terms, left)
    shown: list[str] = []
    following = 0
    for index in kept:
        shown += [lines[index]] if index == following else ["…", lines[index]]
        following = index + 1
    if following < len(lines):
        shown.append("…")
    return "\n".join([header, *shown, ""]), False


def _best_lines(lines: Sequence[str], sizes: Sequence[int], terms: frozenset[str], room: int) -> list[int]:
    """Return the indexes of the head line and of the stretch with most of the question's words."""
    hits = [len(terms.intersection(identifier_words(line).split())) for line in lines]
    head = [0] if sizes and sizes[0] <= room // 4 else []
    room -= sum(sizes[i] for i in head)
    best, best_hits, start, size, found = (0, 0), -1, 0, 0, 0
    for end in range(len(lines)):
        size, found = size + sizes[end], found + hits[end]
        while size > room and start <= end:
            size, found, start = size - sizes[start], found - hits[start], start + 1
        if found > best_hits and start <= end:
            best, best_hits = (start, end + 1), found
    return sorted({*head, *range(*_extended(best, sizes, room))})


def _extended(stretch: tuple[int, int], sizes: Sequence[int], room: int) -> tuple[int, int]:
    """Let a stretch that does not fill the room grow to the lines after it."""
    start, end = stretch
    room -= sum(sizes[start:end])
    while end < len(sizes) and sizes[end] <= room:
        room -= sizes[end]
        end += 1
    return start, end

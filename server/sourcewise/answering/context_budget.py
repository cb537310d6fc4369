"""Shortens a source to fit the remaining token budget of the prompt.

A source that is too long keeps its first line and the span of lines with the most words of the question. A line `…`
marks omitted lines, so that the model knows that something is missing.
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


def snippet_within(source: Source, terms: frozenset[str], budget: int) -> tuple[str, bool]:
    """Return the snippet of a source for the prompt, in about `budget` tokens, and whether it has all lines.

    Args:
        source: the source.
        terms: the words of the question; they decide which lines of a long source are kept.
        budget: the limit in estimated tokens.
    """
    chunk = source.passage.chunk
    header = f"### Code Snippet {source.number} (from {source.passage.location}):"
    lines = [f"{n}  {on_one_line(line)}" for n, line in enumerate(split_lines(chunk.text), chunk.first_line)]
    sizes = [estimate_tokens(line) + 1 for line in lines]
    left = budget - estimate_tokens(header) - 4
    if sum(sizes) <= left:
        return "\n".join([header, *lines, ""]), True
    kept = _best_lines(lines, sizes, terms, left)
    snippet: list[str] = []
    following = 0
    for index in kept:
        snippet += [lines[index]] if index == following else ["…", lines[index]]
        following = index + 1
    if following < len(lines):
        snippet.append("…")
    return "\n".join([header, *snippet, ""]), False


def _best_lines(lines: Sequence[str], sizes: Sequence[int], terms: frozenset[str], budget: int) -> list[int]:
    """Return the indexes of the first line and of the span with the most words of the question."""
    matches = [len(terms.intersection(identifier_words(line).split())) for line in lines]
    head = [0] if sizes and sizes[0] <= budget // 4 else []
    budget -= sum(sizes[i] for i in head)
    best, most_matches, start, size, matched = (0, 0), -1, 0, 0, 0
    for end in range(len(lines)):
        size, matched = size + sizes[end], matched + matches[end]
        while size > budget and start <= end:
            size, matched, start = size - sizes[start], matched - matches[start], start + 1
        if matched > most_matches and start <= end:
            best, most_matches = (start, end + 1), matched
    return sorted({*head, *range(*_extended(best, sizes, budget))})


def _extended(span: tuple[int, int], sizes: Sequence[int], budget: int) -> tuple[int, int]:
    """Extend a span by the lines after it that fit the budget."""
    start, end = span
    budget -= sum(sizes[start:end])
    while end < len(sizes) and sizes[end] <= budget:
        budget -= sizes[end]
        end += 1
    return start, end

"""The lines of one file, with their sizes and the cost of cutting between them.

The costs and the outline come from the syntax, the headings, or the indentation alone; callers need not know which.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from sourcewise.chunking.headings import section_outline
from sourcewise.chunking.outline import NEVER, Region, costs_by_indentation
from sourcewise.chunking.syntax import Syntax, has_parser
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PROSE = frozenset({"markdown", "restructuredtext", "asciidoc", "text"})


class Page:
    """The lines of a file, with their sizes and cut costs."""

    def __init__(self, language: str, lines: Sequence[str]) -> None:
        self.lines = lines
        self._sums = list(accumulate(map(estimate_tokens, lines), initial=0))
        self._syntax = Syntax.of(language, lines)
        self._language = language
        self._costs: list[int] | None = None

    @property
    def took_too_long(self) -> bool:
        """Whether parsing was given up, although there is a grammar."""
        return self._syntax is None and has_parser(self._language)

    def outline(self) -> Region:
        """Return the region of the whole file."""
        if self._syntax is None or self._language in _PROSE:
            return section_outline(self._language, self.lines)
        return self._syntax.outline()

    def tokens(self, first_line: int, last_line: int) -> int:
        """Return the size of a range of lines in tokens; 0 if it is empty."""
        return self._sums[last_line] - self._sums[first_line - 1] if last_line >= first_line else 0

    def _cut_cost(self, line: int) -> int:
        """Return the cost of starting a chunk at this line; a blank line above lowers it slightly."""
        if self._costs is None:
            self._costs = self._syntax.cut_costs() if self._syntax else costs_by_indentation(self.lines)
        return 2 * self._costs[line - 1] - (line > 1 and not self.lines[line - 2].strip())

    def parts(
        self, first_line: int, last_line: int, aim: int, limit: int, overlap: int = 0
    ) -> Iterator[tuple[int, int]]:
        """Split lines into parts of about `aim` and at most `limit` tokens, at the cheapest cuts.

        Each part repeats the last whole lines of the previous part, up to `overlap` tokens. A line longer than the
        limit is a part of its own.
        """
        first = start = first_line
        while True:
            end = start
            while end < last_line and self.tokens(first, end + 1) <= limit:
                end += 1
            if end == last_line:
                yield first, end
                return
            cut = self._cheapest_cut(first, range(start + 1, end + 2), aim)
            yield first, cut - 1
            first = cut
            while overlap and first - 1 > start and self.tokens(first - 1, cut - 1) <= overlap:
                first -= 1
            if self.tokens(first, cut) > limit:
                first = cut
            start = cut

    def _cheapest_cut(self, first: int, lines: range, aim: int) -> int:
        """Return the line before which to end the part that began at `first`: cheapest, then nearest to the aim."""
        sizes = {line: self.tokens(first, line - 1) for line in lines}
        enough = [line for line in lines if sizes[line] >= aim / 2 and self._cut_cost(line) < NEVER]
        return min(enough, key=lambda line: (self._cut_cost(line), abs(sizes[line] - aim)), default=lines[-1])

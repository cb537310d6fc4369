"""Splits a text into windows that fit a model.

Hides where to split, and that the model's own tokenizer counts. Joined, the windows are the text: nothing is cut off.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# The context takes at most this share of a window, so that there is room for the text.
_CONTEXT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that fits the model.

    Attributes:
        context: begins the model's input.
        tokens: number of input tokens, including context and special tokens.
        limit: maximum number of input tokens.
    """

    text: str
    context: str
    tokens: int
    limit: int

    @property
    def content(self) -> str:
        """The model's input."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class WindowCutter:
    """Splits texts for one model."""

    def __init__(self, tokenizer: Any, limit: int) -> None:
        """Describe the model.

        Args:
            tokenizer: the model's own, of the library `tokenizers`, without truncation and padding.
            limit: maximum number of input tokens, including special tokens.
        """
        self._tokenizer = tokenizer
        self._limit = limit

    def cut(self, text: str, context: str) -> list[Window]:
        """Return the windows of a text, at least one; each begins with the context, shortened if too long."""
        context = self._shortened(context)
        room = self._limit - self._count(f"{context}\n" if context else "")
        result: list[Window] = []
        pieces = [text]
        while pieces:
            piece = pieces.pop()
            tokens = self._count(f"{context}\n{piece}" if context else piece)
            if tokens <= self._limit or len(piece) < 2:
                result.append(Window(piece, context, tokens, self._limit))
            else:
                pieces += reversed(self._pieces(piece, room))
        return result

    def _pieces(self, text: str, room: int) -> list[str]:
        """Split into at least two pieces of about `room` tokens each, at the end of a line if one is near."""
        starts = [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]
        cuts, first = [0], 0
        while first + room < len(starts):
            cut = _good_cut(text, cuts[-1], starts[first + room])
            cuts.append(cut)
            first = bisect_left(starts, cut)
        if len(cuts) == 1:
            cuts.append(len(text) // 2)
        return [text[a:b] for a, b in pairwise([*cuts, len(text)])]

    def _shortened(self, context: str) -> str:
        offsets = self._tokenizer.encode(context, add_special_tokens=False).offsets
        room = int(self._limit * _CONTEXT_SHARE)
        return context if len(offsets) <= room else context[: offsets[room][0]].rstrip()

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)


def _good_cut(text: str, start: int, limit: int) -> int:
    """Return the end of a piece that begins at `start` and may reach to `limit`."""
    middle = (start + limit) // 2
    line_end = text.rfind("\n", middle, limit) + 1
    word_end = text.rfind(" ", middle, limit) + 1
    return line_end or word_end or max(limit, start + 1)

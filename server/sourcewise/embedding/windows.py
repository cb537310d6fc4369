"""How a text is cut into what a model takes at a time.

Hides where it is cut and that the model's own tokenizer counts. Joined, the windows are the text: nothing is cut off.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# A window shows at most this share of itself to the context, so that the text makes progress.
_CONTEXT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that fits the model.

    Attributes:
        tokens: what the model is given, context and special tokens included; `limit` is what it takes.
    """

    text: str
    context: str
    tokens: int
    limit: int

    @property
    def content(self) -> str:
        """What the model reads."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class WindowCutter:
    """Cuts for one model."""

    def __init__(self, tokenizer: Any, limit: int) -> None:
        """Describe the model.

        Args:
            tokenizer: its own, of the library `tokenizers`; set to cut and pad nothing.
            limit: how many tokens it takes at a time, special ones included.
        """
        self._tokenizer = tokenizer
        self._limit = limit

    def cut(self, text: str, context: str) -> list[Window]:
        """Return the windows of a text, one at least; each begins with the context, or what there is room for of it."""
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
        """Cut into two pieces or more of about `room` tokens each, at the end of a line where one is near."""
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
    """Return where to end a piece that begins at `start` and may reach to `limit`."""
    middle = (start + limit) // 2
    line_end = text.rfind("\n", middle, limit) + 1
    word_end = text.rfind(" ", middle, limit) + 1
    return line_end or word_end or max(limit, start + 1)

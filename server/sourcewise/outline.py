"""The skeleton of a file: which definitions it holds and how they nest, with the lines that belong to each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.model import Definition

NEVER = 1_000_000
"""The cost of a cut where none should be made."""

_MARKERS = re.compile(
    r"""^\s*(?:@(?:type|module)?doc\s+(?:~[sS])?)?   # Elixir says it with an attribute
    (?:/\*+[*!]?|\(\*+|\{-+|<!--|--\[=*\[|[rR]?\"{3}|'{3}|//[/!]*|--+|\#+[!']?|;+|%+|\*(?!/))?\s?(?:\|\s)?""",
    re.VERBOSE,
)
_CLOSERS = re.compile(r"\s*(?:\*+/|\*+\)|-+\}|-->|\]=*\]|\"{3}|'{3})?\s*$")
_DOCSTRING_CHARS = 2000


@dataclass(slots=True)
class Region:
    """A definition, or a scope that only lends its name, and the lines that belong to it.

    Attributes:
        first_line: with the comments directly above, so at or before `definition.first_line`.
        listed: False for what names chunks without being a definition (an `impl` block, a namespace, a JSON key).
    """

    definition: Definition
    first_line: int
    listed: bool = True
    children: list[Region] = field(default_factory=list)

    @property
    def last_line(self) -> int:
        """The last line, inclusive."""
        return self.definition.last_line

    def walk(self) -> Iterator[Region]:
        """Yield all regions inside, in the order of the file, without recursion: nesting may be deep."""
        pending = self.children[::-1]
        while pending:
            region = pending.pop()
            yield region
            pending.extend(reversed(region.children))

    def absorb(self, clause: Region) -> None:
        """Take the next clause of the same function, as Haskell and Elixir write them."""
        docstring = self.definition.docstring or clause.definition.docstring
        self.definition = replace(self.definition, last_line=clause.last_line, docstring=docstring)
        self.children += clause.children


def comment_text(lines: Sequence[str]) -> str:
    """Return what comment lines say, without their markers, at most 2000 characters."""
    said = [_CLOSERS.sub("", _MARKERS.sub("", line, count=1)) for line in lines]
    return "\n".join(said).strip()[:_DOCSTRING_CHARS].rstrip()


def costs_by_indentation(lines: Sequence[str]) -> list[int]:
    """Return how bad a cut before each line is where no grammar tells: the deeper indented, the worse."""
    return [len(line) - len(line.lstrip()) if line.strip() else NEVER for line in lines]

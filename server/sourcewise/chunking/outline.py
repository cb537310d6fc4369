"""The outline of a file: its definitions, how they nest, and the lines of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sourcewise.domain.code import Definition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEVER = 1_000_000
"""The cost of a cut that should be avoided."""

_TYPE_KINDS = frozenset({"class", "interface", "struct", "enum", "trait", "impl", "extension", "companion"})
_MARKERS = re.compile(
    r"""^(?:@(?:type|module)?doc\s++(?:~[sS])?)?   # Elixir documents with an attribute
    (?:/\*++!?|\(\*++|\{-++|<!--|--\[=*+\[|[rR]?\"{3}|'{3}|//[/!]*+|--++|\#++[!']?|;++|%++|!(?!\[)[!<>]*+|\*(?!/))?\s?(?:\|\s)?""",
    re.VERBOSE,
)
_CLOSERS = re.compile(r"(?:(?<!\*)\*++[/)]|(?<!-)-++\}|-->|\]=*+\]|\"{3}|'{3})$")
_DOCSTRING_CHARS = 2000
# People do not write code that nests deeper, and every level would repeat the names of all outer levels.
_MAX_PARENTS = 32


@dataclass(slots=True)
class Region:
    """A definition, or a scope that only contributes its name, and its lines.

    Attributes:
        first_line: includes the comments directly above, so at or before `definition.first_line`.
        listed: False for scopes that name chunks but are not definitions (an `impl` block, a namespace, a JSON key).
        inline: definitions inside that are listed, but neither divide the file nor qualify the names in them.
    """

    definition: Definition
    first_line: int
    listed: bool = True
    children: list[Region] = field(default_factory=list)
    inline: list[Region] = field(default_factory=list)

    @property
    def last_line(self) -> int:
        """The last line, inclusive."""
        return self.definition.last_line

    def walk(self) -> Iterator[Region]:
        """Yield all regions inside, outer before inner, without recursion because nesting may be deep."""
        yield from self.inline
        pending = self.children[::-1]
        while pending:
            region = pending.pop()
            yield region
            yield from region.inline
            pending.extend(reversed(region.children))

    def absorb(self, clause: Region) -> None:
        """Merge the next clause of the same function, as in Haskell and Elixir."""
        docstring = self.definition.docstring or clause.definition.docstring
        self.definition = replace(self.definition, last_line=clause.last_line, docstring=docstring)
        self.children += clause.children
        self.inline += clause.inline


class OutlineBuilder:
    """Nests regions, which must be added in the order of their first byte, outer before inner."""

    def __init__(self, line_count: int, coalesce_clauses: bool) -> None:
        self.root = Region(Definition("", "text", 1, max(line_count, 1)), 1, listed=False)
        self._coalesces = coalesce_clauses
        self._open: list[tuple[int, Region]] = []

    def floor(self, start: int) -> int:
        """Return the first row available to a region that starts at a byte: below its sibling and its parent's head."""
        parent = self._parent(start)
        if parent.children:
            return parent.children[-1].last_line
        return parent.definition.first_line if self._open else 0

    def add(self, region: Region, start: int, end: int) -> None:
        """Insert a region into its parent; its kind and parents follow from the enclosing region."""
        parent = self._parent(start)
        outer = parent.definition
        around = _names_around(outer)
        kind = region.definition.kind
        if kind == outer.kind == "function" and (outer.name, outer.first_line) == _head(region.definition):
            return  # `const Page = memo(function Page() {…})` defines one function
        qualified = bool(region.definition.parents) and outer.kind in {"text", "namespace"}
        if kind == "function" and (outer.kind in _TYPE_KINDS or qualified):
            kind = "method"
        region.definition = replace(region.definition, kind=kind, parents=(*around, *region.definition.parents))
        previous = parent.children[-1] if parent.children else None
        if self._coalesces and previous and _same_function(previous, region):
            previous.absorb(region)
            region = previous
        else:
            parent.children.append(region)
        self._open.append((end, region))

    def add_inline(self, region: Region, start: int) -> None:
        """List a definition that neither divides its parent nor qualifies names, unless it is the parent itself."""
        parent = self._parent(start)
        if _head(parent.definition) != _head(region.definition):
            parents = (*_names_around(parent.definition), *region.definition.parents)
            region.definition = replace(region.definition, parents=parents)
            parent.inline.append(region)

    def document(self, docstring: str, start: int) -> None:
        """Attach a docstring to the enclosing definition."""
        self._close(start)
        if self._open:
            region = self._open[-1][1]
            region.definition = replace(region.definition, docstring=docstring)

    def _parent(self, start: int) -> Region:
        self._close(start)
        return self._open[-1][1] if self._open else self.root

    def _close(self, start: int) -> None:
        while self._open and self._open[-1][0] <= start:
            self._open.pop()


def _names_around(outer: Definition) -> tuple[str, ...]:
    return (*outer.parents, outer.name)[-_MAX_PARENTS:] if outer.name else outer.parents


def _head(definition: Definition) -> tuple[str, int]:
    return definition.name, definition.first_line


def _same_function(one: Region, other: Region) -> bool:
    a, b = one.definition, other.definition
    return (a.name, a.kind, a.parents) == (b.name, b.kind, b.parents) and other.first_line <= one.last_line + 2


def comment_text(lines: Sequence[str]) -> str:
    """Return the text of comment lines without their markers, at most 2000 characters."""
    return "\n".join(map(_without_markers, lines)).strip()[:_DOCSTRING_CHARS].rstrip()


def _without_markers(line: str) -> str:
    said = _MARKERS.sub("", line.lstrip()[: 2 * _DOCSTRING_CHARS], count=1)
    return _CLOSERS.sub("", said.rstrip()).rstrip()


def costs_by_indentation(lines: Sequence[str]) -> list[int]:
    """Return the cost of a cut before each line without a grammar: the deeper the indentation, the higher."""
    return [len(line) - len(line.lstrip()) if line.strip() else NEVER for line in lines]

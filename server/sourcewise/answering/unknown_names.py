"""Finds identifiers in an answer that the code does not contain, so the model may have invented them.

A known back-quoted identifier is linked to its definition, or to a line of a source that contains it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sourcewise.domain.answer import Mention
from sourcewise.text.languages import UNKNOWN
from sourcewise.text.lines import split_lines
from sourcewise.text.names import ANY_QUALIFIED_NAME, last_part, names_in
from sourcewise.text.scripts import spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sourcewise.domain.answer import Source

    DefinitionOf = Callable[[str], str | None]

_IDENTIFIER = re.compile(rf"`({ANY_QUALIFIED_NAME})(?:\([^`]*\))?`")
# Other spellings, such as `pre-commit` and `$HOME`, may name something outside the code.
_SURELY_A_NAME = re.compile(r"[^\W\d](?:[\w.?!':#\\]|->)*+")


def find_mentions(text: str, sources: Sequence[Source], definition_of: DefinitionOf) -> tuple[Mention, ...]:
    """Return the back-quoted identifiers of an answer, each with its location, or without one if it is unknown.

    Args:
        text: the model's output.
        sources: the sources in its prompt.
        definition_of: returns `path:line` of a name in the catalog, else None.
    """
    prose = re.sub(r"```.*?(?:```|\Z)", "", text, flags=re.DOTALL)
    names = dict.fromkeys(match[1] for match in _IDENTIFIER.finditer(prose))
    lines = _lines_by_word(sources)
    chunks = [source.passage.chunk for source in sources]
    files = {chunk.path.rpartition("/")[2]: f"{chunk.path}:{chunk.first_line}" for chunk in chunks}
    places = {name: files.get(name) or definition_of(name) or _line_in_sources(name, lines) for name in names}
    return tuple(Mention(name, place) for name, place in places.items() if place or _SURELY_A_NAME.fullmatch(name))


def _line_in_sources(name: str, lines: Mapping[str, str]) -> str | None:
    """Return `path:line` where a source contains the last part of a qualified name, else None."""
    return lines.get(last_part(name))


def _lines_by_word(sources: Iterable[Source]) -> dict[str, str]:
    places: dict[str, str] = {}
    for source in sources:
        chunk = source.passage.chunk
        for number, line in enumerate(split_lines(chunk.text), chunk.first_line):
            names = (name for spelling in spellings(line) for name in names_in(spelling, UNKNOWN))
            for word in (*names_in(line, chunk.language), *names):
                places.setdefault(word, f"{chunk.path}:{number}")
    return places

"""Finds identifiers in an answer that the code does not contain, so the model may have invented them.

A known back-quoted identifier is linked to its definition, or to a line of a source that contains it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sourcewise.domain.answer import Mention
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sourcewise.domain.answer import Source

    DefinitionOf = Callable[[str], str | None]

_IDENTIFIER = re.compile(r"`([A-Za-z_][\w]*(?:(?:\.|::|->|#)[A-Za-z_]\w*)*)(?:\([^`]*\))?`")


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
    return tuple(
        Mention(name, files.get(name) or definition_of(name) or _line_in_sources(name, lines)) for name in names
    )


def _line_in_sources(name: str, lines: Mapping[str, str]) -> str | None:
    """Return `path:line` of a source line with the last part of a dotted name, else None."""
    return lines.get(re.split(r"\W+", name)[-1])


def _lines_by_word(sources: Iterable[Source]) -> dict[str, str]:
    places: dict[str, str] = {}
    for source in sources:
        chunk = source.passage.chunk
        for number, line in enumerate(split_lines(chunk.text), chunk.first_line):
            for word in re.findall(r"[A-Za-z_]\w*", line):
                places.setdefault(word, f"{chunk.path}:{number}")
    return places

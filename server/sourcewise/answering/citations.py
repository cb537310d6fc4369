"""Checks the citations of an answer against the sources in its prompt and the current files.

A citation of a nonexistent source is removed, unless its number is a line number that exactly one source contains. Each
cited file is read again: its lines are current, changed or gone. Code in fences and back quotes is not changed:
`rows[0]` is no citation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.answering.unknown_names import find_mentions
from sourcewise.domain.answer import Citation, CitationState
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sourcewise.answering.unknown_names import DefinitionOf
    from sourcewise.domain.answer import Mention, Source

    TextOf = Callable[[str], str | None]

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_CITATION = re.compile(
    r"(?<![\w\])])\[(?:(?:code\s+)?(?:snippets?|sources?)\s*)?#?(\d{1,6}(?:\s*(?:,|and|&)\s*\d{1,6})*)\](?!\()"
    r"|(?<=\])\[(\d{1,6})\](?!\()",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CheckedText:
    """An answer's text without invalid citations, and the result of the check.

    Attributes:
        text: the text, without invalid citations.
        citations: the valid citations, by the number of their source.
        struck: the numbers of the removed citations.
        mentions: the back-quoted identifiers in the text.
    """

    text: str
    citations: tuple[Citation, ...]
    struck: tuple[int, ...]
    mentions: tuple[Mention, ...]


def check(text: str, sources: Sequence[Source], text_of: TextOf, definition_of: DefinitionOf) -> CheckedText:
    """Check an answer.

    Args:
        text: the model's output.
        sources: the sources in its prompt; only these may be cited.
        text_of: returns the current text of a file, or None if the file is gone.
        definition_of: returns `path:line` of a name in the catalog, else None.
    """
    by_number = {source.number: source for source in sources}
    cited: dict[int, None] = {}
    struck: dict[int, None] = {}

    def check_citation(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1] or match[2])]
        resolved = {number: number if number in by_number else _source_of_line(number, sources) for number in numbers}
        valid = [source for source in dict.fromkeys(resolved.values()) if source is not None]
        cited.update(dict.fromkeys(valid))
        struck.update(dict.fromkeys(number for number in numbers if resolved[number] is None))
        return "".join(f"[{number}]" for number in valid)

    parts = [part if part.startswith("`") else _replace_citations(part, check_citation) for part in _CODE.split(text)]
    citations = tuple(Citation(number, _state(by_number[number], text_of)) for number in sorted(cited))
    return CheckedText("".join(parts), citations, tuple(sorted(struck)), find_mentions(text, sources, definition_of))


def _source_of_line(line: int, sources: Sequence[Source]) -> int | None:
    """Return the only source that contains this line; small models cite line numbers instead of snippet numbers."""
    containing = [s.number for s in sources if s.passage.chunk.first_line <= line <= s.passage.chunk.last_line]
    return containing[0] if len(containing) == 1 else None


def _replace_citations(prose: str, check_citation: Callable[[re.Match[str]], str]) -> str:
    """Replace each citation by its checked form, and remove the space before a deleted one."""
    checked = _CITATION.sub(lambda match: check_citation(match) or "\0", prose)
    return re.sub(r" ?\0", "", checked)


def _state(source: Source, text_of: TextOf) -> CitationState:
    chunk = source.passage.chunk
    current = text_of(chunk.path)
    if current is None:
        return CitationState.GONE
    lines = "\n".join(split_lines(current)[chunk.first_line - 1 : chunk.last_line])
    return CitationState.CURRENT if lines == chunk.text else CitationState.CHANGED

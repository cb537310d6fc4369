"""Checks what a model wrote against what it was given and against the files as they are now.

A number that names no source is struck, unless it is that of a line which one source shows. A cited file is read
again: its lines are current, changed or gone. Code in fences and back quotes is left as it is: `rows[0]` cites nothing.
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
    """The text with bad citations struck, and what was found in it."""

    text: str
    citations: tuple[Citation, ...]
    struck: tuple[int, ...]
    mentions: tuple[Mention, ...]


def check(text: str, sources: Sequence[Source], text_of: TextOf, definition_of: DefinitionOf) -> CheckedText:
    """Check an answer.

    Args:
        text: what the model wrote.
        sources: what its prompt held; only these may be cited.
        text_of: reads a file as it is now; None where it is gone.
        definition_of: gives `path:line` of a name the catalog knows, else None.
    """
    by_number = {source.number: source for source in sources}
    cited: dict[int, None] = {}
    struck: dict[int, None] = {}

    def judge(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1] or match[2])]
        meant = {number: number if number in by_number else _source_of_line(number, sources) for number in numbers}
        good = [source for source in dict.fromkeys(meant.values()) if source is not None]
        cited.update(dict.fromkeys(good))
        struck.update(dict.fromkeys(number for number in numbers if meant[number] is None))
        return "".join(f"[{number}]" for number in good)

    parts = [part if part.startswith("`") else _tidy(part, judge) for part in _CODE.split(text)]
    citations = tuple(Citation(number, _state(by_number[number], text_of)) for number in sorted(cited))
    return CheckedText("".join(parts), citations, tuple(sorted(struck)), find_mentions(text, sources, definition_of))


def _source_of_line(line: int, sources: Sequence[Source]) -> int | None:
    """Return the one source that shows this line: small models cite the number of a line for that of its snippet."""
    having = [s.number for s in sources if s.passage.chunk.first_line <= line <= s.passage.chunk.last_line]
    return having[0] if len(having) == 1 else None


def _tidy(prose: str, judge: Callable[[re.Match[str]], str]) -> str:
    """Apply the judgement and close the gap that a struck citation leaves before punctuation."""
    judged = _CITATION.sub(lambda match: judge(match) or "\0", prose)
    return re.sub(r" ?\0", "", judged)


def _state(source: Source, text_of: TextOf) -> CitationState:
    chunk = source.passage.chunk
    now = text_of(chunk.path)
    if now is None:
        return CitationState.GONE
    lines = "\n".join(split_lines(now)[chunk.first_line - 1 : chunk.last_line])
    return CitationState.CURRENT if lines == chunk.text else CitationState.CHANGED

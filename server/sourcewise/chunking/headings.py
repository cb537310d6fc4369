"""Finds the sections of prose by the headings of Markdown, reStructuredText, AsciiDoc and plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sourcewise.chunking.outline import Region
from sourcewise.domain.code import Definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Every pattern takes time linear in the length of a line, which may be a megabyte. Possessive quantifiers (`++`) never
# backtrack, and patterns that are tried at every position have a length limit.
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t])")
_SETEXT = re.compile(r" {0,3}(=++|-++)[ \t]*+$")
_FENCE = re.compile(r" {0,3}(`{3,}+|~{3,}+)")
_NO_PARAGRAPH = re.compile(r"\s*+$| {4}|\t|\s*+(?:[-*+>|#]|\d++[.)])")
_IMAGE = re.compile(r"!\[[^\]]{0,300}\](?:\([^)]{0,300}\)|\[[^\]]{0,300}\])?")
_LINK = re.compile(r"\[([^\]]{0,300})\](?:\([^)]{0,300}\)|\[[^\]]{0,300}\])")
_ASCIIDOC = re.compile(r"(={1,6}|#{1,6})(?=\s)")
_ASCIIDOC_BLOCK = re.compile(r"(-{4,}+|\.{4,}+|={4,}+|\+{4,}+|/{4,}+|\*{4,}+|_{4,}+|```++)\s*+$")
_UNDERLINE = re.compile(r"([=\-~^\"'#*+.:_`])\1{2,}+\s*+$")
_TITLE_CHARACTERS = 200
# Badges and link targets can make a title long before they are removed from it.
_MARKED_UP_CHARACTERS = 2000
_FRONT_MATTER = frozenset({"---", "+++"})


@dataclass(frozen=True, slots=True)
class _Heading:
    line: int
    level: int
    title: str


def section_outline(language: str, lines: Sequence[str]) -> Region:
    """Return a region for the whole text, with its sections as children, nested by level."""
    root = Region(Definition("", "text", 1, max(len(lines), 1)), 1, listed=False)
    find = _FINDERS.get(language)
    open_sections: list[tuple[int, Region]] = []
    for heading in find(lines) if find else ():
        while open_sections and open_sections[-1][0] >= heading.level:
            _end(open_sections.pop()[1], heading.line - 1)
        parent = open_sections[-1][1] if open_sections else root
        section = Region(_section(heading, parent, len(lines)), heading.line)
        parent.children.append(section)
        open_sections.append((heading.level, section))
    return root


def _section(heading: _Heading, parent: Region, last_line: int) -> Definition:
    outer = parent.definition
    parents = (*outer.parents, outer.name) if outer.name else ()
    signature = " > ".join((*parents, heading.title))[:300]
    return Definition(heading.title, "section", heading.line, last_line, parents, signature)


def _end(section: Region, last_line: int) -> None:
    section.definition = replace(section.definition, last_line=last_line)


def _markdown(lines: Sequence[str]) -> Iterator[_Heading]:
    fence, previous = "", ""
    for number, line in enumerate(lines[(start := _front_matter(lines)) :], start + 1):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line[mark.end() :].strip()
            fence, previous = "" if closes else fence, ""
            continue
        if mark:
            fence, previous = mark[1], ""
            continue
        if (found := _ATX.match(line)) and (title := _title_after(found, "#")):
            yield _Heading(number, len(found[1]), _plain(title))
        elif (under := _SETEXT.match(line)) and previous and not _NO_PARAGRAPH.match(previous):
            yield _Heading(number - 1, 1 if under[1][0] == "=" else 2, _plain(previous))
        previous = line


def _title_after(found: re.Match[str], mark: str) -> str:
    """Return the text after the opening marks of a heading, without its closing marks."""
    title = found.string[found.end() :].strip()
    unclosed = title.rstrip(mark)
    return title if unclosed.strip() == unclosed and unclosed else unclosed.rstrip()


def _plain(title: str) -> str:
    """Return a title without badges and link targets, or unchanged if nothing else remains."""
    title = title[:_MARKED_UP_CHARACTERS]
    plain = _LINK.sub(r"\1", _IMAGE.sub("", title))
    return (plain.strip() or title.strip())[:_TITLE_CHARACTERS]


def _front_matter(lines: Sequence[str]) -> int:
    """Return the number of lines of the metadata block at the top."""
    if not lines or lines[0].rstrip() not in _FRONT_MATTER:
        return 0
    ends = (row for row in range(1, min(len(lines), 200)) if lines[row].rstrip() == lines[0].rstrip())
    return next(ends, -1) + 1


def _asciidoc(lines: Sequence[str]) -> Iterator[_Heading]:
    block = ""
    for number, line in enumerate(lines, 1):
        if fence := _ASCIIDOC_BLOCK.match(line):
            block = "" if block == fence[1] else block or fence[1]
        elif not block and (found := _ASCIIDOC.match(line)) and (title := _title_after(found, "=")):
            yield _Heading(number, len(found[1]), title[:_TITLE_CHARACTERS])


def _underlined(lines: Sequence[str]) -> Iterator[_Heading]:
    """Find titles that are underlined (and maybe overlined); levels follow the order in which the styles appear."""
    levels: dict[tuple[str, bool], int] = {}
    for row in range(1, len(lines)):
        title, rule = lines[row - 1], _UNDERLINE.match(lines[row])
        if (
            not rule
            or not title[:1].strip(" \t")
            or _UNDERLINE.match(title)
            or len(lines[row].rstrip()) < len(title) - 2
        ):
            continue
        above = lines[row - 2] if row > 1 else ""
        overlined = above.rstrip() == lines[row].rstrip()
        if above.strip() and not overlined:
            continue
        level = levels.setdefault((rule[1], overlined), len(levels) + 1)
        yield _Heading(row - overlined, level, title.strip()[:_TITLE_CHARACTERS])


_FINDERS: dict[str, Callable[[Sequence[str]], Iterator[_Heading]]] = {
    "markdown": _markdown,
    "asciidoc": _asciidoc,
    "restructuredtext": _underlined,
    "text": _underlined,
}

LANGUAGES_WITH_HEADINGS: frozenset[str] = frozenset(_FINDERS)
"""The languages whose files are divided by their headings."""

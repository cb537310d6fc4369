"""Finds the functions of shell scripts by their lines, for what the grammar of Bash cannot parse, such as Zsh."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sourcewise.chunking.outline import comment_text
from sourcewise.domain.code import Definition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NAME = r"[\w:.,@?!/+-]++"
_HEAD = re.compile(
    rf"(?P<indent>\s*+)(?:function\s++(?P<word>{_NAME})\s*+(?:\(\s*+\))?+|(?P<name>{_NAME})\s*+\(\s*+\))\s*+"
    r"(?P<body>[{(].*+|#.*+|)"
)
_HERE_DOCUMENT = re.compile(r"(?<!<)<<-?+\s*+[\"'\\]?+(?P<end>[^\W\d]\w*+)")
_CLOSER = re.compile(r"(?P<indent>\s*+)[})]")


def shell_functions(lines: Sequence[str]) -> Iterator[Definition]:
    """Yield the functions whose head begins a line, from the last to the first.

    A function ends at the first closing brace that has its indentation. Here-documents have none.
    """
    closers: dict[str, int] = {}
    quoted = _rows_of_here_documents(lines)
    for row in range(len(lines) - 1, -1, -1):
        if row in quoted:
            continue
        head, closer = _HEAD.fullmatch(lines[row]), _CLOSER.match(lines[row])
        last = _last_row(lines, row, head, closers) if head else None
        if head is not None and last is not None:
            yield _definition(lines, head, row, last)
        if closer:
            closers[closer["indent"]] = row


def _rows_of_here_documents(lines: Sequence[str]) -> set[int]:
    last_rows = {line.strip(): row for row, line in enumerate(lines)}
    rows, end = set[int](), ""
    for row, line in enumerate(lines):
        if end:
            rows.add(row)
            end = "" if line.strip() == end else end
        elif (found := _HERE_DOCUMENT.search(line)) and last_rows.get(found["end"], row) > row:
            end = found["end"]  # without such a line below, `<<` shifts a number
    return rows


def _last_row(lines: Sequence[str], row: int, head: re.Match[str], closers: dict[str, int]) -> int | None:
    """Return the row that closes a function, or None if no body follows its head."""
    body = head["body"].rstrip()
    if body.startswith(("{", "(")) and body.endswith(("}", ")")):
        return row
    opener = body[:1] or "".join(lines[row + 1 : row + 2]).strip()
    return closers.get(head["indent"]) if opener in {"{", "("} else None


def _definition(lines: Sequence[str], head: re.Match[str], row: int, last: int) -> Definition:
    top = row
    while top > 0 and lines[top - 1].lstrip().startswith("#"):
        top -= 1
    return Definition(
        name=head["name"] or head["word"],
        kind="function",
        first_line=row + 1,
        last_line=last + 1,
        signature=head.string[: head.start("body")].strip(),
        docstring=comment_text(lines[top:row]),
    )

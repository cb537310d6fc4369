"""Divides a long question into its description and what was pasted, and drops the boilerplate of issue templates.

An issue text repeats the words of its template, and pasted code, logs and stack traces have more words than the
description of the problem. The description shows what the question is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

# Shorter questions have no parts.
_LEAST_LINES = 4

_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|$)")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
_INDENTED = re.compile(r"^(?: {4}|\t)\s*+\S")
_PASTED = re.compile(
    r"""^\s*+(?: [$>%]\s | >>> | \.\.\.\s | \#\d+\s+0x | at\s[\w.$<>/]+\s?\( | File\s"[^"]{1,300}",\sline
    | Traceback\ \(most | Caused\ by: | \[?\d{4}-\d\d-\d\d[T\s]\d\d:\d\d | \[?\d\d:\d\d:\d\d
    | \[?(?:DEBUG|INFO|WARN|WARNING|ERROR|TRACE|FATAL)[\]:\s] | [\w./-]+:\d+:\d+:\s | [-+@]{3}\s | diff\s--git )""",
    re.VERBOSE,
)
_CHECKBOX = re.compile(r"^\s*+[-*]\s\[[ xX]\]\s")
_RULE = re.compile(r"^\s*+[-=*_~#+]{3,}\s*+$")
_TEMPLATE_HEADINGS = (
    "actual behaviou?r|actual results?|additional (?:context|information|notes)|checklist|context|current behaviou?r"
    "|describe (?:the (?:bug|feature|issue|problem|solution)|alternatives)[^.]{0,60}|description|desktop|environment"
    "|expected (?:behaviou?r|results?)|how to reproduce|is your feature request related to a problem|logs?"
    "|minimal reproduction|motivation|possible solution|proposed solution|related issues?|reproduction(?: steps)?"
    "|screenshots?|smartphone|steps to reproduce|summary|system info(?:rmation)?|to reproduce|versions?|what happened"
    "|what did you (?:do|expect(?: to happen)?)|what is the current behaviou?r|what version[^?]{0,60}|your environment"
    "|bug report|feature request"
)
_TEMPLATE_HEADING = re.compile(rf"^[\s#*_>-]*+(?:{_TEMPLATE_HEADINGS})[\s*_:?.!]*+$", re.IGNORECASE)
_ENVIRONMENT = re.compile(
    r"^[\s*_-]*+(?:os|operating system|platform|browser|device|distribution|arch(?:itecture)?"
    r"|(?:\w{1,20} ){0,2}version)[\s*_]*+[:=].{0,60}$",
    re.IGNORECASE,
)


class QuestionParts(NamedTuple):
    """The parts of a question.

    Attributes:
        description: what the user wrote; never empty unless the question is.
        pasted: code, logs and stack traces.
    """

    description: str
    pasted: str = ""


def question_parts(question: str) -> QuestionParts:
    """Return the parts of a question; a short one is only a description."""
    if len(split_lines(question)) < _LEAST_LINES:
        return QuestionParts(question)
    lines = split_lines(_COMMENT.sub(" ", question))
    is_pasted = list(_pasted_lines(lines))
    kept = [
        (line, pasted) for line, pasted in zip(lines, is_pasted, strict=True) if pasted or not _is_boilerplate(line)
    ]
    description = "\n".join(line for line, pasted in kept if not pasted).strip()
    pasted = "\n".join(line for line, pasted in kept if pasted)
    # Without a description, everything is one.
    return QuestionParts(description, pasted) if re.search(r"\w", description) else QuestionParts(pasted or question)


def _pasted_lines(lines: list[str]) -> Iterator[bool]:
    """Yield for each line whether it is pasted."""
    in_fence = False
    for line in lines:
        is_fence = _FENCE.match(line) is not None
        yield in_fence or is_fence or _INDENTED.match(line) is not None or _PASTED.match(line) is not None
        in_fence ^= is_fence


def _is_boilerplate(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_CHECKBOX, _RULE, _TEMPLATE_HEADING, _ENVIRONMENT))

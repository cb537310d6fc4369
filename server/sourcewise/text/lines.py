"""Lines as VS Code counts them, which is neither how `str.splitlines` nor how `str.split` does."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    r"""Return the lines without their ends; `\n`, `\r\n` and a lone `\r` end one, form feeds and U+2028 do not.

    An end after the last line makes no extra line, so an empty text has no lines.
    """
    lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines

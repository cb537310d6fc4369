"""Splits text into lines as VS Code counts them, which differs from `str.splitlines` and `str.split`."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    r"""Return the lines without their ends: `\n`, `\r\n` and a lone `\r`, but not form feeds or U+2028.

    A line end after the last line adds no empty line, so an empty text has no lines.
    """
    lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines

"""Escapes text from a workspace for Markdown that an editor renders.

A file may be named `](command:…)`; a comment may contain a remote image, or characters that reverse the direction of
the line. Therefore all punctuation is escaped, and invisible characters are replaced by their codes.
"""

from __future__ import annotations

import re

from sourcewise.text.visible import visible

_MARK = re.compile(r"[!-/:-@\[-`{-~]")
_BACKTICKS = re.compile(r"`+")


def prose(text: str) -> str:
    """Return one line of text, escaped."""
    return _MARK.sub(r"\\\g<0>", visible(text.strip()))


def code(text: str) -> str:
    """Return one line of text as inline code."""
    text = visible(text)
    if not text.strip():
        return ""
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{space}{text}{space}{fence}"


def code_block(text: str, language: str) -> str:
    """Return lines of code as a block."""
    fence = "`" * max(3, _longest_run(text) + 1)
    lines = "\n".join(visible(line, keep="\t") for line in text.split("\n"))
    return f"{fence}{re.sub(r'[^a-z0-9#+-]', '', language)}\n{lines}\n{fence}"


def link(label: str, uri: str) -> str:
    """Return a link; its label is Markdown, its URI is percent-encoded."""
    return f"[{label}]({uri})"


def _longest_run(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)

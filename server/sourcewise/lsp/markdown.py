"""Text of a workspace in Markdown that an editor renders: names, comments and code stay what they are, text.

A file may be called `](command:…)`, and a comment may hold a picture from the network or characters that turn the line
around. So every mark is escaped, and what cannot be seen is written out.
"""

from __future__ import annotations

import re

# Control characters, and those that change the direction of text or take no room.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_MARK = re.compile(r"[!-/:-@\[-`{-~]")
_BACKTICKS = re.compile(r"`+")


def prose(text: str) -> str:
    """Return one line of text that shows as it is."""
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


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with what cannot be seen written out, a reversing character as `\u202e` for example."""
    return _INVISIBLE.sub(lambda found: found[0] if found[0] in keep else _written_out(found[0]), text)


def _written_out(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _longest_run(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)

"""Escapes untrusted names and messages so that they are visible and have no side effects.

A file name can contain line breaks that forge lines of a prompt or a terminal, control sequences, characters that
reverse the text, and `[links](command:…)` that an editor would run. Programs receive the exact names; people and
language models receive the escaped ones.
"""

from __future__ import annotations

import re

# Control characters, surrogates, and characters that reorder text or have no width.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_LINE_BREAK = re.compile("[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
_LINK = re.compile(r"\](?=[(\[])")


def visible(text: str, keep: str = "") -> str:
    r"""Return the text with invisible characters escaped, for example a line break as `\x0a`.

    Args:
        text: a name or a sentence.
        keep: characters to leave unchanged.
    """
    return _INVISIBLE.sub(lambda found: found[0] if found[0] in keep else _escaped(found[0]), text)


def on_one_line(text: str) -> str:
    """Return the text with all line breaks escaped and nothing else changed."""
    return _LINE_BREAK.sub(lambda found: _escaped(found[0]), text)


def notification(text: str) -> str:
    """Return a sentence that is safe as an editor message: invisible characters escaped, links removed.

    Editors turn `[text](command:…)` in messages into links, and a click runs the command.
    """
    return _LINK.sub("] ", visible(text))


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

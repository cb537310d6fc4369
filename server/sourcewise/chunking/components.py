"""Extracts the scripts of single-file components: `<script>` of Vue and Svelte, the front matter of Astro."""

from __future__ import annotations

import re

_SCRIPT = re.compile(
    rb"<script\b(?P<attributes>[^<>]{0,1000})>(?P<code>.*?)(?:</script\s{0,20}>|\Z)", re.DOTALL | re.IGNORECASE
)
_TYPESCRIPT = re.compile(rb"""\blang\s{0,20}=\s{0,20}["']?(?P<language>tsx?|typescript)\b""", re.IGNORECASE)
_FRONT_MATTER = re.compile(rb"\A\s{0,1000}---(?P<code>.*?)^---", re.DOTALL | re.MULTILINE)
_BLANKS = bytes(byte if byte in b"\r\n" else ord(" ") for byte in range(256))


def script_of_component(language: str, source: bytes) -> tuple[str, bytes]:
    """Return the language of a component's scripts, and the source with spaces for all that is not script."""
    found = list((_FRONT_MATTER if language == "astro" else _SCRIPT).finditer(source))
    typed = language == "astro" or any(_TYPESCRIPT.search(script["attributes"]) for script in found)
    parts, end = [], 0
    for script in found:
        first, last = script.span("code")
        parts += [source[end:first].translate(_BLANKS), source[first:last]]
        end = last
    return "typescript" if typed else "javascript", b"".join([*parts, source[end:].translate(_BLANKS)])

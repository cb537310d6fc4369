"""Blanks the macros in C and C++ that hide a definition from the grammar, which knows no preprocessor.

`class UI_EXPORT Button : public Base`, `Q_OBJECT` on a line of its own, `API_CONSTEXPR int f()` and
`void lock() EXCLUSIVE_LOCK() {` are no C++ until the macros are expanded. Spaces of the same length replace them, so
each byte keeps its place.
"""

from __future__ import annotations

import re

# Every pattern takes linear time: possessive quantifiers never backtrack, and lookaheads have a limited length.
_ARGUMENTS = rb"\((?:[^()\n]|\([^()\n]{0,200}\)){0,300}+\)"
_MACRO = rb"[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)*+(?![a-z0-9_])"
_MACRO_WITH_UNDERSCORE = rb"[A-Z][A-Z0-9]*+(?:_[A-Z0-9]++)++(?![a-z0-9_])"
_OF_A_TYPE = re.compile(
    rb"\b(?:class|struct|union|enum(?:[ \t]+(?:class|struct))?)[ \t]++"
    rb"(?:\[\[[^\]\n]{0,200}\]\][ \t]++){0,3}+(?P<macro>(?:%b(?:%b)?+[ \t]++){1,8})"
    rb"(?=[A-Za-z_][\w:]{0,200}(?:<[^<>;{}\n]{0,200}>)?\s{0,200}(?:\{|:[^:]|final\b))" % (_MACRO, _ARGUMENTS)
)
_ON_ITS_LINE = re.compile(
    rb"^[ \t]*+(?P<macro>%b(?:%b)?+)[ \t]*+\r?+$(?=\n\s{0,200}(?:[A-Za-z_~#/@}\[]|$))" % (_MACRO, _ARGUMENTS),
    re.MULTILINE,
)
_STATEMENT = re.compile(
    rb"^[ \t]*+(?P<macro>%b\((?:[^()]|\((?:[^()]|\([^()]{0,300}\)){0,300}+\)){0,800}+\)[ \t]*+;)"
    % _MACRO_WITH_UNDERSCORE,
    re.MULTILINE,
)
_BEFORE_A_FUNCTION = re.compile(
    rb"^[ \t]*+(?:(?:static|inline|extern|constexpr|virtual|explicit|friend)[ \t]++){0,4}+"
    rb"(?P<macro>%b(?:%b)?+[ \t]++)"
    rb"(?=(?:inline|static|constexpr|typename|virtual)\b|[A-Za-z_][\w:<>*&, \t]{0,200}[ \t*&>]~?\w{1,100}[ \t]?\()"
    % (_MACRO_WITH_UNDERSCORE, _ARGUMENTS),
    re.MULTILINE,
)
_AFTER_A_FUNCTION = re.compile(
    rb"\)(?:\s{1,80}(?:const|noexcept|override|final)\b){0,4}+\s{1,80}(?P<macro>(?:%b(?:%b)?+\s{0,80}){1,4}+)(?=[{;:])"
    % (_MACRO_WITH_UNDERSCORE, _ARGUMENTS)
)
_PATTERNS = (_OF_A_TYPE, _BEFORE_A_FUNCTION, _AFTER_A_FUNCTION)
# What the line before a macro on its own line ends with: the macro does not continue an expression.
_ENDS_OF_STATEMENTS = (b";", b"{", b"}", b":", b")", b">", b"*/")
_BLANKS = bytes(byte if byte in b"\t\r\n" else ord(" ") for byte in range(256))


def without_macros(source: bytes) -> bytes:
    """Return C or C++ of the same length without the macros that would hide definitions."""
    blanked = bytearray(source)
    for pattern in (_ON_ITS_LINE, _STATEMENT):
        for found in pattern.finditer(source):
            if _begins_a_statement(source, found.start()):
                _blank(blanked, *found.span("macro"))
    for pattern in _PATTERNS:
        for found in pattern.finditer(source):
            _blank(blanked, *found.span("macro"))
    return bytes(blanked)


def _begins_a_statement(source: bytes, position: int) -> bool:
    """Return whether a statement may begin at a position: after a statement, a comment, a directive or nothing."""
    before = source[max(position - 400, 0) : position].rstrip()
    line = before[before.rfind(b"\n") + 1 :].strip()
    return not line or line.startswith((b"//", b"#", b"@")) or line.endswith(_ENDS_OF_STATEMENTS) or line.isupper()


def _blank(text: bytearray, start: int, end: int) -> None:
    text[start:end] = text[start:end].translate(_BLANKS)

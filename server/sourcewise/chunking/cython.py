"""Rewrites Cython as Python of the same length, because no grammar of Cython is available.

Lines that declare something in C are replaced: `cdef int f(int a) nogil:` by `def      f(     )      :`. Each name
stays at its place, so that positions in the tree are positions in the file.
"""

from __future__ import annotations

import re

_KEYWORDS = rb"(?:cdef|cpdef|ctypedef)"
# A C type, modifiers and a name before parentheses, such as `inline unsigned int *f(`.
_FUNCTION = re.compile(
    rb"(?P<indent>[ \t]*+)(?P<keyword>c?p?def)[ \t]++(?:\([^()\n]{0,200}\)[ \t]++)?+(?P<type>[^()=#:\n]{0,300}?)"
    rb"(?P<name>[^\W\d]\w{0,200}+)[ \t]{0,20}+(?P<arguments>\()"
)
_TYPE = re.compile(
    rb"(?P<indent>[ \t]*+)(?P<keyword>%b)[ \t]++(?:(?:public|api|readonly|packed)[ \t]++){0,3}+"
    rb"(?P<kind>class|cppclass|fused|struct|union|enum(?:[ \t]++class)?)[ \t]++(?P<name>[^\W\d]\w*+)" % _KEYWORDS
)
_BLOCK = re.compile(
    rb"(?P<indent>[ \t]*+)(?:cdef|cpdef)[ \t]*+(?:extern[^\n]*+|public[^\n]*+|[^\w\n]*+)?(?<=:)[ \t]*+$"
)
_DECLARATION = re.compile(
    rb"(?P<indent>[ \t]*+)(?:%b\b|cimport\b|from\b[^\n]*?\bcimport\b|include\b|DEF\b|IF\b)" % _KEYWORDS
)
_DECLARED_LINES = re.compile(rb"[ \t]*+(?:#|$)")
# Declarations of C inside these blocks are no statements of Python.
_C_BLOCKS = frozenset({b"struct", b"union", b"enum", b"cppclass", b"fused"})
_LINES_OF_ARGUMENTS = 60


def as_python(source: bytes) -> bytes:
    """Return Python of the same length with the definitions of some Cython."""
    lines = source.split(b"\n")
    rewritten: list[bytes] = []
    block = -1  # the indentation of the block of C declarations that the line is in
    while len(rewritten) < len(lines):
        line = lines[len(rewritten)]
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= block:
            block = -1
        if (found := _TYPE.match(line)) is not None:
            block = indent if found["kind"].split()[0] in _C_BLOCKS else block
            rewritten.append(_as_class(line, found))
        elif (found := _FUNCTION.match(line)) is not None and (block < 0 or found["keyword"] != b"def"):
            rewritten += _as_function(lines[len(rewritten) : len(rewritten) + _LINES_OF_ARGUMENTS], found)
        elif (found := _BLOCK.match(line)) is not None:
            block = indent
            rewritten.append(_replaced(line, indent, b"if 1:"))
        elif block >= 0 or _DECLARATION.match(line):
            rewritten.append(line if _DECLARED_LINES.match(line) else _replaced(line, indent, b"pass"))
        else:
            rewritten.append(line)
    return b"\n".join(rewritten)


def _as_class(line: bytes, found: re.Match[bytes]) -> bytes:
    """Return a line that opens a class of the same name at the same place; a forward declaration is dropped."""
    indent = len(found["indent"])
    if not line.partition(b"#")[0].rstrip().endswith(b":"):
        return _replaced(line, indent, b"pass")
    head = line[:indent] + b"class".ljust(found.start("name") - indent) + found["name"]
    return head + b":".rjust(len(line) - len(head))


def _as_function(lines: list[bytes], found: re.Match[bytes]) -> list[bytes]:
    """Return the lines of a function's head without types; a declaration becomes `_: name( )`."""
    indent, name = found["indent"], found["name"]
    count = _lines_of_head(lines, found.start("arguments"))
    last = lines[count - 1].partition(b"#")[0].rstrip()
    if not last.endswith(b":"):
        if found["keyword"] == b"def":
            return lines[:count]
        declared = indent + b"_:".ljust(found.start("name") - len(indent)) + name + b"("
        if count == 1:
            closing = b")".rjust(len(last) - len(declared)) if len(last) > len(declared) else b""
            return [(declared + closing).ljust(len(lines[0]))]
        middle = (b" " * len(line) for line in lines[1 : count - 1])
        return [declared.ljust(len(lines[0])), *middle, b")".rjust(len(last)).ljust(len(lines[count - 1]))]
    if found["keyword"] == b"def" and not _has_types(lines[:count], found):
        return lines[:count]
    head = indent + b"def".ljust(found.start("name") - len(indent)) + name + b"("
    if count == 1:
        room = len(lines[0]) - len(head)
        return [head + b"):".rjust(room) if room > 1 else lines[0]]
    return [head.ljust(len(lines[0])), *(b" " * len(line) for line in lines[1 : count - 1]), _end(lines[count - 1])]


def _end(line: bytes) -> bytes:
    return b"):".rjust(len(line)) if len(line) > 1 else line


def _has_types(lines: list[bytes], found: re.Match[bytes]) -> bool:
    """Return whether the arguments of a `def` have C types, which Python could not parse."""
    arguments = b" ".join(lines)[found.end() :]
    return (
        re.search(rb"(?:^|,)\s*+(?:const\s++)?[^\W\d][\w.]*+(?:\[[^\]]*\])?\s*+\**+\s++\**+[^\W\d]", arguments)
        is not None
    )


def _lines_of_head(lines: list[bytes], start: int) -> int:
    """Return how many lines the arguments and the rest of a head take."""
    depth = 0
    for number, line in enumerate(lines, 1):
        code = line[start:].partition(b"#")[0]
        depth += code.count(b"(") - code.count(b")")
        start = 0
        if depth <= 0:
            return number
    return 1


def _replaced(line: bytes, indent: int, statement: bytes) -> bytes:
    return (line[:indent] + statement).ljust(len(line)) if len(line) - indent >= len(statement) else line

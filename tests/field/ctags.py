"""Reads the definitions of universal-ctags, without the tags that define nothing a developer would look up.

`server/LANGUAGES.md` lists what is left out of the comparison, and why.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sourcewise.text.lines import split_lines

# The name of each language in ctags, and its kinds for types and for what can be called.
LANGUAGES = {
    "c": ("C", "fsugt"),
    "cpp": ("C++", "fcsugt"),
    "csharp": ("C#", "cigsm"),
    "cuda": ("CUDA", "fcsugt"),
    "elixir": ("Elixir", "fgdmpycao"),
    "fortran": ("Fortran", "fst"),
    "go": ("Go", "fsit"),
    "java": ("Java", "cgim"),
    "javascript": ("JavaScript", "cfgmGS"),
    "julia": ("Julia", "fst"),
    "kotlin": ("Kotlin", "ciomT"),
    "lua": ("Lua", "f"),
    "objective-c": ("ObjectiveC", "iIPmcf"),
    "ocaml": ("OCaml", "cmMtf"),
    "perl": ("Perl", "s"),
    "php": ("PHP", "cift"),
    "protobuf": ("Protobuf", "mergs"),
    "python": ("Python", "cfm"),
    "r": ("R", "f"),
    "ruby": ("Ruby", "cfmS"),
    "rust": ("Rust", "sigfPt"),
    "bash": ("Sh", "f"),
    "typescript": ("TypeScript", "cfgima"),
}
# Kinds that confirm a definition besides: functions without a body, and variables that hold a function.
_CONFIRMING_KINDS = {
    **dict.fromkeys(("c", "cpp", "cuda"), "p"),
    **dict.fromkeys(("javascript", "typescript"), "Cpv"),
}
# Names that ctags makes up for what has none, and macros that it takes for the functions that they define.
_MADE_UP = re.compile(
    r"!_|__anon|anonymous|anonFunc|(?:TYPED_)?TEST(?:_[FPS])?$|TYPED_TEST_P$|MATCHER_P$", re.IGNORECASE
)
# What a line must contain to define NAME. Each rule states the syntax of the language, which ctags reads only roughly.
_DEFINES = {
    "bash": (r"\bfunction\s+NAME(?![^\s(){])", r"(?<!\S)NAME(?<!=)\s*\(\s*\)"),
    "elixir": (r"(?:\bdef\w*|@\w+)[\s(].*?(?<!\w)NAME(?!\w)",),
    "javascript": (r"(?<![\w$.])NAME(?![\w$]|\s*[.\[])", r"\.NAME\s*=(?!=|\s*(?:null|true|false|[\d\"'\[{]))"),
    "lua": (
        r"\bfunction\s+(?:\w+[.:])*NAME\s*\(",
        r"(?<![\w\]\"'])NAME(?<=\w)\s*=\s*(?:[\w.]+(?:\[\w+\])?\s+or\s+)*\(?function\s*\(",
        r"""\[["']NAME["']\]\s*=\s*function\s*\(""",
    ),
    "typescript": (r"^(?!\s*import\s+type\b).*(?<![\w$])NAME(?![\w$])",),
}
# ctags takes `X.prototype.f` for the definition of a class X, and every object literal for a class.
_DEFINES_CLASS = {
    "javascript": (r"\b(?:class|function)\s+NAME(?![\w$])", r"(?<![\w$])NAME\s*[=:]\s*(?:class|function)\b")
}
# Words that ctags reports as names: of modules in CommonJS, of construct signatures, and of unquoted expressions.
_NO_NAMES = {"elixir": {"unquote"}, "javascript": {"exports"}, "typescript": {"new"}}
# Strings of several lines, and the comments of Lua that are written alike.
_STRINGS = {
    "elixir": re.compile(r"(\"{3}|'{3})$.*?^[ \t]*\1", re.MULTILINE | re.DOTALL),
    "lua": re.compile(r"\[(=*)\[.*?\]\1\]", re.DOTALL),
}
_FILES_A_CALL = 400


class Tag(NamedTuple):
    path: str
    line: int
    name: str


def tags_of_ctags(language: str, paths: list[Path], *, confirming: bool = False) -> set[Tag]:
    """Return the tags of the files of a language that define something.

    Args:
        language: as Sourcewise names it.
        paths: of the files.
        confirming: whether to add tags that may be definitions, such as pure virtual functions and variables.
    """
    found = set()
    for first in range(0, len(paths), _FILES_A_CALL):
        command = [*_command(language, confirming), *map(str, paths[first : first + _FILES_A_CALL])]
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")
        for row in listed.splitlines():
            written, path, line, kind = row.split("\t")[:4]
            tag = Tag(path, int(line.rstrip(';"')), comparable(written))
            if not _MADE_UP.match(written) and _defines(language, kind, tag):
                found.add(tag)
    return found


def comparable(name: str) -> str:
    """Return a name without the spaces, quotes and qualifiers that only one of the programs writes."""
    name = re.sub(r"^operator\s*(?=\W)", "operator", name.strip()).strip("`'\"")
    name = re.sub(r"^[{(,.]+\s*(?=\w)", "", name)
    return re.split(r"::|[.:](?=\w)", name)[-1] if re.match(r"\w", name) else name


def _command(language: str, confirming: bool) -> list[str]:
    name, kinds = LANGUAGES[language]
    kinds += _CONFIRMING_KINDS.get(language, "") if confirming else ""
    known = subprocess.run(["ctags", f"--list-kinds={name}"], capture_output=True, text=True, check=True).stdout
    letters = "".join(letter for letter in kinds if any(row.startswith(letter) for row in known.splitlines()))
    command = ["ctags", "-f", "-", "--sort=no", "--excmd=number", f"--language-force={name}"]
    return [*command, f"--kinds-{name}={letters}", "--fields=k"]


def _defines(language: str, kind: str, tag: Tag) -> bool:
    """Return whether the line of a tag defines its name; languages without a rule trust ctags."""
    rules = (_DEFINES_CLASS if kind == "c" and language in _DEFINES_CLASS else _DEFINES).get(language)
    if rules is None:
        return True
    if tag.name in _NO_NAMES.get(language, ()):
        return False
    if language in _STRINGS and tag.line in _lines_in_strings(language, tag.path):
        return False
    # Where ctags loses its place, it may report a line below the last.
    line = "".join(_lines(tag.path)[tag.line - 1 : tag.line])
    return any(re.search(rule.replace("NAME", re.escape(tag.name)), line) for rule in rules)


@cache
def _lines(path: str) -> list[str]:
    return split_lines(Path(path).read_text(encoding="utf-8", errors="replace"))


@cache
def _lines_in_strings(language: str, path: str) -> frozenset[int]:
    """Return the lines after the first of each string or comment of several lines, such as an example."""
    text, lines = "\n".join(_lines(path)), set[int]()
    for string in _STRINGS[language].finditer(text):
        first = text.count("\n", 0, string.start()) + 1
        lines.update(range(first + 1, first + string.group().count("\n") + 1))
    return frozenset(lines)

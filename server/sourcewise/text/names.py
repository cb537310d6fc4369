"""Defines what a name is in each language: its characters, its marks, and the separators of qualified names.

Ruby has `empty?`, JavaScript `$x` and `#x`, Haskell `insert'`, CSS `a-b`, C++ `operator<<` and `~X`. Chunking, hover,
search and answers all use these definitions, so that a name found by one is the same for the others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Every pattern takes linear time: possessive quantifiers (`++`) never backtrack.
_PLAIN = r"[^\W\d]\w*+"
_DOLLAR = r"(?:[^\W\d]|\$)[\w$]*+"
_PRIMED = r"[^\W\d][\w']*+"
_HYPHENATED = r"[^\W\d](?:\w|-(?![->]))*+"
_LISP = r"(?:[^\W\d]|[*+!?<>=&-](?=[^\W\d]))[\w*+!?<>='&-]*+"
_ASKING = rf"{_PLAIN}(?:[?!](?![=~]))?+"
_IN_BACK_QUOTES = r"`[^`\n]{1,200}`"
_SIGNS = r"!#$%&*+/<=>?@\\^|~:-"
# A single sign is too common to look up wherever it is used.
_OPERATOR = rf"[.{_SIGNS}][.{_SIGNS}]++"
_CPP_OPERATOR = r"\boperator[ \t]?(?:\(\)|\[\]|[-+*/%^&|~!=<>,]{1,3}+)"

_NAMES: dict[str, str] = {
    language: pattern
    for languages, pattern in {
        "bash make": _HYPHENATED,
        "c cpp cuda": rf"{_CPP_OPERATOR}|~?{_PLAIN}",
        "clojure lisp scheme": _LISP,
        "css html": rf"-{{0,2}}{_HYPHENATED}",
        "less scss": rf"(?:[$@%]|-{{1,2}})?+{_HYPHENATED}",
        "elixir": rf"@?{_ASKING}",
        "erlang": r"[^\W\d][\w@]*+",
        "fsharp haskell ocaml ocaml_interface": rf"{_PRIMED}|{_OPERATOR}",
        "groovy java dart": _DOLLAR,
        "javascript typescript tsx svelte vue": rf"#?{_DOLLAR}",
        "julia": rf"@?{_PLAIN}(?:!(?!=))?+",
        "kotlin swift": rf"{_IN_BACK_QUOTES}|{_PLAIN}",
        "nix": r"[^\W\d][\w'-]*+",
        "perl": rf"[$@%&]?{_PLAIN}",
        "php": rf"\$?{_PLAIN}",
        "powershell": rf"\$?{_HYPHENATED}",
        "r": r"(?:[^\W\d]|\.(?![\W\d]))[\w.]*+",
        "ruby": rf"(?:@{{1,2}}|\$)?+{_ASKING}(?:(?<!\?|!)=(?=\())?+",
        "rust": rf"(?:r#)?+{_PLAIN}",
        "scala": rf"{_IN_BACK_QUOTES}|{_DOLLAR}(?:(?<=_)[{_SIGNS}]++)?+|{_OPERATOR}",
    }.items()
    for language in languages.split()
}
_SEPARATORS: dict[str, str] = {
    "clojure": r"[./]",
    "lua": r"[.:]",
    "php": r"::|->|\\|\.",
    "r": r"::|\$|@",
    "ruby": r"\.|::|&\.",
}
_SEPARATOR = r"\.|::|->"

_NAME_IN: dict[str, re.Pattern[str]] = {language: re.compile(pattern) for language, pattern in _NAMES.items()}
_PLAIN_NAME = re.compile(_PLAIN)
_QUALIFIED_IN: dict[str, re.Pattern[str]] = {
    language: re.compile(
        rf"(?:{_NAMES.get(language, _PLAIN)})(?:(?:{_SEPARATORS.get(language, _SEPARATOR)})"
        rf"(?:{_NAMES.get(language, _PLAIN)}))*+"
    )
    for language in _NAMES.keys() | _SEPARATORS.keys()
}
_QUALIFIED_PLAIN = re.compile(rf"{_PLAIN}(?:(?:{_SEPARATOR}){_PLAIN})*+")

# Characters that continue a name to the left and to the right: `insert` does not occur in `insert'`.
_BEFORE: dict[str, str] = {
    **dict.fromkeys(("javascript", "typescript", "tsx", "svelte", "vue"), r"[\w$#]"),
    **dict.fromkeys(("java", "groovy", "dart", "scala", "php", "powershell"), r"[\w$]"),
    **dict.fromkeys(("ruby", "elixir"), r"[\w@$]"),
    **dict.fromkeys(("bash", "css", "scss", "less", "html", "make", "nix"), r"[\w-]"),
    **dict.fromkeys(("clojure", "lisp", "scheme"), r"[\w*+!?<>='&-]"),
}
_AFTER: dict[str, str] = {
    **dict.fromkeys(("javascript", "typescript", "tsx", "svelte", "vue", "java", "groovy", "dart"), r"[\w$]"),
    **dict.fromkeys(("ruby", "elixir"), r"\w|[?!](?![=~])"),
    "julia": r"\w|!(?!=)",
    **dict.fromkeys(("fsharp", "haskell", "ocaml", "ocaml_interface"), r"[\w']"),
    **dict.fromkeys(("bash", "css", "scss", "less", "html", "make", "powershell"), r"[\w-]"),
    **dict.fromkeys(("clojure", "lisp", "scheme"), r"[\w*+!?<>='&-]"),
    "nix": r"[\w'-]",
}

# A name in text whose language is unknown, such as an answer: the marks of all languages together.
_SELECTOR = rf"(?:{_PLAIN}:(?!:)){{2,12}}+(?!\w)"
_MARKED = r"(?:r#|@{1,2}|[$#~])?+[^\W\d](?:[\w$']|-(?![->])(?=[^\W\d]))*+(?:[?!](?![=~])|=(?=`|$))?+"
_ANY = rf"(?:{_CPP_OPERATOR}|{_SELECTOR}|{_MARKED})"
ANY_QUALIFIED_NAME = rf"{_ANY}(?:(?:\.|::|->|\\|#|:){_ANY})*+"
"""A pattern for a qualified name of any language."""
_SPLIT = re.compile(r"::|->|\.|\\|(?<=[\w?!'])(?<!\br)#(?=[^\W\d])|(?<=\w):(?=[^\W\d])")
_OPERATOR_AT_END = re.compile(r"((?:[^\W\d][\w']*+(?:\.|::))*+)([^\w\s]++|operator\W.*)", re.DOTALL)
_SELECTOR_PART = re.compile(r"[^\W\d]\w*+:?+|[()\[\]{};]")
_QUOTES = frozenset({'""', "''", "``"})
# Marks around the word of a name.
_MARKS = "$@#~%&?!=`'-"


def canonical_name(written: str) -> str:
    """Return a name as it is compared: on one line, without quotes around it or parentheses around an operator."""
    name = " ".join(written.split())
    if len(name) > 2 and name[0] + name[-1] in _QUOTES:
        name = name[1:-1]
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip() or name
    if name.startswith("operator "):
        return name.partition("(")[0].rstrip() if name[9:10].isalpha() else name.replace(" ", "", 1)
    return name


def name_parts(qualified: str) -> list[str]:
    """Return the parts of a qualified name, outermost first: `Store::load?` gives `Store` and `load?`.

    A selector of Objective-C, such as `setX:y:`, is one part.
    """
    operator = _OPERATOR_AT_END.fullmatch(qualified)
    if operator:
        return [*_SPLIT.split(operator[1])[:-1], operator[2]]
    if qualified.endswith(":"):
        around, _, selector = qualified.rpartition(".")
        return [*name_parts(around), selector] if around and " " not in qualified else [qualified]
    return _SPLIT.split(qualified)


def last_part(qualified: str) -> str:
    """Return the name itself, without the names that qualify it."""
    return name_parts(qualified)[-1]


def names_in(text: str, language: str) -> Iterator[str]:
    """Yield the single names of some code, with their marks."""
    return (found.group() for found in _NAME_IN.get(language, _PLAIN_NAME).finditer(text))


def names_at(line: str, at: int, language: str) -> tuple[str, ...]:
    """Return the name at a position, the most qualified first: `store.load`, `load`; empty if there is none.

    A name with marks is followed by the name without them: `$total` by `total`, because its definition may have none.

    Args:
        line: its text.
        at: a position between the characters of the line.
        language: of the code.
    """
    for qualified in _QUALIFIED_IN.get(language, _QUALIFIED_PLAIN).finditer(line):
        spans = list(_spans(qualified, language)) if qualified.start() <= at <= qualified.end() else []
        for number, (first, end) in enumerate(spans, 1):
            if first <= at <= end:
                names = [canonical_name(line[start:end]) for start, _ in spans[:number]]
                selector = [_selector(line[first:])] if language == "objective-c" else []
                return tuple(dict.fromkeys([*selector, *names, *_without_marks(names[-1])]))
    return ()


def _selector(code: str) -> str:
    """Return the selector of the message or method that begins some code: `setX:1 y:2]` gives `setX:y:`."""
    keywords, depth = "", 0
    for found in _SELECTOR_PART.finditer(code):
        depth += found.group() in "([{"
        depth -= found.group() in ")]}"
        if depth < 0 or found.group() in ";{":
            break
        keywords += found.group() if depth == 0 and found.group().endswith(":") else ""
    return keywords or code[: len(re.match(r"\w*+", code)[0])]  # type: ignore[index]  # it matches any text


def _spans(qualified: re.Match[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield where the single names of a qualified one begin and end."""
    # An end position for the search would hide the next character from the patterns, which look ahead.
    for found in _NAME_IN.get(language, _PLAIN_NAME).finditer(qualified.string, qualified.start()):
        if found.end() > qualified.end():
            return
        yield found.span()


@lru_cache(maxsize=1024)
def occurrences(name: str, language: str) -> re.Pattern[str]:
    """Return a pattern that finds a name as a whole in code of a language."""
    if name.endswith(":"):
        name = name[: name.index(":") + 1]
    if not re.search(r"\w", name):
        return re.compile(rf"(?<![{_SIGNS}]){re.escape(name)}(?![{_SIGNS}])")
    before = _BEFORE.get(language, r"\w")
    after = rf"[{_SIGNS}]" if re.search(r"[^\w?!'=]$", name) else _AFTER.get(language, r"\w")
    return re.compile(rf"(?<!{before}){re.escape(name)}(?!{after})")


def called_names(code: str, language: str) -> Iterator[str]:
    """Yield the names before parentheses in some code, without repetition.

    Methods of the result of another call are left out.
    """
    names: dict[str, None] = {}
    for qualified in _QUALIFIED_IN.get(language, _QUALIFIED_PLAIN).finditer(code):
        before = code[max(qualified.start() - 1, 0) : qualified.start()]
        if code.startswith(("(", "!("), qualified.end()) and before != "." and not before.isalnum():
            *_, (start, end) = _spans(qualified, language)
            names[canonical_name(code[start:end])] = None
    yield from names


def _without_marks(name: str) -> list[str]:
    bare = name.removeprefix("r#").strip(_MARKS)
    return [bare] if re.search(r"\w", bare) and not name.startswith("operator") else []

"""The table in `server/LANGUAGES.md` agrees with the code."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from sourcewise.chunking import headings, syntax
from sourcewise.chunking.dialects import COMPONENTS, PARSED_LANGUAGES
from sourcewise.chunking.grammars import LANGUAGES_WITH_GRAMMAR
from sourcewise.text import languages

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "server" / "LANGUAGES.md").read_text(encoding="utf-8")
CAPTURE = re.compile(r"@([a-z][a-z_.]*)")
OTHER_CAPTURES = {"name", "path", "parent", "selector", "body", "end", "wrapper", "attribute", "comment", "doc"}
HEAD = ["| language | files | definitions | named blocks | chunk boundaries |", "| --- | --- | --- | --- | --- |"]


def captures_of(language: str) -> set[str]:
    if language in COMPONENTS:
        language = "typescript"
    folder = files("sourcewise.chunking") / "queries"
    queries = [folder / f"{name}.scm" for name in syntax._QUERY_FILES.get(language, (language,))]
    lines = [line for query in queries if query.is_file() for line in query.read_text(encoding="utf-8").splitlines()]
    return set(CAPTURE.findall("\n".join(line for line in lines if not line.lstrip().startswith(";"))))


def as_code(words: set[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words))


def files_of(language: str) -> str:
    suffixes = {f".{suffix}" for suffix, each in languages._SUFFIXES.items() if each == language}
    names = {name for name, each in languages._FILE_NAMES.items() if each == language}
    if language in ("c", "cpp"):
        suffixes.add(".h")
    return as_code(suffixes | names)


def boundaries_of(language: str) -> str:
    if language in headings._FINDERS:
        return "headings, syntax" if language in LANGUAGES_WITH_GRAMMAR else "headings"
    return "syntax" if language in PARSED_LANGUAGES else "indentation"


def row_of(language: str) -> str:
    kinds = {kind.removeprefix("inline.") for kind in captures_of(language) - OTHER_CAPTURES}
    blocks = {kind.removeprefix("scope.") for kind in kinds if kind.startswith("scope.")}
    definitions = {kind for kind in kinds if not kind.startswith("scope.")}
    if language in headings._FINDERS:
        definitions = {"section"}
    cells = [f"`{language}`", files_of(language), as_code(definitions), as_code(blocks), boundaries_of(language)]
    return f"| {' | '.join(cell or '-' for cell in cells)} |"


def table() -> str:
    known = {*languages._SUFFIXES.values(), *languages._FILE_NAMES.values()}
    return "\n".join([*HEAD, *map(row_of, sorted(known))])


def test_every_language_has_its_row() -> None:
    assert table() in PAGE, f"Put this table into server/LANGUAGES.md:\n{table()}"


def test_the_interpreters_of_scripts_are_listed() -> None:
    assert as_code(set(languages._INTERPRETERS)) in PAGE, as_code(set(languages._INTERPRETERS))


@pytest.mark.parametrize("language", sorted(LANGUAGES_WITH_GRAMMAR))
def test_every_query_except_json_captures_comments_or_docstrings(language: str) -> None:
    captures = captures_of(language)
    if captures:
        assert bool(captures & {"comment", "doc"}) == (language != "json")

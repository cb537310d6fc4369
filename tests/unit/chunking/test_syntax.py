"""Compares the outline of one small file of each language with a reviewed outline.

`SOURCEWISE_ACCEPT=1 pytest tests/unit/chunking/test_syntax.py` updates `data/chunker/outlines`; review the changes.
"""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sourcewise.chunking import parsing
from sourcewise.chunking.headings import section_outline
from sourcewise.chunking.outline import NEVER, Region
from sourcewise.chunking.syntax import Syntax, has_parser
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from sourcewise.domain.code import Definition

FOLDER = Path(__file__).parents[1] / "data" / "chunker"
SAMPLES = sorted(FOLDER.glob("*.*"))


def outline_of(text: str, path: str) -> Region:
    language, lines = language_of(path, text), split_lines(text)
    parsed = Syntax.of(language, lines)
    if parsed is None or language == "markdown":
        return section_outline(language, lines)
    return parsed.outline()


def definition_of(text: str, path: str) -> Definition:
    return next(region.definition for region in outline_of(text, path).walk() if region.listed)


def _described(region: Region) -> str:
    found = region.definition
    span = f"{found.first_line}-{found.last_line}"
    name = found.qualified_name if region.listed else f"({found.qualified_name})"
    said = f"  # {found.docstring.splitlines()[0]}" if found.docstring else ""
    return f"{span:>6} {found.kind:<11} {name:<32} {found.signature}{said}"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_outline(path: Path) -> None:
    described = [_described(region) for region in outline_of(path.read_text(encoding="utf-8"), path.name).walk()]
    golden = FOLDER / "outlines" / f"{path.name}.txt"
    if os.environ.get("SOURCEWISE_ACCEPT"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text("\n".join(described) + "\n", encoding="utf-8")
    assert "\n".join(described) + "\n" == golden.read_text(encoding="utf-8")


def test_a_signature_is_one_line_without_comments_and_body() -> None:
    text = "function load(\n  a: string, // the first\n  /* and */ b = { x: 1 },\n): Promise<void> {\n  return a;\n}\n"
    assert definition_of(text, "x.ts").signature == "function load( a: string, b = { x: 1 }, ): Promise<void>"


def test_a_signature_is_at_most_300_characters() -> None:
    text = f"def load({', '.join(f'argument_{n}' for n in range(100))}):\n    pass\n"
    assert 290 <= len(definition_of(text, "x.py").signature) <= 300


def test_a_docstring_loses_its_markers_and_indentation() -> None:
    text = "class A:\n    def f(self):\n        r'''First.\n\n            More.\n        Most.\n        '''\n"
    found = [region.definition.docstring for region in outline_of(text, "x.py").walk()]
    assert found == ["", "First.\n\n    More.\nMost."]
    assert definition_of("/**\n * Loads.\n *\n * @param a x\n */\nfunction f(a) {}\n", "x.js").docstring == (
        "Loads.\n\n@param a x"
    )


def test_a_comment_above_a_blank_line_does_not_belong_to_the_definition() -> None:
    found = outline_of("# About the file.\n\ndef f():\n    pass\n", "x.py").children[0]
    assert (found.first_line, found.definition.docstring) == (3, "")


def test_a_trailing_comment_on_the_line_above_does_not_belong_to_the_definition() -> None:
    found = outline_of("x = 1  # one\ndef f():\n    pass\n", "x.py").children[0]
    assert (found.first_line, found.definition.docstring) == (2, "")


def test_cutting_at_a_statement_costs_less_than_inside_it() -> None:
    text = "def f():\n    a()\n    if a:\n        b(\n            c)\n    # about d\n    d()\n"
    parsed = Syntax.of("python", split_lines(text))
    assert parsed is not None
    costs = parsed.cut_costs()
    assert costs[0] < costs[1] == costs[2] == costs[5] < costs[3] < costs[4]
    assert costs[6] >= NEVER  # a comment stays with the next line


def test_anonymous_functions_and_test_blocks_are_not_definitions() -> None:
    text = 'describe("a", () => { it("b", function () {}); });\nitems.map((x) => x);\n'
    assert [region for region in outline_of(text, "x.ts").walk() if region.listed] == []


def test_parsing_stops_at_its_time_limit(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(parsing, "_PARSE_SECONDS", 0.2)
    lines = [f"2024-01-01 12:00 [INFO] worker-{n}: request (id={n}) took {n}ms {{'a': {n}}}" for n in range(600)]
    assert Syntax.of("lua", lines) is None
    assert "takes too long to parse as lua" in caplog.text


def test_parsing_keeps_no_memory_of_a_file() -> None:
    lines = [f"name_{n} = {n}" for n in range(10_000)]
    Syntax.of("python", lines)  # loads the grammar, which stays in memory
    tracemalloc.start()
    try:
        for _ in range(10):
            Syntax.of("python", lines)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < len("".join(lines))


@pytest.mark.parametrize(("language", "parsed"), [("python", True), ("cython", True), ("vue", True), ("text", False)])
def test_a_dialect_and_a_component_are_parsed_with_the_grammar_of_their_language(language: str, parsed: bool) -> None:
    assert has_parser(language) is parsed

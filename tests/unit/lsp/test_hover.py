"""The content of a hover, with text from a hostile workspace too; and the name at a column of a line."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from markdown_it import MarkdownIt

from sourcewise.domain.code import Chunk, Definition
from sourcewise.lsp import markdown
from sourcewise.lsp.documents import names_at, selected_in, untitled_name
from sourcewise.lsp.hover import Findings, render
from sourcewise.retrieval.symbol_index import Reference, References
from sourcewise.storage.definition_index import DefinitionPlace

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPLAIN = "command:sourcewise.explain?%5B%5D"
HOSTILE = [
    "](command:workbench.action.terminal.new)",
    "[click](https://example.org)",
    "![](https://example.org/pixel.png)",
    "<script>alert(1)</script><img src=x>",
    "https://example.org/a www.example.org a@example.org",
    "```\n[x](command:y)\n```",
    "`` ` ``",
    "\x1b[31mred\x1b[0m",
    "\u202egnirts desrever\u2066",
    "a\u200bb\ufeffc",
    "$(gear) &lt;b&gt; &#x5b;",
    "# heading\n- list\n> quote\n    code\n===",
    "| a |\n| - |\n| b |",
    "line\r\nend\\",
    "*bold* _it_ ~~no~~ __yes__",
]


class Rendered(HTMLParser):
    """The links, tags and text of rendered Markdown."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        parser.validateLink = lambda url: True  # type: ignore[method-assign]  # allow more than any editor does
        self.feed(parser.render(source))

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def uri_of(path: str) -> str:
    return f"file:///work/{quote(path)}"


def place(path: str, **more: object) -> DefinitionPlace:
    values = {"name": "load", "kind": "function", "first_line": 3, "last_line": 9, **more}
    return DefinitionPlace("id", path, Definition(**values))  # type: ignore[arg-type]


def use(path: str, line: int, symbol: str = "") -> Reference:
    return Reference(Chunk("id", path, 1, 90, "…", "python"), line, symbol)


def test_the_parts_are_in_order() -> None:
    definition = place("store.py", signature="def load(key)", docstring="Read one.\n\nLong story.")
    findings = Findings(
        "load", [definition], References((use("a.py", 4, "main"), use("b.py", 7))), [(use("c.py", 1).chunk, 0.7)]
    )
    rendered = Rendered(render(findings, uri_of, EXPLAIN))
    words = ["def load(key)", "function load", "Read one.", "Defined at store.py:3", "Used in 2 places: main · b.py:7"]
    places = [rendered.text.index(word) for word in [*words, "Similar code: c.py", "Explain"]]
    assert places == sorted(places)
    assert "Long story" not in rendered.text
    assert rendered.links == [
        "file:///work/store.py#L3-L9",
        "file:///work/a.py#L4",
        "file:///work/b.py#L7",
        "file:///work/c.py#L1-L90",
        EXPLAIN,
    ]


def test_long_lists_are_cut_and_the_rest_is_counted() -> None:
    uses = References(tuple(use("a.py", n, f"f{n}") for n in range(1, 10)), truncated=True)
    text = Rendered(render(Findings("load", [place(f"{n}.py") for n in range(5)], uses), uri_of, EXPLAIN)).text
    assert "0.py:3 · 1.py:3 · 2.py:3 · 2 more" in text
    assert "Used in at least 9 places: f1 · f2 · f3 · f4 · f5 · 4 more" in text


def test_missing_parts_are_omitted() -> None:
    text = Rendered(render(Findings("load", [place("a.py")]), uri_of, EXPLAIN)).text
    assert "Defined at" in text
    assert "Used" not in text
    assert "No references" not in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_rendered_as_text(text: str) -> None:
    path = text.replace("/", "")
    definition = place(path, name=text, kind=text, signature=text, docstring=text, parents=(text,))
    source = render(Findings("load", [definition], References((use(path, 1, text),)), []), uri_of, EXPLAIN)
    rendered = Rendered(source)
    allowed = {f"{uri_of(path)}#L3-L9", f"{uri_of(path)}#L1", EXPLAIN}
    assert set(rendered.links) == allowed
    assert set(rendered.tags) <= {"p", "pre", "code", "a", "br"}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", source)


@pytest.mark.parametrize("text", ["a_b", "x*y*z", "1. one", "a\\b", "<T>", "ünï", "日本"])
def test_harmless_text_is_unchanged(text: str) -> None:
    for source in (markdown.prose(text), markdown.code(text), markdown.code_block(text, "python")):
        assert Rendered(source).text.strip() == text


@pytest.mark.parametrize(
    ("line", "units", "names"),
    [
        ("x = store.load(key)", 11, ("store.load", "load")),
        ("x = store.load(key)", 5, ("store",)),
        ("std::io::read()", 9, ("std::io::read", "io::read", "read")),
        ("load", 0, ("load",)),
        ("load", 4, ("load",)),
        ("s = '\U0001d4b3\U0001d4b3' + load()", 14, ("load",)),
        ("größe = 1", 3, ("größe",)),
        ("x = 42", 5, ()),
        ("    ", 2, ()),
        ("load", 99, ("load",)),
    ],
)
def test_columns_of_names_are_in_utf_16_units(line: str, units: int, names: tuple[str, ...]) -> None:
    assert names_at(line, units, "python") == names


def test_columns_of_selections_are_in_utf_16_units() -> None:
    assert selected_in("\U0001d4b3 = load", 5, 9) == "load"


@pytest.mark.parametrize(
    ("uri", "name"),
    [("untitled:Untitled-1", "Untitled-1"), ("untitled:/home/x/new%20one.py", "new one.py"), ("file:///a.py", None)],
)
def test_a_document_that_was_never_saved_has_a_name(uri: str, name: str | None) -> None:
    assert untitled_name(uri) == name

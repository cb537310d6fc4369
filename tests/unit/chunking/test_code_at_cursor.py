"""The code at a location in a document."""

from __future__ import annotations

from sourcewise.chunking.code_at_cursor import Document, Excerpts

CODE = '''import os


class Store:
    """Keeps things."""

    def load(self, key):
        """Read one."""
        path = self.path(key)
        return path.read_text()

    def path(self, key):
        return os.path.join("x", key)


def load(key):
    return Store().load(key)
'''
EXCERPTS = Excerpts(Document("store.py", CODE))


def test_an_excerpt_of_lines_excludes_blank_lines_around_it() -> None:
    excerpt = EXCERPTS.lines(11, 14)
    assert excerpt is not None
    assert (excerpt.first_line, excerpt.last_line) == (12, 13)
    assert (excerpt.symbol, excerpt.kind, excerpt.language) == ("Store.path", "method", "python")
    assert [definition.name for definition in excerpt.definitions] == ["path"]


def test_a_part_of_a_definition_has_the_name_of_the_definition() -> None:
    excerpt = EXCERPTS.lines(9, 9)
    assert excerpt is not None
    assert excerpt.text == "        path = self.path(key)"
    assert (excerpt.symbol, excerpt.definitions) == ("Store.load", ())


def test_several_definitions_have_the_name_of_the_enclosing_definition() -> None:
    excerpt = EXCERPTS.lines(7, 13)
    assert excerpt is not None
    assert [definition.name for definition in excerpt.definitions] == ["load", "path"]
    assert excerpt.symbol == "Store"


def test_the_nearest_of_several_definitions_with_one_name_is_found() -> None:
    excerpt = EXCERPTS.named("load", 17)
    assert excerpt is not None
    assert excerpt.text == "def load(key):\n    return Store().load(key)"
    assert EXCERPTS.named("save", 1) is None


def test_the_innermost_definition_encloses_a_line() -> None:
    enclosing = EXCERPTS.enclosing(10)
    assert enclosing is not None
    assert (enclosing.symbol, enclosing.first_line, enclosing.last_line) == ("Store.load", 7, 10)


def test_a_line_outside_definitions_is_shown_with_its_chunk() -> None:
    enclosing = EXCERPTS.enclosing(1)
    assert enclosing is not None
    assert "import os" in enclosing.text


def test_missing_code_gives_none() -> None:
    assert EXCERPTS.lines(2, 3) is None
    assert EXCERPTS.lines(90, 99) is None
    assert EXCERPTS.enclosing(99) is None
    assert Excerpts(Document("empty.py", "")).enclosing(1) is None


def test_the_editor_determines_the_language_if_the_name_does_not() -> None:
    excerpt = Excerpts(Document("Untitled-1", "def f():\n    pass\n", "python")).enclosing(2)
    assert excerpt is not None
    assert (excerpt.symbol, excerpt.language) == ("f", "python")


def test_a_form_feed_does_not_end_a_line() -> None:
    excerpt = Excerpts(Document("a.py", "x = 1\n\x0c\ndef f():\n    pass\n")).named("f", 1)
    assert excerpt is not None
    assert excerpt.first_line == 3

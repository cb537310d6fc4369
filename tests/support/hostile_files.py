"""Files that are crafted to crash a grammar or to take quadratic time."""

from __future__ import annotations

SIZE = 200_000
"""The length of most of them, in characters: enough for a quadratic algorithm to take minutes."""


def filled(text: str, end: str = "") -> str:
    """Return the text repeated up to `SIZE`."""
    return text * (SIZE // len(text)) + end


DEEP_YAML = "".join(f"{' ' * level}k{level}:\n" for level in range(300))

HOSTILE = {
    "heading.md": "# a" + " " * (SIZE - 10) + "b\n",
    "headings.md": filled("# a\n"),
    "images.md": "# " + filled("![", "\n"),
    "links.md": "# " + filled("[](", "\n"),
    "many_links.md": filled(f"# {'[' * 2000}\n"),
    "quotes.md": ">" * 50_000 + " a\n",
    "lists.md": filled("- " * 500 + "a\n"),
    "rule.rst": filled("=", "x\n"),
    "title.adoc": "= a" + " " * (SIZE - 10) + "b\n",
    "deep.yaml": DEEP_YAML,
    "arrays.json": "[" * 100_000,
    "objects.json": filled('{"a":'),
    "tags.html": filled("<div>"),
    "templates.cpp": filled("template<"),
    "types.cpp": "int x = " + filled("a<"),
    "parentheses.py": "x = " + "(" * 10_000 + "1" + ")" * 10_000 + "\n",
    "functions.py": filled("def f(): pass\n"),
    "docstring.py": 'def f():\n    """' + filled(" "),
    "signature.py": "def f(a=" + "(" * 2000 + "1" + ")" * 2000 + "):\n    pass\n",
    "heredocs.sh": filled("cat <<A\n"),
    "classes.java": filled("class A {"),
    "comments.c": filled("/**/", "\nint x;\n"),
    "comment.c": "/*" + " " * (SIZE - 20) + "x*/\nint f() {}\n",
    "stars.c": filled(f"/*{'*' * 2000}x */\nint f() {{ return 1; }}\n"),
    "blank.h": "\n" * (SIZE - 10) + "int x;\n",
    "braces.js": filled("{\n"),
    "definitions.js": filled("function f(){}"),
    "string.js": 'x = "' + filled("a"),
    "strings.rb": filled("<<~A\n"),
    "blocks.hs": filled("{-"),
    "lets.hs": filled("let\n "),
    "scanner.pl": filled("q{"),
    "noise.pl": filled("s/{[(<"),
    "literals.rs": filled('r#"'),
    "nested.scala": filled("/*"),
    "interpolated.swift": filled('"\\('),
    "calls.ex": filled("do "),
    "text.txt": filled("a\n"),
}
"""File names and their texts."""

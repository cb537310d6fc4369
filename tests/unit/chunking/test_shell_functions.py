"""Functions of shell scripts that the grammar of Bash cannot parse."""

from __future__ import annotations

import pytest

from sourcewise.chunking.page import Page
from sourcewise.chunking.shell_functions import shell_functions
from sourcewise.domain.code import Definition
from sourcewise.text.lines import split_lines

# The expansion flags `(f)` are Zsh.
ZSH = """\
for each in ${(f)"$(list)"}; do print -- $each; done
# Prints a line.
say() {
  if true; then
    print -- ${(q)1}
  fi
}
function add-hook
{
  inner() { print }
  hooks+=($1)
}
"""


def functions_of(text: str) -> list[tuple[str, int, int]]:
    found = sorted(shell_functions(split_lines(text)), key=lambda function: function.first_line)
    return [(function.name, function.first_line, function.last_line) for function in found]


def test_a_script_of_zsh_has_its_functions() -> None:
    regions = Page("bash", split_lines(ZSH)).outline().walk()
    found = {region.definition.name: region.definition for region in regions if region.listed}
    assert found.keys() == {"say", "add-hook", "inner"}
    assert found["say"] == Definition("say", "function", 3, 7, signature="say()", docstring="Prints a line.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a() {\n  b\n}\n", [("a", 1, 3)]),
        ("a() { b; }\n", [("a", 1, 1)]),
        ("a ()\n(\n  b\n)\n", [("a", 1, 4)]),
        ("function a {\n}\n", [("a", 1, 2)]),
        ("function a() { # why\n}\n", [("a", 1, 2)]),
        ("a() {\n  b() {\n  }\n}\n", [("a", 1, 4), ("b", 2, 3)]),
        ("a() {\n  cat <<'EOF'\nb() {\n}\nEOF\n}\n", [("a", 1, 6)]),
        ("x=$((1 << y))\na() {\n}\n", [("a", 2, 3)]),
        ("a() {\n", []),
        ("a()\nb\n", []),
        ("a=()\n", []),
        ("# a() {\n}\n", []),
        ("call a() {\n}\n", []),
    ],
)
def test_a_function_ends_at_the_closing_brace_of_its_indentation(text: str, found: list[tuple[str, int, int]]) -> None:
    assert functions_of(text) == found


def test_many_functions_take_linear_time() -> None:
    assert len(functions_of("a() {\n" * 50_000 + "}\n")) == 50_000

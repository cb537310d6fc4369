"""The generated parts of `server/LANGUAGES.md`."""

from __future__ import annotations

from pathlib import Path

import pytest

from generation.languages_page import captures_of, languages_document
from sourcewise.chunking.grammars import LANGUAGES_WITH_GRAMMAR

PAGE = (Path(__file__).parents[2] / "server" / "LANGUAGES.md").read_text(encoding="utf-8")


def test_stale_parts_are_replaced_and_the_text_around_them_stays() -> None:
    assert "| `lua` | `.lua` | `constant`, `function` | - | syntax |" in PAGE
    stale = PAGE.replace("| `lua` | `.lua` |", "| `lua` | `.old` |").replace("`luajit`, ", "")
    assert stale != PAGE
    assert languages_document(stale) == PAGE


def test_a_page_without_the_marks_of_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="interpreters"):
        languages_document(PAGE.replace("npm run generate`: interpreters", ""))


@pytest.mark.parametrize("language", sorted(LANGUAGES_WITH_GRAMMAR))
def test_every_query_except_json_captures_comments_or_docstrings(language: str) -> None:
    captures = captures_of(language)
    if captures:
        assert bool(captures & {"comment", "doc"}) == (language != "json")

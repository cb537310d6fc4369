"""The shortening of a source to fit its share of the prompt."""

from __future__ import annotations

from sourcewise.answering.context_budget import snippet_within
from sourcewise.domain.answer import Source
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage
from sourcewise.text.tokens import estimate_tokens

TEXT = "def walk(tree):\n" + "\n".join(f"    step_{n}(tree)" for n in range(400)) + "\n    retry(tree)\n    return tree"
SOURCE = Source(1, Passage(Chunk("id", "walk.py", 1, 403, TEXT, "python"), 1, 1.0), "")


def test_a_source_that_fits_is_complete() -> None:
    snippet, complete = snippet_within(SOURCE, frozenset({"retry"}), 100_000)
    assert complete
    assert "…" not in snippet
    assert "403      return tree" in snippet


def test_a_long_source_keeps_its_head_and_the_lines_with_most_query_terms_within_the_budget() -> None:
    snippet, complete = snippet_within(SOURCE, frozenset({"retry"}), 200)
    assert not complete
    lines = snippet.splitlines()
    assert lines[1:3] == ["1  def walk(tree):", "…"]
    assert "402      retry(tree)" in lines
    assert estimate_tokens(snippet) <= 200


def test_without_a_matching_line_the_first_lines_are_kept() -> None:
    lines = snippet_within(SOURCE, frozenset({"absent"}), 200)[0].splitlines()
    assert lines[1:3] == ["1  def walk(tree):", "2      step_0(tree)"]
    assert lines[-1] == "…"

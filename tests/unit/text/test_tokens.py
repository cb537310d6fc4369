from __future__ import annotations

from pathlib import Path

import pytest

from sourcewise.text.tokens import estimate_tokens


def test_words_numbers_and_punctuation_are_counted() -> None:
    assert estimate_tokens("") == 0
    assert estimate_tokens("def f(x):\n    return x + 100\n") == 11


def test_a_line_without_spaces_has_many_tokens() -> None:
    assert estimate_tokens("a" * 1000) == 200
    assert estimate_tokens("字" * 1000) == 1000


def test_the_estimates_of_lines_add_up() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert estimate_tokens(text) == sum(map(estimate_tokens, text.split("\n")))


@pytest.mark.parametrize("size", [10, 100])
def test_the_estimate_is_within_the_range_of_code_tokenizers(size: int) -> None:
    code = "    result = self._client.fetch_user(user_id, timeout=30)\n" * size
    assert 14 * size <= estimate_tokens(code) <= 24 * size

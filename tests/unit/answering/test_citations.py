"""Checking an answer against its sources and the files."""

from __future__ import annotations

import pytest

from sourcewise.answering.citations import CheckedText, check
from sourcewise.domain.answer import Citation, CitationState, Source
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage

FILES = {"auth.py": "import os\n\ndef login(user):\n    return sign(user)\n", "gone.py": None, "b.py": "changed\n"}
DEFINITIONS = {"login": "auth.py:3"}


def source(number: int, path: str, first: int, text: str) -> Source:
    last = first + text.count("\n")
    return Source(number, Passage(Chunk(str(number), path, first, last, text, "python"), number, 1.0), "")


SOURCES = [
    source(1, "auth.py", 3, "def login(user):\n    return sign(user)"),
    source(2, "gone.py", 1, "x = 1"),
    source(3, "b.py", 1, "before"),
]


def checked(text: str) -> CheckedText:
    return check(text, SOURCES, FILES.get, DEFINITIONS.get)


def test_a_valid_citation_stays_and_is_current() -> None:
    result = checked("It signs the user [1].")
    assert result.text == "It signs the user [1]."
    assert result.citations == (Citation(1, CitationState.CURRENT),)


def test_a_citation_without_a_source_is_removed() -> None:
    result = checked("It signs [9]. And more [1, 7].")
    assert result.text == "It signs. And more [1]."
    assert result.struck == (7, 9)


def test_changed_and_missing_files_are_distinguished() -> None:
    assert checked("See [2] and [3].").citations == (
        Citation(2, CitationState.GONE),
        Citation(3, CitationState.CHANGED),
    )


def test_a_line_number_in_exactly_one_source_cites_that_source() -> None:
    far = source(1, "auth.py", 232, "x = 1\ny = 2")
    near = source(2, "b.py", 500, "z = 3")
    twin = source(3, "c.py", 500, "z = 4")
    result = check("so [233], so [500].", [far, near, twin], FILES.get, DEFINITIONS.get)
    assert (result.text, result.struck) == ("so [1], so.", (500,))


@pytest.mark.parametrize(
    ("written", "normalized"),
    [
        ("so [Snippet 1].", "so [1]."),
        ("so [Code Snippet 1].", "so [1]."),
        ("so [source 1, 3].", "so [1][3]."),
        ("so [1][3].", "so [1][3]."),
        ("so [1 and 3].", "so [1][3]."),
    ],
)
def test_spellings_of_a_citation_are_normalized(written: str, normalized: str) -> None:
    assert checked(written).text == normalized


@pytest.mark.parametrize(
    "text", ["`rows[0]`", "```\nrows[0] = [9]\n```", "rows[0] is first", "[1](http://x)", "a `[9]` b"]
)
def test_code_and_links_are_not_changed(text: str) -> None:
    result = checked(text)
    assert (result.text, result.struck, result.citations) == (text, (), ())


def test_blank_lines_at_the_end_of_a_source_do_not_count_as_changed() -> None:
    blank = source(1, "auth.py", 1, "import os\n")
    assert check("[1]", [blank], FILES.get, DEFINITIONS.get).citations == (Citation(1, CitationState.CURRENT),)


def test_an_unfinished_fence_is_code_to_the_end() -> None:
    assert checked("Like so:\n```python\nx[9]").text == "Like so:\n```python\nx[9]"

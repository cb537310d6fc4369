"""The prompt: format, numbering, budget and excerpts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcewise.answering.prompt import EXPLAIN, as_sources, build_prompt
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage
from sourcewise.errors import QuestionError
from sourcewise.text.tokens import estimate_tokens


def passage(rank: int, text: str, path: str = "auth.py", first_line: int = 12) -> Passage:
    last = first_line + text.count("\n")
    return Passage(Chunk(f"id{rank}", path, first_line, last, text, "python"), rank, 1.0)


LOGIN = "def login(user):\n    token = make_token(user)\n    return token"
LONG = "def walk(tree):\n" + "\n".join(f"    step_{n}(tree)" for n in range(400)) + "\n    retry(tree)\n    return tree"


def scored(*scores: float) -> list[Passage]:
    return [replace(passage(n, LOGIN, f"{n}.py"), score=score) for n, score in enumerate(scores, 1)]


@pytest.mark.parametrize(
    ("scores", "matches"),
    [
        ((8.0, 6.0, 2.0), [1.0, 0.75, 0.25]),
        ((6.0, 0.0, -2.0), [1.0, 0.25, 0.01]),
        ((-1.0, -3.0), [1.0, 0.01]),
        ((0.0, 0.0), [1.0, 1.0]),
        ((4.0, 2.0, 3.0), [1.0, 0.5, 0.5]),
        ((), []),
    ],
)
def test_the_match_is_a_share_of_the_best_and_never_rises(scores: tuple[float, ...], matches: list[float]) -> None:
    assert [source.match for source in as_sources(scored(*scores))] == matches


def test_each_snippet_has_its_location_and_line_numbers() -> None:
    prompt = build_prompt("How does login work?", as_sources([passage(1, LOGIN)]), 1000)
    assert "### Code Snippet 1 (from auth.py:12-14):\n12  def login(user):\n13      token" in prompt.user
    assert "How does login work?" in prompt.user
    assert prompt.sources[0].truncated is False


def test_snippets_are_in_rank_order_before_the_question() -> None:
    prompt = build_prompt("Why?", as_sources([passage(1, LOGIN), passage(2, LOGIN, "b.py")]), 1000)
    places = [prompt.user.index(part) for part in ("Snippet 1", "Snippet 2", "### Question")]
    assert places == sorted(places)


def test_a_long_source_keeps_its_first_line_and_the_lines_with_words_of_the_question() -> None:
    prompt = build_prompt("Where does it retry?", as_sources([passage(1, LONG, first_line=1)]), 500)
    lines = prompt.user.splitlines()
    assert "1  def walk(tree):" in lines
    assert "402      retry(tree)" in lines
    assert "…" in lines
    assert prompt.sources[0].truncated is True


def test_the_first_source_leaves_room_for_the_second() -> None:
    prompt = build_prompt("Where does it retry?", as_sources([passage(1, LONG), passage(2, LONG, "b.py")]), 900)
    assert [source.number for source in prompt.sources] == [1, 2]


def test_sources_that_do_not_fit_are_not_in_the_prompt() -> None:
    prompt = build_prompt("Why?", as_sources([passage(n, LONG, f"{n}.py") for n in range(1, 9)]), 600)
    numbers = [int(n) for n in re.findall(r"### Code Snippet (\d+)", prompt.user)]
    assert numbers == [source.number for source in prompt.sources]
    assert len(numbers) < 8


def test_a_question_that_fills_the_prompt_is_refused_with_a_hint() -> None:
    with pytest.raises(QuestionError) as caught:
        build_prompt("why " * 2000, as_sources([passage(1, LOGIN)]), 1000)
    assert "Shorten" in caught.value.hint


def test_the_conversation_is_between_the_code_and_the_question() -> None:
    conversation = "Question: Who logs in?\nAnswer: A user.\n"
    prompt = build_prompt("And out?", as_sources([passage(1, LOGIN)]), 1000, conversation=conversation)
    places = [prompt.user.index(part) for part in ("Snippet 1", "### Conversation so far", "A user.", "And out?")]
    assert places == sorted(places)
    assert "Conversation" not in build_prompt("Why?", as_sources([passage(1, LOGIN)]), 1000).user


def test_an_explanation_has_its_own_instruction() -> None:
    prompt = build_prompt("Explain `login`", as_sources([passage(1, LOGIN)]), 1000, EXPLAIN)
    assert prompt.user.rstrip().endswith(EXPLAIN)


@given(
    st.lists(st.text(alphabet="ab_(). \n\t#éß", max_size=3000), max_size=10),
    st.integers(min_value=300, max_value=8000),
)
def test_the_prompt_never_exceeds_its_budget(texts: list[str], budget: int) -> None:
    prompt = build_prompt("What is a?", as_sources([passage(n, text) for n, text in enumerate(texts, 1)]), budget)
    assert prompt.tokens <= budget
    assert prompt.tokens >= estimate_tokens(prompt.user)

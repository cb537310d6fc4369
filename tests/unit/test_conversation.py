"""What a conversation adds: where a question leans back, what is told to the model, what may be asked next."""

from __future__ import annotations

import pytest

from sourcewise.conversation import follow_ups, recall, search_text
from sourcewise.model import Chunk, Definition, Inquiry, Passage, Source, Turn
from sourcewise.tokens import estimate_tokens

HISTORY = (
    Turn("How are sessions stored?", "In a table."),
    Turn("How is a password checked?", "`check_password` compares it with `stored_hash` [1], see `rows[0]` [2]."),
)


def source(number: int, symbol: str, kind: str = "function") -> Source:
    chunk = Chunk(str(number), "auth.py", 1, 2, "…", "python", symbol=symbol, kind=kind)
    return Source(number, Passage(chunk, number, 1.0), "…")


@pytest.mark.parametrize(
    "question",
    ["and where is it called?", "Who calls this?", "But why?", "What about tests?", "What is the use of that"],
)
def test_a_question_that_leans_back_is_searched_with_what_was_spoken_of(question: str) -> None:
    text = search_text(Inquiry(question, history=HISTORY))
    assert text.startswith(question)
    assert "`check_password`" in text
    assert "`stored_hash`" in text
    assert "`password`" in text
    assert "session" not in text, "only the last turn is meant"


@pytest.mark.parametrize(
    "question",
    ["Where is `parse_config` called?", "and what does render_page() do?", "How are requests sent over HTTP?"],
)
def test_a_question_that_says_what_it_is_about_is_searched_alone(question: str) -> None:
    assert search_text(Inquiry(question, history=HISTORY)) == question


def test_a_first_question_is_searched_alone() -> None:
    assert search_text(Inquiry("Who calls it?")) == "Who calls it?"


def test_a_selection_is_what_this_means() -> None:
    definition = Definition("login", "function", 3, 9)
    excerpt = Chunk("x", "auth.py", 3, 9, "…", "python", symbol="login", definitions=(definition,))
    assert search_text(Inquiry("What does this do?", excerpt=excerpt, history=HISTORY)) == "What does this do?\n`login`"


def test_the_model_is_told_the_last_turns_in_order_without_their_citations() -> None:
    told = recall(HISTORY, 200)
    assert told.index("sessions") < told.index("check_password")
    assert "[1]" not in told
    assert "rows[0]" in told


def test_what_does_not_fit_is_the_oldest() -> None:
    room = estimate_tokens(recall(HISTORY[1:], 1000)) + 2
    assert "password" in recall(HISTORY, room)
    assert "session" not in recall(HISTORY, room)
    assert recall(HISTORY, 5) == ""


def test_a_long_answer_is_shortened_and_stays_one_line() -> None:
    told = recall([Turn("Why?", "because\n" * 5000)], 300)
    assert estimate_tokens(told) <= 300
    assert told.count("\n") == 2
    assert "…" in told


def test_what_may_be_asked_next_is_about_what_the_sources_define() -> None:
    sources = [source(1, "Store.load", "method"), source(2, "Store", "class"), source(3, "", "text")]
    assert follow_ups(["How is it loaded?"], sources) == (
        "Where is `load` called?",
        "How is `Store` created?",
        "What does `load` return?",
    )


def test_a_question_that_was_asked_is_not_proposed_again() -> None:
    proposed = follow_ups(["where is load called"], [source(1, "Store.load", "method")])
    assert proposed == ("What does `load` return?", "What can go wrong in `load`?")


def test_without_definitions_nothing_is_proposed() -> None:
    assert follow_ups([], [source(1, "Guide", "section"), source(2, "", "text")]) == ()

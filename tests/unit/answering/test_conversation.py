"""The conversation in a prompt, and suggested follow-up questions."""

from __future__ import annotations

from sourcewise.answering.conversation import follow_ups, recent_turns
from sourcewise.domain.answer import Source
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage, Turn
from sourcewise.text.tokens import estimate_tokens

HISTORY = (
    Turn("How are sessions stored?", "In a table."),
    Turn("How is a password checked?", "`check_password` compares it with `stored_hash` [1], see `rows[0]` [2]."),
)


def source(number: int, symbol: str, kind: str = "function") -> Source:
    chunk = Chunk(str(number), "auth.py", 1, 2, "…", "python", symbol=symbol, kind=kind)
    return Source(number, Passage(chunk, number, 1.0), "…")


def test_the_prompt_has_the_last_turns_in_order_without_citations() -> None:
    text = recent_turns(HISTORY, 200)
    assert text.index("sessions") < text.index("check_password")
    assert "[1]" not in text
    assert "rows[0]" in text


def test_the_oldest_turns_are_dropped_first() -> None:
    budget = estimate_tokens(recent_turns(HISTORY[1:], 1000)) + 2
    assert "password" in recent_turns(HISTORY, budget)
    assert "session" not in recent_turns(HISTORY, budget)
    assert recent_turns(HISTORY, 5) == ""


def test_a_long_answer_is_shortened_to_one_line() -> None:
    text = recent_turns([Turn("Why?", "because\n" * 5000)], 300)
    assert estimate_tokens(text) <= 300
    assert text.count("\n") == 2
    assert "…" in text


def test_follow_up_questions_are_about_the_symbols_of_the_sources() -> None:
    sources = [source(1, "Store.load", "method"), source(2, "Store", "class"), source(3, "", "text")]
    assert follow_ups(["How is it loaded?"], sources) == (
        "Where is `load` called?",
        "How is `Store` created?",
        "What does `load` return?",
    )


def test_an_earlier_question_is_not_suggested_again() -> None:
    suggested = follow_ups(["where is load called"], [source(1, "Store.load", "method")])
    assert suggested == ("What does `load` return?", "What can go wrong in `load`?")


def test_without_definitions_there_are_no_suggestions() -> None:
    assert follow_ups([], [source(1, "Guide", "section"), source(2, "", "text")]) == ()

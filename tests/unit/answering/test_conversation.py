"""What a conversation adds to a prompt, and the follow-up questions that are suggested."""

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


def test_the_model_is_told_the_last_turns_in_order_without_their_citations() -> None:
    told = recent_turns(HISTORY, 200)
    assert told.index("sessions") < told.index("check_password")
    assert "[1]" not in told
    assert "rows[0]" in told


def test_what_does_not_fit_is_the_oldest() -> None:
    room = estimate_tokens(recent_turns(HISTORY[1:], 1000)) + 2
    assert "password" in recent_turns(HISTORY, room)
    assert "session" not in recent_turns(HISTORY, room)
    assert recent_turns(HISTORY, 5) == ""


def test_a_long_answer_is_shortened_and_stays_one_line() -> None:
    told = recent_turns([Turn("Why?", "because\n" * 5000)], 300)
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

"""What a conversation adds: where a question leans back, what is told to the model, what may be asked next."""

from __future__ import annotations

import pytest

from sourcewise.answering.conversation import follow_ups, recent_turns
from sourcewise.domain.answer import Source
from sourcewise.domain.code import Chunk, Definition
from sourcewise.domain.search import ConversationContext, Passage, Query, Turn
from sourcewise.retrieval.follow_up_context import conversation_context, search_request, search_text
from sourcewise.text.tokens import estimate_tokens

HISTORY = (
    Turn("How are sessions stored?", "In a table."),
    Turn("How is a password checked?", "`check_password` compares it with `stored_hash` [1], see `rows[0]` [2]."),
)


def source(number: int, symbol: str, kind: str = "function") -> Source:
    chunk = Chunk(str(number), "auth.py", 1, 2, "…", "python", symbol=symbol, kind=kind)
    return Source(number, Passage(chunk, number, 1.0), "…")


def before(question: str, *history: Turn) -> ConversationContext:
    return conversation_context(Query(question, history=history or HISTORY))


@pytest.mark.parametrize(
    "question",
    [
        "and where is it called?",
        "Who calls this?",
        "But why?",
        "What about the other tests?",
        "What is used from there?",
    ],
)
def test_a_question_that_refers_back_means_what_was_spoken_of(question: str) -> None:
    spoken_of = before(question)
    assert spoken_of.refers_back
    assert "`check_password`" in spoken_of.text
    assert "`stored_hash`" in spoken_of.text
    assert "`password`" in spoken_of.text
    assert "session" not in spoken_of.text, "only the last turn is meant"


def test_a_question_is_searched_by_its_own_words_whatever_was_spoken_of() -> None:
    assert (
        search_text(search_request(Query(" and where is it called? ", history=HISTORY), 8)) == "and where is it called?"
    )


def test_what_was_spoken_of_counts_less_than_a_question_and_most_where_that_says_nothing() -> None:
    questions = (
        "How are requests sent over HTTP?",
        "How is it sent over HTTP in requests?",
        "Is it called?",
        "But why?",
    )
    weights = [before(question).weight for question in questions]
    assert weights == sorted(weights)
    assert 0 < weights[0] < 0.1
    assert weights[2] < 1 < weights[3]


def test_a_question_that_refers_to_nothing_is_not_answered_by_what_was_spoken_of() -> None:
    assert not before("How are requests sent over HTTP?").refers_back


@pytest.mark.parametrize("question", ["Where is `parse_config` called?", "and what does render_page() do with it?"])
def test_a_question_that_names_code_says_what_it_is_about(question: str) -> None:
    assert before(question) == ConversationContext()


def test_before_a_first_question_nothing_was_spoken_of() -> None:
    assert conversation_context(Query("Who calls it?")) == ConversationContext()


def test_what_an_answer_rests_on_was_spoken_of_though_no_word_of_the_answer_names_it() -> None:
    assert (
        "`Vault.open`" in before("Who calls it?", Turn("Where are keys kept?", "In a safe [1].", ("Vault.open",))).text
    )


def test_a_name_is_one_with_or_without_quotes() -> None:
    assert "`open_vault`" in before("Who calls it?", Turn("Where are keys kept?", "open_vault reads them.")).text


def test_a_turn_that_refers_back_itself_takes_what_it_refers_to_with_it() -> None:
    subject, reference = Turn("How are certificates checked?", "By `verify`."), Turn("Can I turn that off?", "Yes.")
    assert "`verify`" in before("Who calls it?", subject, reference).text
    assert "`verify`" not in before("Who calls it?", subject, Turn("Where are files stored?", "On disk.")).text
    assert "`verify`" not in before("Who calls it?", subject, *[reference] * 3).text, "that was long ago"


def test_a_selection_is_what_this_means() -> None:
    definition = Definition("login", "function", 3, 9)
    excerpt = Chunk("x", "auth.py", 3, 9, "…", "python", symbol="login", definitions=(definition,))
    query = Query("What does this do?", excerpt=excerpt, history=HISTORY)
    assert search_text(search_request(query, 8)) == "What does this do?\n`login`"
    assert conversation_context(query) == ConversationContext()


def test_selected_lines_without_a_name_leave_this_to_what_was_spoken_of() -> None:
    assert (
        "`check_password`"
        in conversation_context(Query("And this?", excerpt=Chunk("x", "a.py", 3, 9, "…", ""), history=HISTORY)).text
    )


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

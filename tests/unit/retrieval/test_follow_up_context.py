"""The context of a follow-up question: when it counts, how much, and what it contains."""

from __future__ import annotations

import pytest

from sourcewise.domain.code import Chunk, Definition
from sourcewise.domain.search import ConversationContext, Query, Turn
from sourcewise.retrieval.follow_up_context import conversation_context, search_request, search_text

HISTORY = (
    Turn("How are sessions stored?", "In a table."),
    Turn("How is a password checked?", "`check_password` compares it with `stored_hash` [1], see `rows[0]` [2]."),
)


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

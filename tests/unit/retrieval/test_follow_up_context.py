"""The context of a follow-up question: when it applies, its weight and its content."""

from __future__ import annotations

import pytest

from sourcewise.domain.code import Chunk, Definition
from sourcewise.domain.search import ConversationContext, Query, Turn
from sourcewise.retrieval.follow_up_context import conversation_context, search_request, search_text

HISTORY = (
    Turn("How are sessions stored?", "In a table."),
    Turn("How is a password checked?", "`check_password` compares it with `stored_hash` [1], see `rows[0]` [2]."),
)


def context_of(question: str, *history: Turn) -> ConversationContext:
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
def test_a_question_that_refers_back_gets_the_context_of_the_last_turn(question: str) -> None:
    context = context_of(question)
    assert context.refers_back
    assert "`check_password`" in context.text
    assert "`stored_hash`" in context.text
    assert "`password`" in context.text
    assert "session" not in context.text, "only the last turn belongs to the context"


def test_the_search_text_excludes_the_context() -> None:
    assert (
        search_text(search_request(Query(" and where is it called? ", history=HISTORY), 8)) == "and where is it called?"
    )


def test_the_context_outweighs_only_a_question_of_stop_words() -> None:
    questions = (
        "How are requests sent over HTTP?",
        "How is it sent over HTTP in requests?",
        "Is it called?",
        "But why?",
    )
    weights = [context_of(question).weight for question in questions]
    assert weights == sorted(weights)
    assert 0 < weights[0] < 0.1
    assert weights[2] < 1 < weights[3]


def test_a_question_without_a_reference_does_not_refer_back() -> None:
    assert not context_of("How are requests sent over HTTP?").refers_back


@pytest.mark.parametrize("question", ["Where is `parse_config` called?", "and what does render_page() do with it?"])
def test_a_question_that_names_code_has_no_context(question: str) -> None:
    assert context_of(question) == ConversationContext()


def test_a_first_question_has_no_context() -> None:
    assert conversation_context(Query("Who calls it?")) == ConversationContext()


def test_the_context_contains_the_symbols_of_cited_sources() -> None:
    assert (
        "`Vault.open`"
        in context_of("Who calls it?", Turn("Where are keys kept?", "In a safe [1].", ("Vault.open",))).text
    )


def test_names_are_recognized_with_and_without_back_quotes() -> None:
    assert "`open_vault`" in context_of("Who calls it?", Turn("Where are keys kept?", "open_vault reads them.")).text


def test_a_turn_that_refers_back_adds_the_turn_before_it() -> None:
    subject, reference = Turn("How are certificates checked?", "By `verify`."), Turn("Can I turn that off?", "Yes.")
    assert "`verify`" in context_of("Who calls it?", subject, reference).text
    assert "`verify`" not in context_of("Who calls it?", subject, Turn("Where are files stored?", "On disk.")).text
    assert "`verify`" not in context_of("Who calls it?", subject, *[reference] * 3).text, "at most three turns are used"


def test_the_symbol_of_a_selection_replaces_the_context() -> None:
    definition = Definition("login", "function", 3, 9)
    excerpt = Chunk("x", "auth.py", 3, 9, "…", "python", symbol="login", definitions=(definition,))
    query = Query("What does this do?", excerpt=excerpt, history=HISTORY)
    assert search_text(search_request(query, 8)) == "What does this do?\n`login`"
    assert conversation_context(query) == ConversationContext()


def test_a_selection_without_a_symbol_keeps_the_context() -> None:
    assert (
        "`check_password`"
        in conversation_context(Query("And this?", excerpt=Chunk("x", "a.py", 3, 9, "…", ""), history=HISTORY)).text
    )

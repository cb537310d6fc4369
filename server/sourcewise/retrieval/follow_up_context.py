"""Derives the context of a follow-up question from its conversation: names and words, and their weight in the search.

It uses no model, so the same conversation always gives the same result.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from sourcewise.domain.search import NO_CONTEXT, ConversationContext, SearchMode, SearchRequest
from sourcewise.text.names import last_part
from sourcewise.text.words import has_only_stop_words, identifiers_in, query_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.search import Query, Turn

_REFERS_BACK = re.compile(
    r"\b(?:it|its|itself|this|that|these|those|they|them|their|then|ones?|others?|another|else|instead|again|too"
    r"|same|former|latter|above|previous)\b|\b(?:in|from)\s+there\b",
    re.IGNORECASE,
)
# The context's weight for a question with one term; it is divided by the number of terms.
_WEIGHT_IF_REFERRED_TO = 1.5
_WEIGHT_OTHERWISE = 0.2
# The question outweighs its context, unless the question has only stop words.
_MAX_WEIGHT = 0.6
_WEIGHT_IF_ONLY_STOP_WORDS = 2.0
_TURNS = 3
_SYMBOLS = 4
_NAMES_OF_ANSWER = 4
_WORDS_OF_QUESTION = 8


def search_request(query: Query, top: int, mode: SearchMode = SearchMode.HYBRID) -> SearchRequest:
    """Return the search request for a question, with the context from its conversation."""
    context = conversation_context(query)
    return SearchRequest(query.question, top, mode, query.scope, context, query.excerpt)


def search_text(request: SearchRequest) -> str:
    """Return the text to search for: the text of a request, and the names that its excerpt defines."""
    names = defined_names(request.excerpt) if request.excerpt else ()
    return "\n".join([request.text.strip(), *(f"`{name}`" for name in names)])


def conversation_context(query: Query) -> ConversationContext:
    """Return the context of a question; its weight is low if the question has many terms of its own.

    There is no context if the question names code, or if its excerpt defines a symbol.
    """
    question = query.question
    if not query.history or identifiers_in(question) or (query.excerpt and defined_names(query.excerpt)):
        return NO_CONTEXT
    subjects = dict.fromkeys(_subjects(query.history))
    refers_back = has_only_stop_words(question) or _refers_back(question)
    return ConversationContext(" ".join(f"`{subject}`" for subject in subjects), _weight(question), refers_back)


def defined_names(excerpt: Chunk) -> tuple[str, ...]:
    """Return the names of the symbols that an excerpt defines, or else of the symbol that contains it."""
    defined = tuple(dict.fromkeys(definition.name for definition in excerpt.definitions))
    return defined or ((last_part(excerpt.symbol),) if excerpt.symbol else ())


def _refers_back(question: str) -> bool:
    return bool(_REFERS_BACK.search(question))


def _weight(question: str) -> float:
    if has_only_stop_words(question):
        return _WEIGHT_IF_ONLY_STOP_WORDS
    return min(
        _MAX_WEIGHT,
        (_WEIGHT_IF_REFERRED_TO if _refers_back(question) else _WEIGHT_OTHERWISE) / len(query_terms(question)),
    )


def _subjects(history: Sequence[Turn]) -> Iterator[str]:
    """Yield the names and words of the last turn, and of up to two turns before it while the questions refer back."""
    for turn in islice(reversed(history), _TURNS):
        yield from turn.symbols[:_SYMBOLS]
        yield from identifiers_in(turn.question)
        yield from identifiers_in(turn.answer)[:_NAMES_OF_ANSWER]
        yield from query_terms(turn.question)[:_WORDS_OF_QUESTION]
        if not _refers_back(turn.question):
            break

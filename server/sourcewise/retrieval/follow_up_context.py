"""What a conversation adds to a search: the names that the question refers to, and how much they count.

No model is asked: the words that are there decide, so the same conversation always has the same result.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from sourcewise.domain.search import NO_CONTEXT, ConversationContext, SearchMode, SearchRequest
from sourcewise.text.words import identifiers_in, query_terms, says_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.search import Query, Turn

_REFERS_BACK = re.compile(
    r"\b(?:it|its|itself|this|that|these|those|they|them|their|then|ones?|others?|another|else|instead|again|too"
    r"|same|former|latter|above|previous)\b|\b(?:in|from)\s+there\b",
    re.IGNORECASE,
)
# How much what was spoken of counts beside a question of one telling word; the more such words, the less.
_IF_REFERRED_TO = 1.5
_IF_NOT = 0.2
# The question leads, unless it says nothing at all.
_MOST = 0.6
_ALL = 2.0
_TURNS = 3
_SYMBOLS = 4
_NAMES_OF_ANSWER = 4
_WORDS_OF_QUESTION = 8


def search_request(query: Query, top: int, mode: SearchMode = SearchMode.HYBRID) -> SearchRequest:
    """Return the search that finds the sources for a question in its conversation."""
    context = conversation_context(query)
    return SearchRequest(query.question, top, mode, query.scope, context, query.excerpt)


def search_text(request: SearchRequest) -> str:
    """Return what to search for: the text of a request, and the names of its excerpt."""
    names = names_of(request.excerpt) if request.excerpt else ()
    return "\n".join([request.text.strip(), *(f"`{name}`" for name in names)])


def conversation_context(query: Query) -> ConversationContext:
    """Return what was spoken of before, and how much it counts: little where the question tells much by itself.

    A question that names code, or whose excerpt does, says what it is about.
    """
    question = query.question
    if not query.history or identifiers_in(question) or (query.excerpt and names_of(query.excerpt)):
        return NO_CONTEXT
    subjects = dict.fromkeys(_subjects(query.history))
    meant = says_nothing(question) or _refers_back(question)
    return ConversationContext(" ".join(f"`{subject}`" for subject in subjects), _weight(question), meant)


def names_of(excerpt: Chunk) -> tuple[str, ...]:
    """Return the names of what an excerpt defines, or else of what it is a part of."""
    defined = tuple(dict.fromkeys(definition.name for definition in excerpt.definitions))
    return defined or ((excerpt.symbol.rpartition(".")[2],) if excerpt.symbol else ())


def _refers_back(question: str) -> bool:
    return bool(_REFERS_BACK.search(question))


def _weight(question: str) -> float:
    if says_nothing(question):
        return _ALL
    return min(_MOST, (_IF_REFERRED_TO if _refers_back(question) else _IF_NOT) / len(query_terms(question)))


def _subjects(history: Sequence[Turn]) -> Iterator[str]:
    """Yield what the last turn was about, and a few before it as far back as their questions refer."""
    for turn in islice(reversed(history), _TURNS):
        yield from turn.symbols[:_SYMBOLS]
        yield from identifiers_in(turn.question)
        yield from identifiers_in(turn.answer)[:_NAMES_OF_ANSWER]
        yield from query_terms(turn.question)[:_WORDS_OF_QUESTION]
        if not _refers_back(turn.question):
            break

"""What a conversation adds to a question: what to search for, what the model is told of it, what may be asked next.

No model is asked for any of it: the words that are there decide, so the same conversation always goes the same way.
"""

from __future__ import annotations

import re
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from sourcewise.model import Background
from sourcewise.tokens import estimate_tokens
from sourcewise.visible_text import visible
from sourcewise.words import identifiers_in, query_terms, says_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.model import Chunk, Inquiry, Source, Turn

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

_CITATION = re.compile(r"(?<!\s)\s*+(?<![\w\])])\[\d++(?:\s*+,\s*+\d++)*+\]")
_QUESTION_TOKENS = 60
_ANSWER_TOKENS = 160

_CALLABLE = ("Where is `{}` called?", "What does `{}` return?", "What can go wrong in `{}`?")
_TYPE = ("Where is `{}` used?", "How is `{}` created?", "What is `{}` responsible for?")
_TEMPLATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("function", "method", "constructor", "macro"), _CALLABLE),
    **dict.fromkeys(("class", "interface", "struct", "trait", "enum", "record", "protocol", "object"), _TYPE),
    **dict.fromkeys(("constant", "type", "module", "property"), ("Where is `{}` used?",)),
}
_MOST_FOLLOW_UPS = 3


def search_text(inquiry: Inquiry) -> str:
    """Return what to search for: the question, and the names of its excerpt."""
    names = names_of(inquiry.excerpt) if inquiry.excerpt else ()
    return "\n".join([inquiry.question.strip(), *(f"`{name}`" for name in names)])


def background(inquiry: Inquiry) -> Background:
    """Return what was spoken of before, and how much it counts: little where the question tells much by itself.

    A question that names code, or whose excerpt does, says what it is about.
    """
    question = inquiry.question
    if not inquiry.history or identifiers_in(question) or (inquiry.excerpt and names_of(inquiry.excerpt)):
        return Background()
    subjects = dict.fromkeys(_subjects(inquiry.history))
    meant = says_nothing(question) or _refers_back(question)
    return Background(" ".join(f"`{subject}`" for subject in subjects), _weight(question), meant)


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


def recall(history: Sequence[Turn], room: int) -> str:
    """Return the last turns as a model is told of them, shortened, in at most this many tokens; maybe none.

    Citations are left out: their numbers meant the sources of another question.
    """
    told: list[str] = []
    for turn in reversed(history):
        question = _shortened(turn.question, _QUESTION_TOKENS)
        answer = _shortened(_CITATION.sub("", turn.answer), _ANSWER_TOKENS)
        text = f"Question: {question}\nAnswer: {answer}\n"
        room -= estimate_tokens(text)
        if room < 0:
            break
        told.append(text)
    return "".join(reversed(told))


def _shortened(text: str, tokens: int) -> str:
    text = " ".join(text.split())
    whole = text
    while estimate_tokens(text) > tokens:
        text = text[: len(text) * 4 // 5]
    return text if text == whole else f"{text.rstrip()} …"


def follow_ups(asked: Sequence[str], sources: Sequence[Source]) -> tuple[str, ...]:
    """Return up to three questions about what these sources define, none of which was asked before.

    Args:
        asked: all questions of the conversation.
        sources: those that the answer rests on, best first.
    """
    known = {_normal(question) for question in asked}
    by_source = [list(_questions_about(source.passage.chunk)) for source in sources]
    # The first source gives its first question, the second its second: three of one kind would say little.
    rotated = [
        questions[n % len(questions) :] + questions[: n % len(questions)]
        for n, questions in enumerate(filter(None, by_source))
    ]
    in_turn = (question for group in zip_longest(*rotated) for question in group if question)
    fresh = dict.fromkeys(question for question in in_turn if _normal(question) not in known)
    return tuple(islice(fresh, _MOST_FOLLOW_UPS))


def _questions_about(chunk: Chunk) -> Iterator[str]:
    name = visible(chunk.symbol.rpartition(".")[2])
    return (template.format(name) for template in _TEMPLATES.get(chunk.kind, ()) if name)


def _normal(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))

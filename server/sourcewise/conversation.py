"""What a conversation adds to a question: what to search for, what the model is told of it, what may be asked next.

No model is asked for any of it: the words that are there decide, so the same conversation always goes the same way.
"""

from __future__ import annotations

import re
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from sourcewise.tokens import estimate_tokens
from sourcewise.words import identifiers_in, query_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.model import Chunk, Inquiry, Source, Turn

_REFERS_BACK = re.compile(
    r"\b(?:it|its|itself|this|these|those|they|them|their|there|same|former|latter|above|previous)\b"
    r"|\b(?:of|about|for|with|from|by|to|is|was|do|does|did)\s+that\b|\bthat\s*[?.!]*$"
    r"|^(?:and|but|so|or|then|also|what\s+about|how\s+about)\b",
    re.IGNORECASE,
)
# A question with fewer words to search for than this says little without what came before it.
_TELLING_WORDS = 2
_NAMES_OF_ANSWER = 4
_WORDS_OF_QUESTION = 8

_QUOTED = re.compile(r"`[^`\n]+`")
_CITATION = re.compile(r"\s*(?<![\w\])])\[\d+(?:\s*,\s*\d+)*\]")
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
    """Return what to search for: the question, and the names of what it leans on."""
    question = inquiry.question.strip()
    names = list(names_of(inquiry.excerpt)) if inquiry.excerpt else []
    if inquiry.history and not names and _leans_back(question):
        names += _subjects(inquiry.history[-1])
    return "\n".join([question, *(f"`{name}`" for name in dict.fromkeys(names))])


def names_of(excerpt: Chunk) -> tuple[str, ...]:
    """Return the names of what an excerpt defines, or else of what it is a part of."""
    defined = tuple(dict.fromkeys(definition.name for definition in excerpt.definitions))
    return defined or ((excerpt.symbol.rpartition(".")[2],) if excerpt.symbol else ())


def _leans_back(question: str) -> bool:
    if identifiers_in(question):
        return False
    return bool(_REFERS_BACK.search(question)) or len(query_terms(question)) < _TELLING_WORDS


def _subjects(turn: Turn) -> list[str]:
    """Return what a turn was about: the names in its question and its answer, then the words of the question."""
    answered = identifiers_in(" ".join(_QUOTED.findall(turn.answer)))[:_NAMES_OF_ANSWER]
    return [*identifiers_in(turn.question), *answered, *query_terms(turn.question)[:_WORDS_OF_QUESTION]]


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
    name = chunk.symbol.rpartition(".")[2]
    return (template.format(name) for template in _TEMPLATES.get(chunk.kind, ()) if name)


def _normal(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))

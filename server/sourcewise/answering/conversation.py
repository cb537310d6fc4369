"""Shortens a conversation for the prompt, and suggests follow-up questions.

It uses no model, so the same conversation always gives the same result.
"""

from __future__ import annotations

import re
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from sourcewise.text.names import last_part
from sourcewise.text.tokens import estimate_tokens
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.answer import Source
    from sourcewise.domain.code import Chunk
    from sourcewise.domain.search import Turn

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
_MAX_FOLLOW_UPS = 3


def recent_turns(history: Sequence[Turn], budget: int) -> str:
    """Return the last turns for a prompt, shortened to fit `budget` estimated tokens; empty if none fits.

    Citations are removed: their numbers refer to the sources of another question.
    """
    turns: list[str] = []
    for turn in reversed(history):
        question = _shortened(turn.question, _QUESTION_TOKENS)
        answer = _shortened(_CITATION.sub("", turn.answer), _ANSWER_TOKENS)
        text = f"Question: {question}\nAnswer: {answer}\n"
        budget -= estimate_tokens(text)
        if budget < 0:
            break
        turns.append(text)
    return "".join(reversed(turns))


def _shortened(text: str, tokens: int) -> str:
    text = " ".join(text.split())
    full = text
    while estimate_tokens(text) > tokens:
        text = text[: len(text) * 4 // 5]
    return text if text == full else f"{text.rstrip()} …"


def follow_ups(questions: Sequence[str], sources: Sequence[Source]) -> tuple[str, ...]:
    """Return up to three new questions about the symbols that these sources define.

    Args:
        questions: all questions of the conversation; none of them is suggested again.
        sources: the sources of the answer, best first.
    """
    asked = {_normal(question) for question in questions}
    by_source = [list(_questions_about(source.passage.chunk)) for source in sources]
    # The first source contributes its first question, the second its second, so that the kinds of questions vary.
    rotated = [
        of_source[n % len(of_source) :] + of_source[: n % len(of_source)]
        for n, of_source in enumerate(filter(None, by_source))
    ]
    interleaved = (question for group in zip_longest(*rotated) for question in group if question)
    fresh = dict.fromkeys(question for question in interleaved if _normal(question) not in asked)
    return tuple(islice(fresh, _MAX_FOLLOW_UPS))


def _questions_about(chunk: Chunk) -> Iterator[str]:
    name = visible(last_part(chunk.symbol))
    return (template.format(name) for template in _TEMPLATES.get(chunk.kind, ()) if name)


def _normal(question: str) -> str:
    return " ".join(question.casefold().replace("`", "").rstrip("?!. ").split())

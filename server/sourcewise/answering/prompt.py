"""Builds the prompt for the language model: numbered sources, best first, within a token budget.

Each source appears as

    ### Code Snippet 1 (from auth.py:12-34):
    12  def login(user):
    13      ...

Each line of code begins with its number, so that code cannot imitate a heading of the prompt.

A source that exceeds the remaining budget is shortened; see context_budget.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from sourcewise.answering.context_budget import snippet_within
from sourcewise.domain.answer import Prompt, Source
from sourcewise.errors import QuestionError
from sourcewise.text.lines import split_lines
from sourcewise.text.tokens import estimate_tokens
from sourcewise.text.words import query_terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.search import Passage

SYSTEM = (
    "You explain a codebase to a developer. Answer the question from the code snippets alone. "
    "After each statement cite the snippet it comes from by its number in square brackets, like [1] or [2]. "
    "The numbers at the start of lines are line numbers. Put identifiers in back quotes. Be short and exact. "
    "If the snippets do not answer the question, say what is missing instead of guessing."
)
# Repeated at the end, because small models follow the last instruction best.
# It has no example sentence, because small models return an example as the answer.
_CITE = "After each sentence write the number of the snippet that it rests on, in square brackets."
ANSWER = f"Answer the question in two to six sentences. {_CITE}"
EXPLAIN = (
    "Snippet 1 is what to explain; the others use it, are used by it, or are close to it. Explain what it does, why it "
    f"is there, and how it is used, in three to eight sentences. {_CITE}"
)
# A source gets at most this share of the remaining budget while others follow, so that the first does not take all.
_MAX_SHARE = 0.6
# Fewer tokens than this are not worth a snippet.
_MIN_TOKENS = 60
_PREVIEW_LINES = 6
_LEAST_MATCH = 0.01


def as_sources(passages: Sequence[Passage]) -> tuple[Source, ...]:
    """Return the passages as numbered sources with previews."""
    return tuple(
        Source(passage.rank, passage, "\n".join(split_lines(passage.chunk.text)[:_PREVIEW_LINES]), match=match)
        for passage, match in zip(passages, _matches(passages), strict=True)
    )


def _matches(passages: Sequence[Passage]) -> Iterator[float]:
    """Yield the score of each passage as a share of the best; negative scores move the zero down."""
    scores = list(accumulate((passage.score for passage in passages), min))
    least = min([0.0, *scores[-1:]])
    for score in scores:
        share = (score - least) / (scores[0] - least) if scores[0] > least else 1.0
        yield max(round(share, 2), _LEAST_MATCH)


def build_prompt(
    question: str, sources: Sequence[Source], budget: int, instruction: str = ANSWER, conversation: str = ""
) -> Prompt:
    """Return the prompt for a question, at most `budget` estimated tokens.

    Args:
        question: the question, in the user's words.
        sources: the sources, best first.
        budget: the limit in estimated tokens.
        instruction: the task for the model: `ANSWER` or `EXPLAIN`.
        conversation: the turns so far; see recent_turns.

    Raises:
        QuestionError: the question leaves no room for code.
    """
    history = f"### Conversation so far\n{conversation}\n" if conversation else ""
    closing = f"{history}### Question\n{question.strip()}\n\n{instruction}\n"
    left = budget - estimate_tokens(SYSTEM) - estimate_tokens(closing)
    if left < _MIN_TOKENS:
        raise QuestionError(
            f"The question is too long: it leaves no room for code in the model's prompt of {budget} tokens.",
            "Shorten the question.",
        )
    terms = frozenset(query_terms(question))
    blocks: list[str] = []
    used: list[Source] = []
    for source in sources:
        following = sum(estimate_tokens(later.passage.chunk.text) for later in sources[len(used) + 1 :])
        allowance = left if following <= left * (1 - _MAX_SHARE) else max(int(left * _MAX_SHARE), _MIN_TOKENS)
        block, complete = snippet_within(source, terms, min(left, allowance))
        size = estimate_tokens(block)
        if size > left:
            break
        blocks.append(block)
        used.append(Source(source.number, source.passage, source.preview, truncated=not complete))
        left -= size
        if left < _MIN_TOKENS:
            break
    user = "\n".join([*blocks, closing])
    return Prompt(SYSTEM, user, estimate_tokens(SYSTEM) + estimate_tokens(user), budget, tuple(used))

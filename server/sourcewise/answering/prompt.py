"""Builds what the language model is sent: the best lines first, numbered, within a budget of tokens.

Each source appears as

    ### Code Snippet 1 (from auth.py:12-34):
    12  def login(user):
    13      ...

Each line of code begins with its number, so no code can pass for a heading of the prompt.

A source too long for what is left shows its head and the stretch of lines that has most of the question's words; a
line `…` stands where lines were left out, so the model knows that something is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.answer import Prompt, Source
from sourcewise.errors import QuestionError
from sourcewise.text.lines import split_lines
from sourcewise.text.tokens import estimate_tokens
from sourcewise.text.visible import on_one_line
from sourcewise.text.words import identifier_words, query_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.search import Passage

SYSTEM = (
    "You explain a codebase to a developer. Answer the question from the code snippets alone. "
    "After each statement cite the snippet it comes from by its number in square brackets, like [1] or [2]. "
    "The numbers at the start of lines are line numbers. Put identifiers in back quotes. Be short and exact. "
    "If the snippets do not answer the question, say what is missing instead of guessing."
)
# Repeated at the end, because small models follow what they read last.
# There is no example sentence in it: small models give it back as the answer.
_CITE = "After each sentence write the number of the snippet that it rests on, in square brackets."
ANSWER = f"Answer the question in two to six sentences. {_CITE}"
EXPLAIN = (
    "Snippet 1 is what to explain; the others use it, are used by it, or are close to it. Explain what it does, why it "
    f"is there, and how it is used, in three to eight sentences. {_CITE}"
)
# A source gets at most this share of what is left while others wait, so that the first does not take all.
_SHARE = 0.6
# Fewer tokens than this are not worth a snippet.
_SMALLEST = 60
_PREVIEW_LINES = 6


def as_sources(passages: Sequence[Passage]) -> tuple[Source, ...]:
    """Number the passages and give each a preview."""
    return tuple(
        Source(passage.rank, passage, "\n".join(split_lines(passage.chunk.text)[:_PREVIEW_LINES]))
        for passage in passages
    )


def build_prompt(
    question: str, sources: Sequence[Source], budget: int, instruction: str = ANSWER, conversation: str = ""
) -> Prompt:
    """Return the prompt for a question, at most `budget` estimated tokens.

    Args:
        question: in the user's words.
        sources: best first.
        budget: in estimated tokens.
        instruction: what the model is to do with them: `ANSWER` or `EXPLAIN`.
        conversation: what was said before, or an empty string.

    Raises:
        QuestionError: the question leaves no room for code.
    """
    before = f"### Conversation so far\n{conversation}\n" if conversation else ""
    closing = f"{before}### Question\n{question.strip()}\n\n{instruction}\n"
    left = budget - estimate_tokens(SYSTEM) - estimate_tokens(closing)
    if left < _SMALLEST:
        raise QuestionError(
            f"The question is too long: with it the model's prompt of {budget} tokens has no room for code.",
            "Shorten the question.",
        )
    terms = frozenset(query_terms(question))
    blocks: list[str] = []
    used: list[Source] = []
    for source in sources:
        wait = sum(estimate_tokens(later.passage.chunk.text) for later in sources[len(used) + 1 :])
        allowance = left if wait <= left * (1 - _SHARE) else max(int(left * _SHARE), _SMALLEST)
        block, whole = _snippet(source, terms, min(left, allowance))
        size = estimate_tokens(block)
        if size > left:
            break
        blocks.append(block)
        used.append(Source(source.number, source.passage, source.preview, truncated=not whole))
        left -= size
        if left < _SMALLEST:
            break
    user = "\n".join([*blocks, closing])
    return Prompt(SYSTEM, user, estimate_tokens(SYSTEM) + estimate_tokens(user), budget, tuple(used))


def _snippet(source: Source, terms: frozenset[str], room: int) -> tuple[str, bool]:
    """Return the source as the prompt shows it in about `room` tokens, and whether all lines are there."""
    chunk = source.passage.chunk
    header = f"### Code Snippet {source.number} (from {source.passage.location}):"
    lines = [f"{n}  {on_one_line(line)}" for n, line in enumerate(split_lines(chunk.text), chunk.first_line)]
    sizes = [estimate_tokens(line) + 1 for line in lines]
    left = room - estimate_tokens(header) - 4
    if sum(sizes) <= left:
        return "\n".join([header, *lines, ""]), True
    kept = _best_lines(lines, sizes, terms, left)
    shown: list[str] = []
    following = 0
    for index in kept:
        shown += [lines[index]] if index == following else ["…", lines[index]]
        following = index + 1
    if following < len(lines):
        shown.append("…")
    return "\n".join([header, *shown, ""]), False


def _best_lines(lines: Sequence[str], sizes: Sequence[int], terms: frozenset[str], room: int) -> list[int]:
    """Return the indexes of the head line and of the stretch with most of the question's words."""
    hits = [len(terms.intersection(identifier_words(line).split())) for line in lines]
    head = [0] if sizes and sizes[0] <= room // 4 else []
    room -= sum(sizes[i] for i in head)
    best, best_hits, start, size, found = (0, 0), -1, 0, 0, 0
    for end in range(len(lines)):
        size, found = size + sizes[end], found + hits[end]
        while size > room and start <= end:
            size, found, start = size - sizes[start], found - hits[start], start + 1
        if found > best_hits and start <= end:
            best, best_hits = (start, end + 1), found
    return sorted({*head, *range(*_extended(best, sizes, room))})


def _extended(stretch: tuple[int, int], sizes: Sequence[int], room: int) -> tuple[int, int]:
    """Let a stretch that does not fill the room grow to the lines after it."""
    start, end = stretch
    room -= sum(sizes[start:end])
    while end < len(sizes) and sizes[end] <= room:
        room -= sizes[end]
        end += 1
    return start, end

"""Scores candidates: pure, and able to say why. All weights stand in one table.

Three lists (keywords, vectors, definitions) are joined by reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009):
each list gives weight / (60 + rank). What the list cannot know (the question names this definition, the path has its
words, this is a test) multiplies the sum.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from sourcewise.model import Passage
from sourcewise.words import identifier_words, query_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sourcewise.model import Chunk


@dataclass(frozen=True, slots=True)
class Weights:
    """The table."""

    fusion: int = 60
    keyword: float = 1.0
    vector: float = 1.0
    definition: float = 0.4
    asked_definition: float = 1.6
    path_word: float = 0.1
    path_words_at_most: int = 3
    test: float = 0.6
    aside: float = 0.7
    history: float = 0.5
    loose_lines: float = 0.85
    same_file: float = 0.95


WEIGHTS = Weights()

_TEST = re.compile(
    r"(^|/)(t|tests?|testing|specs?|__tests__)(/|$)|(^|/)(test_[^/]*|conftest\.py|[^/]*[._-](test|spec)\.\w+)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(^|/)(examples?|samples?|demos?|docs?|vendor(ed)?|third[_-]?party|benchmarks?|fixtures)(/|$)|\.pyi$",
    re.IGNORECASE,
)
_HISTORY = re.compile(r"(^|/)(change(s|log)|history|news|release[_-]?notes|whats[_-]?new)[^/]*(/|$)", re.IGNORECASE)
_ABOUT_TESTS = re.compile(r"\b(tests?|tested|testing|specs?|fixtures?|mocks?)\b", re.IGNORECASE)
_ABOUT_HISTORY = re.compile(r"\b(change(d|s|log)?|history|release[sd]?|versions?|since|new)\b", re.IGNORECASE)
_ABOUT_ASIDES = re.compile(
    r"\b(examples?|samples?|demos?|docs?|documentation|vendor(ed)?|benchmarks?|stubs?)\b", re.IGNORECASE
)


@dataclass(slots=True)
class Candidate:
    """A chunk with its place in each list that has it (from 1) and its cosine with the question."""

    keyword: int | None = None
    vector: int | None = None
    definition: int | None = None
    similarity: float | None = None
    asked: list[str] = field(default_factory=list)


def rank(question: str, candidates: Mapping[str, Candidate], chunks: Mapping[str, Chunk], top: int) -> list[Passage]:
    """Return the best passages, best first."""
    about = _Question(question)
    scored = [(*about.score(chunks[i], candidate), i) for i, candidate in candidates.items() if i in chunks]
    scored.sort(key=lambda item: (-item[0], item[2]))
    chosen = _spread([(chunks[i], score, candidates[i].similarity, reasons) for score, reasons, i in scored], top)
    return [Passage(chunk, n, score, cosine, reasons) for n, (chunk, score, cosine, reasons) in enumerate(chosen, 1)]


class _Question:
    def __init__(self, text: str) -> None:
        self.terms = frozenset(query_terms(text))
        self.about_tests = bool(_ABOUT_TESTS.search(text))
        self.about_history = bool(_ABOUT_HISTORY.search(text))
        self.about_asides = bool(_ABOUT_ASIDES.search(text))

    def score(self, chunk: Chunk, candidate: Candidate) -> tuple[float, tuple[str, ...]]:
        """Return the score and its reasons."""
        score, reasons = _fused(candidate)
        for factor, reason in self._priors(chunk, candidate):
            score *= factor
            reasons.append(reason)
        return score, tuple(reasons)

    def _priors(self, chunk: Chunk, candidate: Candidate) -> Iterable[tuple[float, str]]:
        if candidate.asked:
            yield WEIGHTS.asked_definition, f"defines {', '.join(candidate.asked)}"
        shared = sorted(self.terms & frozenset(identifier_words(chunk.path).split()))
        if shared:
            count = min(len(shared), WEIGHTS.path_words_at_most)
            yield 1 + WEIGHTS.path_word * count, f"path has {', '.join(shared)}"
        if not self.about_tests and _TEST.search(chunk.path):
            yield WEIGHTS.test, "is a test"
        elif not self.about_history and _HISTORY.search(chunk.path):
            yield WEIGHTS.history, "tells of past versions"
        elif not self.about_asides and _ASIDE.search(chunk.path):
            yield WEIGHTS.aside, "is beside the product's code"
        if not chunk.symbol:
            yield WEIGHTS.loose_lines, "belongs to no definition"


def _fused(candidate: Candidate) -> tuple[float, list[str]]:
    score, reasons = 0.0, []
    for name, weight, place in (
        ("keywords", WEIGHTS.keyword, candidate.keyword),
        ("meaning", WEIGHTS.vector, candidate.vector),
        ("definitions", WEIGHTS.definition, candidate.definition),
    ):
        if place is not None:
            score += weight / (WEIGHTS.fusion + place)
            reasons.append(f"{name} #{place}")
    return score, reasons


_Scored = tuple["Chunk", float, float | None, tuple[str, ...]]


def _spread(scored: Sequence[_Scored], top: int) -> list[_Scored]:
    """Take the best again and again; each passage of a file makes its other passages count a little less."""
    waiting: dict[str, list[_Scored]] = {}
    for item in reversed(scored):
        waiting.setdefault(item[0].path, []).append(item)
    heap = [(-of_file[-1][1], path) for path, of_file in waiting.items()]
    heapify(heap)
    chosen: list[_Scored] = []
    taken: Counter[str] = Counter()
    while heap and len(chosen) < top:
        _, path = heappop(heap)
        chosen.append(waiting[path].pop())
        taken[path] += 1
        if waiting[path]:
            heappush(heap, (-waiting[path][-1][1] * WEIGHTS.same_file ** taken[path], path))
    return chosen

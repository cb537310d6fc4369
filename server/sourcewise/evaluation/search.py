"""Measures search quality on questions with known answers: reads the questions, scores hits, and summarizes.

The measures are NDCG with binary gain, recall and the mean reciprocal rank, over the first ten hits unless stated
otherwise. Span400L measures lines: an answer cites lines, and a search that returns whole files has found none.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_DEPTH = 10
_LINE_BUDGET = 400
# Questions from this source have annotations of files, some with lines: a hit must overlap the lines, if there are any.
# For questions from other sources, any hit in a relevant file counts.
_COUNTS_SPANS = "semble"
_FORMAT = 'Each line is one JSON object: {"id", "repo", "query", "relevant": [{"path", "start_line", "end_line"}]}.'


class Place(NamedTuple):
    """Lines of a file, or the whole file if `first_line` is None."""

    path: str
    first_line: int | None = None
    last_line: int | None = None

    def overlaps(self, other: Place) -> bool:
        """Return whether both are in the same file and, if both have lines, share a line."""
        if self.path != other.path:
            return False
        if self.first_line is None or self.last_line is None or other.first_line is None or other.last_line is None:
            return True
        return self.first_line <= other.last_line and other.first_line <= self.last_line


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """A question with a known answer.

    Attributes:
        id: unique identifier.
        tree: name of the folder that the question is about.
        query: the question.
        source: the data set that the question comes from.
        language: the programming language of the folder.
        relevant: the places that answer the question.
    """

    id: str
    tree: str
    query: str
    source: str
    language: str
    relevant: tuple[Place, ...]


class Outcome(NamedTuple):
    """The hits for a question, best first, and the search time in milliseconds, without embedding the question."""

    hits: tuple[Place, ...]
    milliseconds: float


def read_questions(file: Path) -> list[KnownQuestion]:
    """Return the questions of a JSON Lines file.

    Raises:
        QuestionError: the file cannot be read or has no questions, or a line is not a valid question.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"Cannot read the questions in {file}: {error}", _FORMAT) from error
    questions = [_question(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise QuestionError(f"{file} contains no questions.", _FORMAT)
    return questions


def _question(file: Path, number: int, line: str) -> KnownQuestion:
    try:
        raw: dict[str, Any] = json.loads(line)
        places = tuple(Place(p["path"], p.get("start_line"), p.get("end_line")) for p in raw["relevant"])
        source, language = str(raw.get("source", "all")), str(raw.get("lang", "any"))
        return KnownQuestion(str(raw["id"]), str(raw["repo"]), str(raw["query"]), source, language, places)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(f"Line {number} of {file} is not a valid question: {error!r}", _FORMAT) from error


def scores(question: KnownQuestion, hits: Sequence[Place]) -> dict[str, float]:
    """Return the measures of one question by name; `Span400L` only if the relevant lines are known.

    NDCG@10 is computed over all hits, so that several hits in one file waste ranks; the other measures over distinct
    files. Span400L is 1 if a relevant line is among the first 400 lines of the hits, with the last hit cut to fit.
    """
    files = [Place(path) for path in dict.fromkeys(hit.path for hit in hits)]
    relevant_files = [Place(path) for path in dict.fromkeys(place.path for place in question.relevant)]
    counted = question.relevant if question.source.startswith(_COUNTS_SPANS) else relevant_files
    ranks = _ranks(files, relevant_files)
    result = {
        "NDCG@10": _ndcg(_ranks(hits[:_DEPTH], counted), len(counted)),
        "file NDCG@10": _ndcg(ranks, len(relevant_files)),
        "Recall@10": sum(rank <= _DEPTH for rank in ranks) / len(relevant_files),
        "MRR@10": max((1 / rank for rank in ranks if rank <= _DEPTH), default=0.0),
    }
    spans = [place for place in question.relevant if place.first_line is not None]
    if spans:
        result["Span400L"] = float(_within_lines(hits, spans, _LINE_BUDGET))
    return result


def _ranks(hits: Sequence[Place], relevant: Iterable[Place]) -> list[int]:
    """Return the rank of the first overlapping hit of each relevant place, for places that have one."""
    found = (next((n for n, hit in enumerate(hits, 1) if hit.overlaps(place)), None) for place in relevant)
    return [rank for rank in found if rank is not None]


def _ndcg(ranks: Iterable[int], relevant: int) -> float:
    gain = sum(1 / math.log2(rank + 1) for rank in set(ranks) if rank <= _DEPTH)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(_DEPTH, relevant) + 1))


def _within_lines(hits: Sequence[Place], relevant: Sequence[Place], budget: int) -> bool:
    for path, first, last in hits:
        if first is None or last is None or budget <= 0:
            return False
        end = min(last, first + budget - 1)
        budget -= end - first + 1
        if any(Place(path, first, end).overlaps(place) for place in relevant):
            return True
    return False


def summary(questions: Sequence[KnownQuestion], outcomes: Mapping[str, Outcome]) -> dict[str, dict[str, float]]:
    """Return the mean of each measure over all questions, by source, and by language within a source.

    Args:
        questions: the questions to summarize.
        outcomes: the outcomes by question id; a question without one counts as a search without hits.
    """
    groups: dict[str, list[KnownQuestion]] = defaultdict(list)
    for question in questions:
        for name in ("all", question.source, f"{question.source}: {question.language}"):
            groups[name].append(question)
    return {name: _means(group, outcomes) for name, group in sorted(groups.items())}


def _means(group: Sequence[KnownQuestion], outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    measured: dict[str, list[float]] = defaultdict(list)
    for question in group:
        for name, value in scores(question, outcomes[question.id].hits if question.id in outcomes else ()).items():
            measured[name].append(value)
    taken = [outcomes[question.id].milliseconds for question in group if question.id in outcomes]
    return {
        "questions": len(group),
        **{name: mean(values) for name, values in measured.items()},
        **({"ms p50": _percentile(taken, 50), "ms p95": _percentile(taken, 95)} if taken else {}),
    }


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]

"""Measures a search with questions whose answers are known: reads the questions, scores hits, and averages scores.

The measures are standard ones over the first ten hits: NDCG with binary gain, recall, and mean reciprocal rank. Lines
have a measure of their own, since an answer cites lines and a search that returns whole files finds none.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.errors import QuestionError
from sourcewise.text.encodings import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_DEPTH = 10
_LINE_BUDGET = 400
# Questions from this source name files and sometimes lines; a hit must then overlap the lines. Elsewhere, files count.
_COUNTS_SPANS = "semble"
_FORM = 'Each line is one JSON object: {"id", "repo", "query", "relevant": [{"path", "start_line", "end_line"}]}.'


class Place(NamedTuple):
    """Lines of a file; without `first_line` the whole file."""

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
    """A question whose answer is known.

    Attributes:
        tree: the name of the folder that it is about.
        source: the collection of questions that it belongs to.
        relevant: the places that answer it.
    """

    id: str
    tree: str
    query: str
    source: str
    language: str
    relevant: tuple[Place, ...]


class Outcome(NamedTuple):
    """The hits of a search, best first, and its duration without embedding the question."""

    hits: tuple[Place, ...]
    milliseconds: float


def read_questions(file: Path) -> list[KnownQuestion]:
    """Return the questions of a JSON Lines file.

    Raises:
        QuestionError: it cannot be read, or a line has another form.
    """
    try:
        lines = decoded(file.read_bytes()).split("\n")
    except OSError as error:
        raise QuestionError(f"The questions in {file} cannot be read ({error.strerror}).", _FORM) from error
    except UnicodeDecodeError as error:
        raise QuestionError(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from error
    questions = [_question(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise QuestionError(f"{file} contains no questions.", _FORM)
    return questions


def _question(file: Path, number: int, line: str) -> KnownQuestion:
    try:
        raw: dict[str, Any] = json.loads(line)
        places = tuple(Place(p["path"], p.get("start_line"), p.get("end_line")) for p in raw["relevant"])
        if not places:
            raise ValueError("it has no relevant place")
        source, language = str(raw.get("source", "all")), str(raw.get("lang", "any"))
        return KnownQuestion(str(raw["id"]), str(raw["repo"]), str(raw["query"]), source, language, places)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(f"Line {number} of {file} is not a question ({error!r}).", _FORM) from error


def scores(question: KnownQuestion, hits: Sequence[Place]) -> dict[str, float]:
    """Return the measures of one question by name; `Span400L` only if relevant lines are known.

    NDCG@10 uses the hits as they are, so several hits in one file waste ranks; the other measures use distinct files.
    Span400L is 1 if a relevant line is among the first 400 lines of the hits, with the last hit cut to fit.
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
    """Return the rank of the first overlapping hit for each relevant place that has one."""
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
    """Return the mean of each measure over all questions, for each source, and for each language within a source.

    Args:
        questions: the questions.
        outcomes: by the ID of the question; a missing one counts as no hits.
    """
    groups: dict[str, list[KnownQuestion]] = defaultdict(list)
    for question in questions:
        # Without a source, or with the source `all`, the first two names are the same.
        for name in dict.fromkeys(("all", question.source, f"{question.source}: {question.language}")):
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

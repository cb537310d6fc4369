"""Measures a search with questions whose answers are known: reads the questions, scores hits, and averages scores.

The measures are standard ones over the first ten hits: NDCG with binary gain, recall, and mean reciprocal rank. Lines
have a measure of their own, since an answer cites lines and a search that returns whole files finds none.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import mean, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.errors import QuestionError
from sourcewise.mining.file_roles import file_role
from sourcewise.text.encodings import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
        language: the language of the tree.
        role: what the file is that answers it, such as `code`, `test` or `docs`.
        relevant: the places that answer it.
    """

    id: str
    tree: str
    query: str
    source: str
    language: str
    role: str
    relevant: tuple[Place, ...]


class Outcome(NamedTuple):
    """The result of a search.

    Attributes:
        hits: best first.
        milliseconds: the duration without embedding the question.
        milliseconds_with_embedding: the whole duration; None if the search uses no vectors.
    """

    hits: tuple[Place, ...]
    milliseconds: float
    milliseconds_with_embedding: float | None = None


def read_questions(file: Path) -> list[KnownQuestion]:
    """Return the questions of a JSON Lines file.

    A question without a role gets the role of the first file that answers it; see `FileRole`.

    Raises:
        QuestionError: it cannot be read, a line has another form, or two questions have the same ID.
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
    repeated = [name for name, number in Counter(question.id for question in questions).items() if number > 1]
    if repeated:
        raise QuestionError(f"Several questions in {file} have the ID {repeated[0]}.", "Give each question its own ID.")
    return questions


def _question(file: Path, number: int, line: str) -> KnownQuestion:
    try:
        raw: dict[str, Any] = json.loads(line)
        places = tuple(Place(p["path"], p.get("start_line"), p.get("end_line")) for p in raw["relevant"])
        if not places:
            raise ValueError("it has no relevant place")
        source, language = str(raw.get("source", "all")), str(raw.get("lang", "any"))
        role = str(raw.get("role") or file_role(places[0].path))
        return KnownQuestion(str(raw["id"]), str(raw["repo"]), str(raw["query"]), source, language, role, places)
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
    """Return rows of figures by name: for all questions, each source, each language of a source, and each role.

    A row has the number of questions, the mean of each measure, and the 50th and 95th percentile of the durations in
    milliseconds. With several sources, the row `mean of sources` gives each source the same weight, however many
    questions it has; it has no durations.

    Args:
        questions: the questions.
        outcomes: by the ID of the question; a missing one counts as no hits.
    """
    sources = _grouped(questions, lambda question: question.source)
    languages = _grouped(questions, lambda question: f"{question.source}: {question.language}")
    roles = _grouped(questions, lambda question: f"role: {question.role}")
    rows = {"all": _row(questions, outcomes)}
    if len(sources) > 1:
        rows["mean of sources"] = _mean_of_sources(sources.values(), outcomes)
    for name, group in [*sorted((sources | languages).items()), *sorted(roles.items())]:
        # Questions without a source have the source `all`, but that row is about all questions.
        rows.setdefault(name, _row(group, outcomes))
    return rows


def _grouped(
    questions: Iterable[KnownQuestion], name_of: Callable[[KnownQuestion], str]
) -> dict[str, list[KnownQuestion]]:
    groups: dict[str, list[KnownQuestion]] = defaultdict(list)
    for question in questions:
        groups[name_of(question)].append(question)
    return groups


def _row(group: Sequence[KnownQuestion], outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    return {"questions": len(group), **_mean_scores(group, outcomes), **_durations(group, outcomes)}


def _mean_of_sources(groups: Collection[Sequence[KnownQuestion]], outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    """Return the number of questions, and the mean of each measure over the sources that have it."""
    means = [_mean_scores(group, outcomes) for group in groups]
    measures = dict.fromkeys(name for row in means for name in row)
    return {
        "questions": sum(map(len, groups)),
        **{name: mean(row[name] for row in means if name in row) for name in measures},
    }


def _mean_scores(group: Iterable[KnownQuestion], outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    measured: dict[str, list[float]] = defaultdict(list)
    for question in group:
        for name, value in scores(question, outcomes[question.id].hits if question.id in outcomes else ()).items():
            measured[name].append(value)
    return {name: mean(values) for name, values in measured.items()}


def _durations(group: Iterable[KnownQuestion], outcomes: Mapping[str, Outcome]) -> dict[str, float]:
    found = [outcomes[question.id] for question in group if question.id in outcomes]
    whole = [each.milliseconds_with_embedding for each in found if each.milliseconds_with_embedding is not None]
    return {
        f"{name} p{percent}": _percentile(taken, percent)
        for name, taken in (("ms", [each.milliseconds for each in found]), ("with embedding ms", whole))
        if taken
        for percent in (50, 95)
    }


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]

"""Fits the weights of the ranking to questions with known answers, and measures them on unseen repositories.

    npm run python -- tests/bench/fit_weights.py QUESTIONS.jsonl... --trees DIR --by keywords|full [--folds 5]

Indexes the trees as `sourcewise eval` does, gets the candidates and their features from the search itself, and fits one
of the two tables in `retrieval/ranking_weights.py`. Prints Markdown: each weight fitted on all questions, with its mean
and standard deviation over the folds; and the measures of each source with the present weights, with the fitted ones,
and with those that were fitted without the question's repository. A feature that no question varies keeps its weight,
and so do `exact_location` and `same_file`, which were chosen.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections import Counter
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import numpy as np
import torch
from indexed_tree import indexed_tree
from listwise_softmax import Example, fit

from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.evaluation.search import Place, read_questions, scores
from sourcewise.retrieval import retriever
from sourcewise.retrieval.ranking import Scorer, penalize_same_file, rank
from sourcewise.retrieval.ranking_weights import HYBRID_WEIGHTS, KEYWORD_WEIGHTS, RoleWeights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcewise.evaluation.search import KnownQuestion
    from sourcewise.folder_index.index import Index

_EVERY_CANDIDATE = 10_000
_HITS = 60
_SHOWN = ("NDCG@10", "Span400L")
# By keywords, `semantic` is estimated from the keywords, so it repeats that feature.
_CHOSEN = {
    SearchMode.KEYWORD: {"exact_location", "semantic", "semantic_of_file"},
    SearchMode.HYBRID: {"exact_location"},
}
_TABLES = {SearchMode.KEYWORD: KEYWORD_WEIGHTS, SearchMode.HYBRID: HYBRID_WEIGHTS}
# The first competitors are selected by these features alone. The present weights would let a fit know what it must not.
_START = {"keywords": 1.0, "semantic": 1.0}
# How much a question of a source counts; 1 for other sources. Questions for code should decide, so those for tests and
# documents count half: at 1, the fit by keywords gains .015 NDCG@10 on these and loses .01 on questions for code.
_IMPORTANCE = {"commit-test": 0.5, "commit-docs": 0.5, "docstring": 0.8, "semble-dev": 1.2}


class Searched(NamedTuple):
    """A question with the places and features of its candidates, in the order of their chunk ids."""

    question: KnownQuestion
    places: list[Place]
    features: np.ndarray


def searches(asked: Sequence[KnownQuestion], trees: Path, mode: SearchMode) -> Iterator[Searched]:
    """Search for each question in its tree; skip the questions without a candidate."""
    for tree in dict.fromkeys(question.tree for question in asked):
        with indexed_tree(trees / tree, mode) as index:
            found = [_searched(index, question, mode) for question in asked if question.tree == tree]
        yield from (each for each in found if each.places)


def _searched(index: Index, question: KnownQuestion, mode: SearchMode) -> Searched:
    scorers = []

    def recorded(*arguments: Any, file_similarities: Mapping[str, float] = MappingProxyType({})) -> Any:
        scorers.append(Scorer(*arguments, file_similarities=file_similarities))
        return rank(*arguments, file_similarities=file_similarities)

    with patch.object(retriever, "rank", recorded):
        passages = index.search(SearchRequest(question.query, _EVERY_CANDIDATE, mode)).passages
    chunks = sorted((passage.chunk for passage in passages), key=lambda chunk: chunk.id)
    places = [Place(chunk.path, chunk.first_line, chunk.last_line) for chunk in chunks]
    rows = (scorers[-1].features(chunk.id) for chunk in chunks)
    features = np.array([[row.get(name, 0.0) for name in present_weights(mode)] for row in rows])
    return Searched(question, places, features)


def fittable(found: Sequence[Searched], mode: SearchMode) -> np.ndarray:
    """Return which weights the questions can fit: those of features in which candidates of a question differ."""
    varied = np.any([np.ptp(each.features, axis=0) > 0 for each in found], axis=0)
    return np.array([name not in _CHOSEN[mode] for name in present_weights(mode)]) & varied


@lru_cache
def present_weights(mode: SearchMode) -> Mapping[str, float]:
    """Return the present weights by the name of the feature; each role has two."""
    table = _TABLES[mode]
    plain = [field.name for field in dataclasses.fields(table) if field.name not in {"roles", "same_file"}]
    of_roles = {f"{role}, {n}": getattr(w, n) for role, w in table.roles.items() for n in RoleWeights._fields}
    return {name: getattr(table, name) for name in plain} | of_roles


def example(searched: Searched) -> Example:
    """Return the candidates as arrays, with the relevant ones marked."""
    question, places, features = searched
    spans = [place for place in question.relevant if place.first_line is not None]
    answering = {place.path for place in question.relevant}
    return Example(
        features,
        np.unique([place.path for place in places], return_inverse=True)[1],
        np.array([place.path in answering for place in places]),
        np.array([any(place.overlaps(span) for span in spans) for place in places]),
        _IMPORTANCE.get(question.source, 1.0),
    )


def folds(found: Sequence[Searched], number: int) -> Iterator[np.ndarray]:
    """Yield which questions each fold holds out: those of a random share of the repositories."""
    repositories = np.array([each.question.tree.partition(".")[0] for each in found])
    shuffled = np.random.default_rng(0).permutation(np.unique(repositories))
    for first in range(min(number, len(shuffled))):
        yield np.isin(repositories, shuffled[first::number])


def measures(searched: Searched, weights: np.ndarray, mode: SearchMode) -> dict[str, float]:
    """Return the measures of the results with these weights."""
    of_chunks = searched.features @ weights
    order = np.argsort(-of_chunks, kind="stable")
    scored = [(str(n), searched.places[n].path, float(of_chunks[n])) for n in order]
    chosen = penalize_same_file(scored, _TABLES[mode].same_file, _HITS)
    return scores(searched.question, [searched.places[int(n)] for n, _ in chosen])


def report(found: Sequence[Searched], mode: SearchMode, number: int) -> str:
    """Fit the weights on all questions and on those outside each fold, and return both tables."""
    present = np.array(list(present_weights(mode).values()))
    start = np.array([_START.get(name, 0.0) for name in present_weights(mode)])
    asked, free = [example(each) for each in found], fittable(found, mode)
    fitted = fit(asked, start, free, present)
    held_out: list[dict[str, float]] = [{} for _ in found]
    of_folds = []
    for held in folds(found, number):
        of_folds.append(fit([asked[n] for n in np.flatnonzero(~held)], start, free, present))
        for n in np.flatnonzero(held).tolist():
            held_out[n] = measures(found[n], of_folds[-1], mode)
    seen = [[measures(each, weights, mode) for each in found] for weights in (present, fitted)]
    weights_table = _weights_table(present_weights(mode), free, fitted, np.array(of_folds))
    return f"{_table(weights_table)}\n{_table(_measures_table(found, [*seen, held_out]))}"


def _weights_table(
    present: Mapping[str, float], free: np.ndarray, fitted: np.ndarray, of_folds: np.ndarray
) -> Iterator[list[str]]:
    yield ["weight", "present", "fitted on everything (mean ± standard deviation over the folds)"]
    for n, (name, weight) in enumerate(present.items()):
        spread = f"{fitted[n]:.2f} ({of_folds[:, n].mean():.2f} ± {of_folds[:, n].std():.2f})"
        yield [name, f"{weight:.1f}", spread if free[n] else "not fitted"]


def _measures_table(found: Sequence[Searched], measured: Sequence[list[dict[str, float]]]) -> Iterator[list[str]]:
    """Yield a row for each source, and one for the mean of the sources."""
    variants = ("present", "fitted, seen", "fitted, held out")
    yield ["source", "questions", *(f"{measure}: {variant}" for measure in _SHOWN for variant in variants)]
    counts = Counter(each.question.source for each in found)
    rows = []
    for source, count in sorted(counts.items()):
        of_source = [n for n, each in enumerate(found) if each.question.source == source]
        rows.append([_mean([of[n] for n in of_source], shown) for shown in _SHOWN for of in measured])
        yield [source, str(count), *map(_cell, rows[-1])]
    yield ["mean of sources", str(len(found)), *map(_cell, np.nanmean(np.array(rows), axis=0))]


def _mean(measured: Sequence[Mapping[str, float]], shown: str) -> float:
    values = [each[shown] for each in measured if shown in each]
    return float(np.mean(values)) if values else float("nan")


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"


def _table(rows: Iterator[list[str]]) -> str:
    heading, *others = rows
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (heading, ["---"] * len(heading), *others))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--by", choices=["keywords", "full"], required=True)
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    # More threads are slower on arrays of this size.
    torch.set_num_threads(1)
    mode = SearchMode.KEYWORD if options.by == "keywords" else SearchMode.HYBRID
    asked = [question for file in options.questions for question in read_questions(file)]
    there = [question for question in asked if (options.trees / question.tree).is_dir()]
    sys.stdout.write(report(list(searches(there, options.trees, mode)), mode, options.folds))


if __name__ == "__main__":
    main()

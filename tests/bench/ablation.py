"""Ablation study: measures search without each ranking feature in turn, on questions with known answers.

    npm run python -- tests/bench/ablation.py QUESTIONS.jsonl --trees DIR [--by keywords|full]

Each difference has its p-value: twice the share of 2,000 resamples of the repositories (paired bootstrap) in which it
has the other sign. Prints a Markdown table. Indexes the trees as `sourcewise eval` does.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from indexed_tree import indexed_tree

from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.evaluation.search import Place, read_questions, scores
from sourcewise.retrieval import ranking, role_quota

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.evaluation.search import KnownQuestion
    from sourcewise.folder_index.index import Index

    # Maps question ids to measures.
    Measured = dict[str, dict[str, float]]

_HITS = 60
_RESAMPLES = 2000
_NO_QUOTA = "without reserved places"
_SHOWN = ("NDCG@10", "MRR@10", "Span400L")
_TABLES = {SearchMode.KEYWORD: "KEYWORD_WEIGHTS", SearchMode.HYBRID: "HYBRID_WEIGHTS"}


def variants(mode: SearchMode) -> Iterator[tuple[str, ranking.Weights]]:
    """Yield the complete table of weights, then the table without each weight in turn."""
    whole: ranking.Weights = getattr(ranking, _TABLES[mode])
    yield "everything", whole
    for field in dataclasses.fields(whole):
        if getattr(whole, field.name):
            empty = type(getattr(whole, field.name))()
            yield f"without {field.name}", dataclasses.replace(whole, **{field.name: empty})
    unasked = {role: weights._replace(asked=weights.unasked) for role, weights in whole.roles.items()}
    yield "whatever role is asked for", dataclasses.replace(whole, roles=unasked)
    for role in whole.roles:
        others = {each: weights for each, weights in whole.roles.items() if each is not role}
        yield f"without role {role}", dataclasses.replace(whole, roles=others)


def measure(asked: Sequence[KnownQuestion], trees: Path, mode: SearchMode) -> dict[str, Measured]:
    """Return the measures of each variant, by its name."""
    measured: dict[str, Measured] = {name: {} for name in (*(name for name, _ in variants(mode)), _NO_QUOTA)}
    tables = list(variants(mode))
    for tree in dict.fromkeys(question.tree for question in asked):
        with indexed_tree(trees / tree, mode) as index:
            for name, weights in tables:
                setattr(ranking, _TABLES[mode], weights)
                measured[name] |= {q.id: _scored(index, q, mode) for q in asked if q.tree == tree}
            setattr(ranking, _TABLES[mode], tables[0][1])
            with _without_reserved_places():
                measured[_NO_QUOTA] |= {q.id: _scored(index, q, mode) for q in asked if q.tree == tree}
    return measured


@contextmanager
def _without_reserved_places() -> Iterator[None]:
    reserved, role_quota._RESERVED = role_quota._RESERVED, 0.0
    try:
        yield
    finally:
        role_quota._RESERVED = reserved


def _scored(index: Index, question: KnownQuestion, mode: SearchMode) -> dict[str, float]:
    chunks = (passage.chunk for passage in index.search(SearchRequest(question.query, _HITS, mode)).passages)
    return scores(question, [Place(chunk.path, chunk.first_line, chunk.last_line) for chunk in chunks])


def rows(asked: Sequence[KnownQuestion], measured: dict[str, Measured]) -> Iterator[list[str]]:
    """Yield the rows of the result table, with a column for each measure of each source."""
    sources = sorted({question.source for question in asked})
    columns = [(source, measure) for source in sources for measure in _SHOWN]
    yield ["", *(f"{source}: {measure}" for source, measure in columns)]
    for name, of_variant in measured.items():
        cells = []
        for source, shown in columns:
            ids = [q.id for q in asked if q.source == source and shown in measured["everything"][q.id]]
            values = np.array([of_variant[i][shown] for i in ids])
            before = np.array([measured["everything"][i][shown] for i in ids])
            trees = np.array([q.tree.partition(".")[0] for q in asked if q.id in frozenset(ids)])
            cells.append(f"{values.mean():.3f}" if name == "everything" else _difference(values - before, trees))
        yield [name, *cells]


def _difference(differences: np.ndarray, trees: np.ndarray) -> str:
    sums, counts = (np.array(list(each)) for each in zip(*_by_tree(differences, trees), strict=True))
    drawn = np.random.default_rng(1).integers(len(sums), size=(_RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    probability = min(1.0, 2 * min((means <= 0).mean(), (means >= 0).mean()))
    return f"{differences.mean():+.3f} (p {probability:.2f})"


def _by_tree(differences: np.ndarray, trees: np.ndarray) -> Iterator[tuple[float, int]]:
    for tree in np.unique(trees):
        of_tree = differences[trees == tree]
        yield of_tree.sum(), len(of_tree)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--by", choices=["keywords", "full"], default="full")
    options = parser.parse_args()
    mode = SearchMode.KEYWORD if options.by == "keywords" else SearchMode.HYBRID
    there = [question for question in read_questions(options.questions) if (options.trees / question.tree).is_dir()]
    table = list(rows(there, measure(there, options.trees, mode)))
    table.insert(1, ["---"] * len(table[0]))
    sys.stdout.write("".join(f"| {' | '.join(cells)} |\n" for cells in table))


if __name__ == "__main__":
    main()

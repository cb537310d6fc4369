"""Fits the weights of a linear ranking by listwise softmax: the score of a relevant candidate should be the highest.

For each question the best chunk of each file competes, since a result is first of all a file. Where the relevant lines
are known, chunks compete too, with a smaller part of the loss. Which chunk of a file is best depends on the weights, so
a fit selects the competitors anew in each of a few rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# The ranks below are rarely shown, and would multiply the time.
_COMPETITORS = 40
_ROUNDS = 4
_ITERATIONS = 100
_L2 = 0.0006
# How much the right lines count beside the right file. 0.2 is as good; without lines, NDCG@10 falls by .005.
_LINES = 0.3
# Absent candidates get this score; infinity would make gradients undefined.
_NEVER = -1e9


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of a question, in the order of their chunk ids.

    Attributes:
        features: a row for each candidate, a column for each feature.
        files: the number of each candidate's file.
        relevant_files: whether the candidate is in a file that answers the question.
        relevant_lines: whether it contains lines that answer the question; all False if these are not known.
        importance: how much the question counts.
    """

    features: np.ndarray
    files: np.ndarray
    relevant_files: np.ndarray
    relevant_lines: np.ndarray
    importance: float


class _Competition(NamedTuple):
    """Arrays with a row for each question and a column for each competitor, padded; `importance` has no columns."""

    features: torch.Tensor
    fixed: torch.Tensor
    relevant: torch.Tensor
    present: torch.Tensor
    importance: torch.Tensor


def fit(examples: Sequence[Example], start: np.ndarray, free: np.ndarray, initial: np.ndarray) -> np.ndarray:
    """Return the fitted weights.

    Args:
        examples: questions with their candidates.
        start: the weights that select the competitors of the first round.
        free: which weights to fit.
        initial: the weights of the others, which stay.
    """
    weights = np.where(free, start, initial)
    for _ in range(_ROUNDS):
        files = _competition(examples, weights, free, _best_of_files)
        lines = _competition(examples, weights, free, _best_chunks)
        weights[free] = _minimized(files, lines, weights[free])
    return weights


def _best_of_files(example: Example, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the best chunk of each competing file, and which candidates are relevant."""
    _, first = np.unique(example.files[order], return_index=True)
    return _competing(order[np.sort(first)], example.relevant_files), example.relevant_files


def _best_chunks(example: Example, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the competing chunks, and which candidates are relevant."""
    return _competing(order, example.relevant_lines), example.relevant_lines


def _competing(order: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Return the first candidates and all relevant ones."""
    rest = order[_COMPETITORS:]
    return np.concatenate([order[:_COMPETITORS], rest[relevant[rest]]])


def _competition(
    examples: Iterable[Example],
    weights: np.ndarray,
    free: np.ndarray,
    choose: Callable[[Example, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> _Competition | None:
    """Return the competitors of each question that has a relevant one; None if there is no such question."""
    chosen = []
    for example in examples:
        order = np.argsort(-(example.features @ weights), kind="stable")
        competitors, relevant = choose(example, order)
        if relevant[competitors].any():
            chosen.append((example, competitors, relevant[competitors]))
    if not chosen:
        return None
    fixed = np.where(free, 0.0, weights)
    return _Competition(
        _padded(example.features[competitors][:, free] for example, competitors, _ in chosen),
        _padded(example.features[competitors] @ fixed for example, competitors, _ in chosen),
        _padded(relevant for _, _, relevant in chosen),
        _padded(np.ones(len(competitors), dtype=bool) for _, competitors, _ in chosen),
        torch.tensor([example.importance for example, _, _ in chosen], dtype=torch.float64),
    )


def _padded(arrays: Iterable[np.ndarray]) -> torch.Tensor:
    return pad_sequence([torch.from_numpy(np.ascontiguousarray(array)) for array in arrays], batch_first=True)


def _minimized(files: _Competition | None, lines: _Competition | None, start: np.ndarray) -> np.ndarray:
    """Return the weights with the least loss."""
    weights = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=_ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        total: torch.Tensor = _L2 * (weights**2).sum()
        if files:
            total = total + (_each_relevant(files, weights) * files.importance).sum() / files.importance.sum()
        if files and lines:
            total = total + _LINES * (_any_relevant(lines, weights) * lines.importance).sum() / files.importance.sum()
        total.backward()
        return total

    optimizer.step(loss)
    return weights.detach().numpy()


def _each_relevant(competition: _Competition, weights: torch.Tensor) -> torch.Tensor:
    """Return the loss of each question: every relevant file should beat all files that are not relevant."""
    scores = _scores(competition, weights)
    irrelevant = torch.logsumexp(scores.masked_fill(competition.relevant, _NEVER), 1, keepdim=True)
    losses = (torch.logaddexp(scores, irrelevant) - scores).masked_fill(~competition.relevant, 0.0)
    return losses.sum(1) / competition.relevant.sum(1)


def _any_relevant(competition: _Competition, weights: torch.Tensor) -> torch.Tensor:
    """Return the loss of each question: one of the relevant chunks should be first, since its lines answer already."""
    scores = _scores(competition, weights)
    return torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~competition.relevant, _NEVER), 1)


def _scores(competition: _Competition, weights: torch.Tensor) -> torch.Tensor:
    return (competition.features @ weights + competition.fixed).masked_fill(~competition.present, _NEVER)

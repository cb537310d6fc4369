"""Ranks the candidates of a search with a linear model, and explains each score. Has no side effects.

A score is the sum of features, each a number from 0 to 1, times their weights. Most features are relative to the best
candidate of the same search, because BM25 and cosines have no common scale across questions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.file_role import FileRole
from sourcewise.retrieval.asked_roles import asked_roles
from sourcewise.retrieval.ranking_features import FeatureExtractor
from sourcewise.retrieval.ranking_weights import HYBRID_WEIGHTS, KEYWORD_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sourcewise.domain.search import SearchRequest


_ROLES_IN_WORDS = {
    FileRole.TEST: "is a test",
    FileRole.BENCHMARK: "is a benchmark",
    FileRole.EXAMPLE: "is an example",
    FileRole.DOCUMENTATION: "is documentation",
    FileRole.CHANGELOG: "is a changelog",
    FileRole.CONFIGURATION: "is configuration",
    FileRole.GENERATED: "is generated",
    FileRole.VENDORED: "is vendored",
    FileRole.DATA: "is data",
}


@dataclass(slots=True)
class Candidate:
    """A chunk that a search found.

    Attributes:
        bm25: its BM25 score.
        nearest: whether it is among the nearest chunks of the vector search.
        similarity: its cosine with the query; None if unknown.
        exact_symbols: symbols that it defines and that the query writes as code.
        exact_location: 1 if the query names its lines or its file; an n-th if n files have that name.
        not_nearest: whether it is embedded, but not among the nearest chunks.
    """

    bm25: float = 0.0
    nearest: bool = False
    similarity: float | None = None
    exact_symbols: list[str] = field(default_factory=list)
    exact_location: float = 0.0
    not_nearest: bool = False


class ChunkMetadata(NamedTuple):
    """The path of a chunk's file, the names of the code that the chunk defines, and the note on the file."""

    path: str
    names: tuple[str, ...]
    note: str = ""


class RankedChunk(NamedTuple):
    """A chunk with its score and the reasons for the score, the largest contribution first."""

    chunk_id: str
    score: float
    reasons: tuple[str, ...]


class _Contribution(NamedTuple):
    """The amount that a feature adds to a score."""

    feature: str
    amount: float


def rank(
    request: SearchRequest,
    term_weights: Mapping[str, float],
    candidates: Mapping[str, Candidate],
    chunk_metadata: Mapping[str, ChunkMetadata],
    *,
    file_similarities: Mapping[str, float] = MappingProxyType({}),
) -> list[RankedChunk]:
    """Return the `request.top` best candidates, best first.

    Args:
        request: the search.
        term_weights: the terms of its text and context, with their weights.
        candidates: the chunks found, by id.
        chunk_metadata: the metadata of the candidates that still exist, by id.
        file_similarities: cosines of file summaries with the query, by path; paths without a summary are left out.
    """
    found = {chunk_id: candidate for chunk_id, candidate in candidates.items() if chunk_id in chunk_metadata}
    features = FeatureExtractor(term_weights)
    scorer = _Scorer(features, asked_roles(request.text), found, chunk_metadata, file_similarities)
    scores = {chunk_id: scorer.score(chunk_id) for chunk_id in found}
    ordered = sorted(found, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    scored = [(chunk_id, chunk_metadata[chunk_id].path, scores[chunk_id]) for chunk_id in ordered]
    chosen = _penalize_same_file(scored, scorer.weights.same_file, request.top)
    return [RankedChunk(i, scores[i] + penalty, scorer.reasons(i, penalty)) for i, penalty in chosen]


class _Scorer:
    """Computes the score of each candidate relative to the other candidates."""

    def __init__(
        self,
        features: FeatureExtractor,
        asked: Mapping[FileRole, float],
        found: Mapping[str, Candidate],
        chunk_metadata: Mapping[str, ChunkMetadata],
        file_similarities: Mapping[str, float],
    ) -> None:
        self.weights = HYBRID_WEIGHTS if any(candidate.nearest for candidate in found.values()) else KEYWORD_WEIGHTS
        self._found = found
        self._paths = {chunk_id: chunk_metadata[chunk_id].path for chunk_id in found}
        self._best_bm25 = max((candidate.bm25 for candidate in found.values()), default=0.0) or 1.0
        cosines = [c.similarity for c in found.values() if c.nearest and c.similarity is not None]
        self._lowest_cosine, self._highest_cosine = min(cosines, default=0.0), max(cosines, default=0.0)
        self._symbols = {chunk_id: features.best_symbol(chunk_metadata[chunk_id].names) for chunk_id in found}
        self._path_features = features.path_features(
            {each.path: each.note for each in map(chunk_metadata.get, found) if each}
        )
        self._asked = asked
        self._semantic = {chunk_id: self._semantic_of(candidate) for chunk_id, candidate in found.items()}
        self._semantic_of_file: dict[str, float] = defaultdict(float)
        for chunk_id, path in self._paths.items():
            self._semantic_of_file[path] = max(self._semantic_of_file[path], self._semantic[chunk_id])
        self._rest_of_file = _rest_of_files(found, self._paths)
        self._file_summary = _scaled(file_similarities, frozenset(self._paths.values()))
        # Computed once per file, since many candidates share a file.
        self._of_files = {path: tuple(self._of_file(path)) for path in self._path_features}
        self._file_scores = {path: _sum(contributions) for path, contributions in self._of_files.items()}

    def score(self, chunk_id: str) -> float:
        """Return the sum of all contributions."""
        return _sum(self._of_chunk(chunk_id)) + self._file_scores[self._paths[chunk_id]]

    def reasons(self, chunk_id: str, penalty: float) -> tuple[str, ...]:
        """Return the nonzero contributions in words, the largest first."""
        same_file = _Contribution("is not the best match in its file", penalty)
        contributions = [*self._of_chunk(chunk_id), *self._of_files[self._paths[chunk_id]], same_file]
        shown = [each for each in contributions if round(each.amount, 2)]
        shown.sort(key=lambda each: -abs(each.amount))
        return tuple(f"{each.feature} {each.amount:+.2f}" for each in shown)

    def _of_chunk(self, chunk_id: str) -> Iterator[_Contribution]:
        weights, candidate, symbol = self.weights, self._found[chunk_id], self._symbols[chunk_id]
        keywords = candidate.bm25 / self._best_bm25
        yield _Contribution("keywords", weights.keywords * keywords)
        of_file = weights.semantic_of_file * self._semantic_of_file[self._paths[chunk_id]]
        yield _Contribution("semantic similarity", weights.semantic * self._semantic[chunk_id] + of_file)
        if candidate.exact_location:
            yield _Contribution("is named in the question", weights.exact_location * candidate.exact_location)
        if candidate.exact_symbols:
            symbols = ", ".join(dict.fromkeys(candidate.exact_symbols))
            yield _Contribution(f"defines {symbols}", weights.exact_symbol)
        if symbol.fit:
            yield _Contribution(f"matches symbol {symbol.name}", weights.symbol * symbol.fit)

    def _of_file(self, path: str) -> Iterator[_Contribution]:
        weights, features = self.weights, self._path_features[path]
        rest = self._rest_of_file[path] / self._best_bm25
        yield _Contribution("keywords elsewhere in the file", weights.rest_of_file * rest)
        yield _Contribution("file summary", weights.file_summary * self._file_summary[path])
        yield _Contribution(
            f"path contains {', '.join(features.matched_terms)}",
            weights.query_in_file_name * features.query_in_file_name
            + weights.file_name_in_query * features.file_name_in_query
            + weights.folder_name_in_query * features.folder_name_in_query,
        )
        yield _Contribution("is deeply nested", weights.depth * features.depth)
        if features.role in weights.roles:
            unasked, asked = weights.roles[features.role]
            likelihood = self._asked.get(features.role, 0.0)
            amount = unasked * (1 - likelihood) + asked * likelihood
            yield _Contribution(_ROLES_IN_WORDS[features.role], amount)

    def _semantic_of(self, candidate: Candidate) -> float:
        """Return the cosine of a candidate, scaled from the lowest of the nearest (0) to the highest (1)."""
        if candidate.not_nearest:
            return 0.0
        if candidate.similarity is None:
            # Estimate the similarity of a chunk without a vector by its keywords.
            return candidate.bm25 / self._best_bm25
        if self._highest_cosine <= self._lowest_cosine:
            return float(candidate.similarity >= self._highest_cosine)
        return max(candidate.similarity - self._lowest_cosine, 0.0) / (self._highest_cosine - self._lowest_cosine)


def _sum(contributions: Iterable[_Contribution]) -> float:
    return sum(each.amount for each in contributions)


def _rest_of_files(found: Mapping[str, Candidate], paths: Mapping[str, str]) -> dict[str, float]:
    """Return, by path, the sum of the BM25 scores of all but the best chunk, the n-th best divided by n."""
    scores: dict[str, list[float]] = defaultdict(list)
    for chunk_id, candidate in found.items():
        scores[paths[chunk_id]].append(candidate.bm25)
    ordered = {path: sorted(of_file, reverse=True)[1:10] for path, of_file in scores.items()}
    return {path: sum(score / n for n, score in enumerate(others, 2)) for path, others in ordered.items()}


def _scaled(cosines: Mapping[str, float], paths: Collection[str]) -> dict[str, float]:
    """Return the cosine of each path, scaled from the lowest (0) to the highest (1); the mean for unknown ones."""
    least, most = min(cosines.values(), default=0.0), max(cosines.values(), default=0.0)
    scaled = {path: (cosine - least) / (most - least or 1.0) for path, cosine in cosines.items()}
    average = sum(scaled.values()) / (len(scaled) or 1)
    return {path: scaled.get(path, average) for path in paths}


def _penalize_same_file(scored: Sequence[tuple[str, str, float]], penalty: float, top: int) -> list[tuple[str, float]]:
    """Penalize every chunk but the best of each file, so that one file does not fill the results.

    Args:
        scored: id, path and score of chunks, best first.
        penalty: the amount to add to the score; negative.
        top: the maximum number of chunks to return.

    Returns:
        The ids in their new order, each with its penalty or 0.
    """
    added: dict[str, float] = {}
    files: set[str] = set()
    for chunk_id, path, _ in scored:
        added[chunk_id] = penalty if path in files else 0.0
        files.add(path)
    ordered = sorted(scored, key=lambda item: -(item[2] + added[item[0]]))
    return [(chunk_id, added[chunk_id]) for chunk_id, _, _ in ordered[:top]]

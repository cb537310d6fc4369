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
from sourcewise.retrieval.ranking_weights import HYBRID_WEIGHTS, KEYWORD_WEIGHTS, RoleWeights

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


class _ChunkFeatures(NamedTuple):
    """The features of a chunk, by the names of their weights."""

    keywords: float
    semantic: float
    semantic_of_file: float
    symbol: float
    exact_symbol: float
    exact_location: float


class _FileFeatures(NamedTuple):
    """The features that all chunks of a file share, by the names of their weights; the last two for its role."""

    rest_of_file: float
    file_summary: float
    query_in_file_name: float
    file_name_in_query: float
    folder_name_in_query: float
    depth: float
    unasked: float
    asked: float


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
    scorer = Scorer(request, term_weights, candidates, chunk_metadata, file_similarities)
    scores = {chunk_id: scorer.score(chunk_id) for chunk_id in scorer.found}
    ordered = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    scored = [(chunk_id, chunk_metadata[chunk_id].path, scores[chunk_id]) for chunk_id in ordered]
    chosen = penalize_same_file(scored, scorer.weights.same_file, request.top)
    return [RankedChunk(i, scores[i] + penalty, scorer.reasons(i, penalty)) for i, penalty in chosen]


class Scorer:
    """Computes the features and the score of each candidate relative to the other candidates.

    Attributes:
        found: the candidates that still exist, by id.
        weights: the table of weights for this search.
    """

    def __init__(
        self,
        request: SearchRequest,
        term_weights: Mapping[str, float],
        candidates: Mapping[str, Candidate],
        chunk_metadata: Mapping[str, ChunkMetadata],
        file_similarities: Mapping[str, float],
    ) -> None:
        """Take the arguments of `rank`."""
        self.found = found = {i: candidate for i, candidate in candidates.items() if i in chunk_metadata}
        extractor = FeatureExtractor(term_weights)
        self.weights = HYBRID_WEIGHTS if any(candidate.nearest for candidate in found.values()) else KEYWORD_WEIGHTS
        self._paths = {chunk_id: chunk_metadata[chunk_id].path for chunk_id in found}
        self._best_bm25 = max((candidate.bm25 for candidate in found.values()), default=0.0) or 1.0
        cosines = [c.similarity for c in found.values() if c.nearest and c.similarity is not None]
        self._lowest_cosine, self._highest_cosine = min(cosines, default=0.0), max(cosines, default=0.0)
        self._symbols = {chunk_id: extractor.best_symbol(chunk_metadata[chunk_id].names) for chunk_id in found}
        self._path_features = extractor.path_features(
            {each.path: each.note for each in map(chunk_metadata.get, found) if each}
        )
        self._asked = asked_roles(request.text)
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

    def features(self, chunk_id: str) -> dict[str, float]:
        """Return all features of a chunk; those of its file's role are called `test, unasked` and `test, asked`."""
        path = self._paths[chunk_id]
        of_file = self._file_features(path)._asdict()
        role = self._path_features[path].role
        of_role = {f"{role}, {name}": of_file.pop(name) for name in RoleWeights._fields}
        return self._chunk_features(chunk_id)._asdict() | of_file | of_role

    def reasons(self, chunk_id: str, penalty: float) -> tuple[str, ...]:
        """Return the nonzero contributions in words, the largest first."""
        same_file = _Contribution("is not the best match in its file", penalty)
        contributions = [*self._of_chunk(chunk_id), *self._of_files[self._paths[chunk_id]], same_file]
        shown = [each for each in contributions if round(each.amount, 2)]
        shown.sort(key=lambda each: -abs(each.amount))
        return tuple(f"{each.feature} {each.amount:+.2f}" for each in shown)

    def _chunk_features(self, chunk_id: str) -> _ChunkFeatures:
        candidate = self.found[chunk_id]
        return _ChunkFeatures(
            keywords=candidate.bm25 / self._best_bm25,
            semantic=self._semantic[chunk_id],
            semantic_of_file=self._semantic_of_file[self._paths[chunk_id]],
            symbol=self._symbols[chunk_id].fit,
            exact_symbol=float(bool(candidate.exact_symbols)),
            exact_location=candidate.exact_location,
        )

    def _file_features(self, path: str) -> _FileFeatures:
        of_path = self._path_features[path]
        likelihood = self._asked.get(of_path.role, 0.0)
        return _FileFeatures(
            rest_of_file=self._rest_of_file[path] / self._best_bm25,
            file_summary=self._file_summary[path],
            query_in_file_name=of_path.query_in_file_name,
            file_name_in_query=of_path.file_name_in_query,
            folder_name_in_query=of_path.folder_name_in_query,
            depth=of_path.depth,
            unasked=1 - likelihood,
            asked=likelihood,
        )

    def _of_chunk(self, chunk_id: str) -> Iterator[_Contribution]:
        weights, features = self.weights, self._chunk_features(chunk_id)
        yield _Contribution("keywords", weights.keywords * features.keywords)
        semantic = weights.semantic * features.semantic + weights.semantic_of_file * features.semantic_of_file
        yield _Contribution("semantic similarity", semantic)
        if features.exact_location:
            yield _Contribution("is named in the question", weights.exact_location * features.exact_location)
        if features.exact_symbol:
            symbols = ", ".join(dict.fromkeys(self.found[chunk_id].exact_symbols))
            yield _Contribution(f"defines {symbols}", weights.exact_symbol)
        if features.symbol:
            yield _Contribution(f"matches symbol {self._symbols[chunk_id].name}", weights.symbol * features.symbol)

    def _of_file(self, path: str) -> Iterator[_Contribution]:
        weights, features, of_path = self.weights, self._file_features(path), self._path_features[path]
        yield _Contribution("keywords elsewhere in the file", weights.rest_of_file * features.rest_of_file)
        yield _Contribution("file summary", weights.file_summary * features.file_summary)
        yield _Contribution(
            f"path contains {', '.join(of_path.matched_terms)}",
            weights.query_in_file_name * features.query_in_file_name
            + weights.file_name_in_query * features.file_name_in_query
            + weights.folder_name_in_query * features.folder_name_in_query,
        )
        yield _Contribution("is deeply nested", weights.depth * features.depth)
        if of_path.role in weights.roles:
            of_role = weights.roles[of_path.role]
            amount = of_role.unasked * features.unasked + of_role.asked * features.asked
            yield _Contribution(_ROLES_IN_WORDS[of_path.role], amount)

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


def penalize_same_file(scored: Sequence[tuple[str, str, float]], penalty: float, top: int) -> list[tuple[str, float]]:
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

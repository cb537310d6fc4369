"""Scores candidates: pure, and able to say why. All weights stand in one table.

A score is a sum: each kind of evidence, a number from 0 to 1, times its weight. Most of it is relative to the best that
was found for the question: BM25 and cosines have no scale of their own. The weights were fitted to questions with known
answers; `server/RETRIEVAL.md` tells how, and what each one buys.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.retrieval.ranking_features import QuestionWords

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sourcewise.domain.search import SearchRequest


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence adds to a score.

    Attributes:
        keywords: BM25 of the chunk, of the best.
        rest_of_file: BM25 of the file's other chunks, the n-th best of them counting an n-th.
        meaning: cosine with the question, from the last of the nearest chunks (0) to the first (1).
        nearest_in_file: the same of the nearest chunk of its file. It takes back some of what meaning gives, so that
            meaning counts more for which lines of a file are meant than for which file.
        synopsis: cosine of what the file is about with the question, from the farthest of the files (0) to the nearest.
        definition: a name that is defined in the chunk fits the question.
        asked: a name that is written in the question as code is defined in the chunk.
        named: the question names the lines, or the file. By judgement, since no question with a known answer names one:
            more than it costs not to be the best of the file.
        question_in_name: how much of the question the file's name has; `name_in_question`: how little else it has.
        folder_in_question: how little else than what the question has the name of its folder has.
        test: it is one; `aside`: it is not the product's own code; `prose`: it is text or data.
        depth: it is five folders deeper than the shallowest of those found.
        same_file: another passage of its file comes before it.
    """

    keywords: float
    rest_of_file: float
    meaning: float
    nearest_in_file: float
    synopsis: float
    definition: float
    question_in_name: float
    name_in_question: float
    folder_in_question: float
    test: float
    aside: float
    prose: float
    depth: float
    asked: float
    named: float = 6.0
    same_file: float = -3.0


KEYWORDS_ALONE = Weights(
    keywords=3.8,
    rest_of_file=1.3,
    meaning=0.0,
    nearest_in_file=0.0,
    synopsis=2.0,
    definition=5.5,
    question_in_name=1.6,
    name_in_question=2.2,
    folder_in_question=0.7,
    test=-0.8,
    aside=-1.4,
    prose=-0.8,
    depth=-3.7,
    asked=1.0,
)
WITH_MEANING = Weights(
    keywords=2.6,
    rest_of_file=1.0,
    meaning=5.4,
    nearest_in_file=-1.8,
    synopsis=1.0,
    definition=2.1,
    question_in_name=4.5,
    name_in_question=1.0,
    folder_in_question=1.5,
    test=-0.6,
    aside=-2.0,
    prose=-1.2,
    depth=-3.2,
    asked=0.25,
)


@dataclass(slots=True)
class Candidate:
    """A chunk that a search found.

    Attributes:
        keyword: its BM25 score.
        nearest: whether it is among the chunks that are nearest to the question.
        similarity: its cosine with the question, where it is known.
        far: whether it is embedded, but not among the nearest.
        asked: names in it that the question writes as code.
        named: whether the question names its lines, or its file.
    """

    keyword: float = 0.0
    nearest: bool = False
    similarity: float | None = None
    asked: list[str] = field(default_factory=list)
    named: bool = False
    far: bool = False


class Sketch(NamedTuple):
    """What ranking has to know of a chunk: its file, and the names of what is defined in it."""

    path: str
    names: tuple[str, ...]


class Ranked(NamedTuple):
    """A chunk in its place, with its score and what made it, the weightiest first."""

    chunk_id: str
    score: float
    reasons: tuple[str, ...]


class _Evidence(NamedTuple):
    """Something that speaks for a chunk or against it: what, and how much it adds to the score."""

    what: str
    amount: float


def rank(
    request: SearchRequest,
    telling: Mapping[str, float],
    candidates: Mapping[str, Candidate],
    chunk_metadata: Mapping[str, Sketch],
    *,
    synopses: Mapping[str, float] = MappingProxyType({}),
) -> list[Ranked]:
    """Return the best candidates, best first.

    Args:
        request: its text and its `top` count here.
        telling: the words of its text, and how much each tells.
        candidates: what searches found, by chunk id.
        chunk_metadata: those of them that exist.
        synopses: cosines with the question of what files are about, by path, as far as they are known.
    """
    found = {chunk_id: candidate for chunk_id, candidate in candidates.items() if chunk_id in chunk_metadata}
    scorer = _Scorer(QuestionWords(request.text, telling), found, chunk_metadata, synopses)
    scores = {chunk_id: scorer.score(chunk_id) for chunk_id in found}
    ordered = sorted(found, key=lambda chunk_id: (-scores[chunk_id], chunk_id))
    chosen = _spread([(i, chunk_metadata[i].path, scores[i]) for i in ordered], scorer.weights.same_file, request.top)
    return [Ranked(i, scores[i] + deducted, scorer.reasons(i, deducted)) for i, deducted in chosen]


class _Scorer:
    """Weighs the evidence for candidates beside each other."""

    def __init__(
        self,
        words: QuestionWords,
        found: Mapping[str, Candidate],
        chunk_metadata: Mapping[str, Sketch],
        synopses: Mapping[str, float],
    ) -> None:
        self.weights = WITH_MEANING if any(candidate.nearest for candidate in found.values()) else KEYWORDS_ALONE
        self._found = found
        self._paths = {chunk_id: chunk_metadata[chunk_id].path for chunk_id in found}
        self._best_keyword = max((candidate.keyword for candidate in found.values()), default=0.0) or 1.0
        cosines = [c.similarity for c in found.values() if c.nearest and c.similarity is not None]
        self._farthest, self._nearest = min(cosines, default=0.0), max(cosines, default=0.0)
        self._names = {chunk_id: words.best_name(chunk_metadata[chunk_id].names) for chunk_id in found}
        self._places = words.places(frozenset(self._paths.values()))
        self._nearness = {chunk_id: self._nearness_of(candidate) for chunk_id, candidate in found.items()}
        self._nearest_in_file: dict[str, float] = defaultdict(float)
        for chunk_id, path in self._paths.items():
            self._nearest_in_file[path] = max(self._nearest_in_file[path], self._nearness[chunk_id])
        self._rest = _rest_of_files(found, self._paths)
        self._about = _scaled(synopses, frozenset(self._paths.values()))
        # Of many chunks of a file, what its file says is weighed once.
        self._of_files = {path: tuple(self._of_file(path)) for path in self._places}
        self._file_scores = {path: _sum(evidence) for path, evidence in self._of_files.items()}

    def score(self, chunk_id: str) -> float:
        """Return the sum of all evidence."""
        return _sum(self._of_chunk(chunk_id)) + self._file_scores[self._paths[chunk_id]]

    def reasons(self, chunk_id: str, deducted: float) -> tuple[str, ...]:
        """Return in words what counts, and how much it does, the weightiest first."""
        others = _Evidence("is not the best of its file", deducted)
        evidence = [*self._of_chunk(chunk_id), *self._of_files[self._paths[chunk_id]], others]
        told = [each for each in evidence if round(each.amount, 2)]
        told.sort(key=lambda each: -abs(each.amount))
        return tuple(f"{each.what} {each.amount:+.2f}" for each in told)

    def _of_chunk(self, chunk_id: str) -> Iterator[_Evidence]:
        weights, candidate, own = self.weights, self._found[chunk_id], self._names[chunk_id]
        keywords = candidate.keyword / self._best_keyword
        yield _Evidence("keywords", weights.keywords * keywords)
        taken_back = weights.nearest_in_file * self._nearest_in_file[self._paths[chunk_id]]
        yield _Evidence("meaning", weights.meaning * self._nearness[chunk_id] + taken_back)
        if candidate.named:
            yield _Evidence("is named by the question", weights.named)
        if candidate.asked:
            yield _Evidence(f"defines {', '.join(dict.fromkeys(candidate.asked))}", weights.asked)
        if own.fit:
            yield _Evidence(f"is about {own.name}", weights.definition * own.fit)

    def _of_file(self, path: str) -> Iterator[_Evidence]:
        weights, place = self.weights, self._places[path]
        rest = self._rest[path] / self._best_keyword
        yield _Evidence("keywords elsewhere in the file", weights.rest_of_file * rest)
        yield _Evidence("what the file is about", weights.synopsis * self._about[path])
        yield _Evidence(
            f"path has {', '.join(place.words)}",
            weights.question_in_name * place.question_in_name
            + weights.name_in_question * place.name_in_question
            + weights.folder_in_question * place.folder_in_question,
        )
        yield _Evidence("is deep in folders", weights.depth * place.depth)
        yield _Evidence("is a test", weights.test * place.test)
        yield _Evidence("is beside the product's code", weights.aside * place.aside)
        yield _Evidence("is text or data", weights.prose * place.prose)

    def _nearness_of(self, candidate: Candidate) -> float:
        """Return how near a chunk is to the question, from the farthest of the nearest (0) to the nearest (1)."""
        if candidate.far:
            return 0.0
        if candidate.similarity is None:
            # What is not embedded yet is taken to be as near as its words suggest.
            return candidate.keyword / self._best_keyword
        if self._nearest <= self._farthest:
            return float(candidate.similarity >= self._nearest)
        return max(candidate.similarity - self._farthest, 0.0) / (self._nearest - self._farthest)


def _sum(evidence: Iterable[_Evidence]) -> float:
    return sum(each.amount for each in evidence)


def _rest_of_files(found: Mapping[str, Candidate], paths: Mapping[str, str]) -> dict[str, float]:
    """Return for each file what its chunks but the best have of keywords, the n-th of them counting an n-th."""
    scores: dict[str, list[float]] = defaultdict(list)
    for chunk_id, candidate in found.items():
        scores[paths[chunk_id]].append(candidate.keyword)
    ordered = {path: sorted(of_file, reverse=True)[1:10] for path, of_file in scores.items()}
    return {path: sum(score / n for n, score in enumerate(others, 2)) for path, others in ordered.items()}


def _scaled(cosines: Mapping[str, float], paths: Collection[str]) -> dict[str, float]:
    """Return for each path how near it is, from the farthest (0) to the nearest (1); where unknown, as the mean."""
    least, most = min(cosines.values(), default=0.0), max(cosines.values(), default=0.0)
    scaled = {path: (cosine - least) / (most - least or 1.0) for path, cosine in cosines.items()}
    usual = sum(scaled.values()) / (len(scaled) or 1)
    return {path: scaled.get(path, usual) for path in paths}


def _spread(scored: Sequence[tuple[str, str, float]], same_file: float, top: int) -> list[tuple[str, float]]:
    """Put the best of each file before its others, which count less.

    Args:
        scored: id, path and score of chunks, best first.
        same_file: what it adds to a score not to be the best of its file.
        top: how many at most.

    Returns:
        The ids in their new order, each with what was added.
    """
    added: dict[str, float] = {}
    files: set[str] = set()
    for chunk_id, path, _ in scored:
        added[chunk_id] = same_file if path in files else 0.0
        files.add(path)
    ordered = sorted(scored, key=lambda item: -(item[2] + added[item[0]]))
    return [(chunk_id, added[chunk_id]) for chunk_id, _, _ in ordered[:top]]

"""What the names and the place of some code say about a question: pure measures, each from 0 to 1.

A question names what it is about in its own words: `how are routes matched` means `Router.match` in `routing.py`. So
words are compared by their roots, and weighed by how much they tell: a word of every chunk says nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.text.words import identifier_words, root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEST = re.compile(
    r"(^|/)(t|tests?|testing|specs?|__tests__)(/|$)|(^|/)(test_[^/]*|conftest\.py|[^/]*[._-](tests?|spec)\.\w+)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(^|/)(examples?|samples?|demos?|docs?|vendor(ed)?|third[_-]?party|benchmarks?|fixtures)(/|$)"
    r"|(^|/)\.\w[^/]*/|\.pyi$|[._-]bench(mark)?s?\.\w+$",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"(^|/)(\.|change(s|log)|history|news|release[_-]?notes|whats[_-]?new|CMakeLists|Makefile|BUILD)[^/]*$"
    r"|\.(md|rst|adoc|txt|json|ya?ml|toml|ini|cfg|xml|html?|css|bazel|cmake|stub|in|am|m4)$",
    re.IGNORECASE,
)
_ABOUT_TESTS = re.compile(r"\b(tests?|tested|testing|specs?|fixtures?|mocks?)\b", re.IGNORECASE)
_ABOUT_ASIDES = re.compile(
    r"\b(examples?|samples?|demos?|docs?|documentation|vendor(ed)?|benchmarks?|stubs?)\b", re.IGNORECASE
)
_ABOUT_PROSE = re.compile(
    r"\b(change(d|s|log)|history|releases?|versions?|readme|docs?|documentation|config(uration)?|settings?|json|ya?ml"
    r"|toml|markdown|css|html|build|makefile|cmake)\b",
    re.IGNORECASE,
)
_DEEPEST = 5


class PlaceEvidence(NamedTuple):
    """What a path says.

    Attributes:
        question_in_name: how much of the question the file's name has.
        name_in_question: how much of the file's name the question has.
        folder_in_question: how much of its folder's name the question has.
        words: those of the question that the path has.
        depth: in how many folders more it is than the shallowest, of five.
        test: whether it is a test; `aside`: an example, a benchmark, not the product's own; `prose`: text or data.
    """

    question_in_name: float
    name_in_question: float
    folder_in_question: float
    words: tuple[str, ...]
    depth: float
    test: bool
    aside: bool
    prose: bool


class NameEvidence(NamedTuple):
    """How well a definition's name fits a question, and the name."""

    fit: float = 0.0
    name: str = ""


class QuestionWords:
    """The words of a question, by root, with how much they tell; and what the question says it is about."""

    def __init__(self, question: str, telling: Mapping[str, float]) -> None:
        """Take a question and how much each of its words tells."""
        self._told: dict[str, float] = {}
        for word, weight in telling.items():
            self._told[root(word)] = max(weight, self._told.get(root(word), 0.0))
        self._total = sum(self._told.values()) or 1.0
        self._about_tests = bool(_ABOUT_TESTS.search(question))
        self._about_asides = bool(_ABOUT_ASIDES.search(question))
        self._about_prose = bool(_ABOUT_PROSE.search(question))

    def best_name(self, names: Iterable[str]) -> NameEvidence:
        """Return the name that fits best: asked for by many of the question's words, and by most of its own."""
        return max((NameEvidence(self._fit(name), name) for name in names), default=NameEvidence())

    def _fit(self, name: str) -> float:
        roots = _roots(name)
        shared = roots & self._told.keys()
        return self._share(shared) * len(shared) / len(roots) if shared else 0.0

    def _share(self, roots: Iterable[str]) -> float:
        """Return how much of all that the question tells these words tell."""
        return sum(self._told[word] for word in roots) / self._total

    def places(self, paths: Iterable[str]) -> dict[str, PlaceEvidence]:
        """Return what each path says beside the others: a word that all of them have says nothing."""
        parts = {path: _path_roots(path) for path in paths}
        least = min((path.count("/") for path in parts), default=0)
        common = Counter(word for part in parts.values() for word in part.folders | part.name)
        rare = {
            word: math.log1p(len(parts) / (count + 0.5)) / math.log1p(len(parts) / 0.5)
            for word, count in common.items()
        }
        return {path: self._place(path, part, rare, path.count("/") - least) for path, part in parts.items()}

    def _place(self, path: str, part: _PathRoots, rare: Mapping[str, float], deeper: int) -> PlaceEvidence:
        asked = part.name & self._told.keys()
        return PlaceEvidence(
            question_in_name=sum(self._told[word] * rare[word] for word in asked) / self._total,
            name_in_question=self._covered(part.name, rare),
            folder_in_question=self._covered(part.folder, rare),
            words=tuple(sorted((part.folders | part.name) & self._told.keys())),
            depth=min(deeper, _DEEPEST) / _DEEPEST,
            test=not self._about_tests and bool(_TEST.search(path)),
            aside=not self._about_asides and bool(_ASIDE.search(path)),
            prose=not self._about_prose and bool(_PROSE.search(path)),
        )

    def _covered(self, roots: frozenset[str], rare: Mapping[str, float]) -> float:
        """Return how much of a name the question has, by how rare its words are among the paths."""
        asked = roots & self._told.keys()
        return sum(rare[word] for word in asked) / sum(rare[word] for word in roots) if asked else 0.0


class _PathRoots(NamedTuple):
    """The roots of a path's folders, of the one it lies in, and of the file's name without its endings."""

    folders: frozenset[str]
    folder: frozenset[str]
    name: frozenset[str]


@lru_cache(maxsize=65_536)
def _roots(name: str) -> frozenset[str]:
    return frozenset(map(root, identifier_words(name).split()))


@lru_cache(maxsize=65_536)
def _path_roots(path: str) -> _PathRoots:
    folders, _, name = path.rpartition("/")
    folder = folders.rpartition("/")[2]
    return _PathRoots(_roots(folders), _roots(folder), _roots(name.lstrip(".").split(".")[0]))

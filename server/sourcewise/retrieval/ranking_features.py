"""Ranking features from symbol names and paths: pure functions of a query, each from 0 to 1.

A question describes code in its own words: `how are routes matched` should find `Router.match` in `routing.py`. So
words are compared by their roots, and weighted by their inverse document frequency.
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
_NON_PRODUCT = re.compile(
    r"(^|/)(examples?|samples?|demos?|docs?|vendor(ed)?|third[_-]?party|benchmarks?|fixtures)(/|$)"
    r"|(^|/)\.\w[^/]*/|\.pyi$|[._-]bench(mark)?s?\.\w+$",
    re.IGNORECASE,
)
_NON_CODE = re.compile(
    r"(^|/)(\.|change(s|log)|history|news|release[_-]?notes|whats[_-]?new|CMakeLists|Makefile|BUILD)[^/]*$"
    r"|\.(md|rst|adoc|txt|json|ya?ml|toml|ini|cfg|xml|html?|css|bazel|cmake|stub|in|am|m4)$",
    re.IGNORECASE,
)
_ABOUT_TESTS = re.compile(r"\b(tests?|tested|testing|specs?|fixtures?|mocks?)\b", re.IGNORECASE)
_ABOUT_NON_PRODUCT = re.compile(
    r"\b(examples?|samples?|demos?|docs?|documentation|vendor(ed)?|benchmarks?|stubs?)\b", re.IGNORECASE
)
_ABOUT_NON_CODE = re.compile(
    r"\b(change(d|s|log)|history|releases?|versions?|readme|docs?|documentation|config(uration)?|settings?|json|ya?ml"
    r"|toml|markdown|css|html|build|makefile|cmake)\b",
    re.IGNORECASE,
)
_DEEPEST = 5


class PathFeatures(NamedTuple):
    """The features of a path.

    Attributes:
        query_in_file_name: how much of the query the file name contains, by term weight.
        file_name_in_query: how much of the file name the query contains.
        folder_name_in_query: how much of the name of the file's folder the query contains.
        matched_terms: the roots of query terms that the path contains.
        depth: how many folders deeper the path is than the shallowest one, as a share of five; at most 1.
        test: whether the file is a test.
        non_product: whether the file is an example, a benchmark or similar.
        non_code: whether the file is text or data.
    """

    query_in_file_name: float
    file_name_in_query: float
    folder_name_in_query: float
    matched_terms: tuple[str, ...]
    depth: float
    test: bool
    non_product: bool
    non_code: bool


class SymbolMatch(NamedTuple):
    """The name of a symbol, and how well it matches a query, from 0 to 1."""

    fit: float = 0.0
    name: str = ""


class FeatureExtractor:
    """Computes the features of names and paths for one query."""

    def __init__(self, text: str, term_weights: Mapping[str, float]) -> None:
        """Prepare a query.

        Args:
            text: the text of the query. A word such as `test` or `example` turns off the feature of that name.
            term_weights: the terms of the query, with their weights.
        """
        self._weights: dict[str, float] = {}
        for term, weight in term_weights.items():
            self._weights[root(term)] = max(weight, self._weights.get(root(term), 0.0))
        self._total = sum(self._weights.values()) or 1.0
        self._about_tests = bool(_ABOUT_TESTS.search(text))
        self._about_non_product = bool(_ABOUT_NON_PRODUCT.search(text))
        self._about_non_code = bool(_ABOUT_NON_CODE.search(text))

    def best_symbol(self, names: Iterable[str]) -> SymbolMatch:
        """Return the best-matching name: it shares many words with the query, and has few others."""
        return max((SymbolMatch(self._fit(name), name) for name in names), default=SymbolMatch())

    def _fit(self, name: str) -> float:
        roots = _roots(name)
        shared = roots & self._weights.keys()
        return self._share(shared) * len(shared) / len(roots) if shared else 0.0

    def _share(self, roots: Iterable[str]) -> float:
        """Return the weight of these terms as a share of the weight of all query terms."""
        return sum(self._weights[word] for word in roots) / self._total

    def path_features(self, paths: Iterable[str]) -> dict[str, PathFeatures]:
        """Return the features of each path; a word that all paths contain counts little."""
        parts = {path: _path_roots(path) for path in paths}
        least = min((path.count("/") for path in parts), default=0)
        common = Counter(word for part in parts.values() for word in part.folders | part.name)
        word_weights = {
            word: math.log1p(len(parts) / (count + 0.5)) / math.log1p(len(parts) / 0.5)
            for word, count in common.items()
        }
        return {path: self._features(path, part, word_weights, path.count("/") - least) for path, part in parts.items()}

    def _features(self, path: str, part: _PathRoots, word_weights: Mapping[str, float], deeper: int) -> PathFeatures:
        matched = part.name & self._weights.keys()
        return PathFeatures(
            query_in_file_name=sum(self._weights[word] * word_weights[word] for word in matched) / self._total,
            file_name_in_query=self._coverage(part.name, word_weights),
            folder_name_in_query=self._coverage(part.folder, word_weights),
            matched_terms=tuple(sorted((part.folders | part.name) & self._weights.keys())),
            depth=min(deeper, _DEEPEST) / _DEEPEST,
            test=not self._about_tests and bool(_TEST.search(path)),
            non_product=not self._about_non_product and bool(_NON_PRODUCT.search(path)),
            non_code=not self._about_non_code and bool(_NON_CODE.search(path)),
        )

    def _coverage(self, roots: frozenset[str], word_weights: Mapping[str, float]) -> float:
        """Return how much of a name the query contains; words that are rare among the paths count more."""
        matched = roots & self._weights.keys()
        total = sum(word_weights[word] for word in roots)
        return sum(word_weights[word] for word in matched) / total if matched else 0.0


class _PathRoots(NamedTuple):
    """Roots of the words in a path: in all folders, the innermost folder, and the file name without extensions."""

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

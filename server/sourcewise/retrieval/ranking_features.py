"""Ranking features from symbol names and paths: pure functions of a query, each from 0 to 1.

A question describes code in its own words: `how are routes matched` should find `Router.match` in `routing.py`. So
words are compared by their roots, and weighted by their inverse document frequency.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.file_role import FileRole
from sourcewise.mining.file_roles import file_role
from sourcewise.text.words import identifier_words, root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DEEPEST = 5


class PathFeatures(NamedTuple):
    """The features of a path.

    Attributes:
        query_in_file_name: how much of the query the file name contains, by term weight.
        file_name_in_query: how much of the file name the query contains.
        folder_name_in_query: how much of the name of the file's folder the query contains.
        matched_terms: the roots of query terms that the path contains.
        depth: how many folders deeper the path is than the shallowest product code, as a share of five; at most 1.
        role: the role of the file.
    """

    query_in_file_name: float
    file_name_in_query: float
    folder_name_in_query: float
    matched_terms: tuple[str, ...]
    depth: float
    role: FileRole


class SymbolMatch(NamedTuple):
    """The name of a symbol, and how well it matches a query, from 0 to 1."""

    fit: float = 0.0
    name: str = ""


class FeatureExtractor:
    """Computes the features of names and paths for one query."""

    def __init__(self, term_weights: Mapping[str, float]) -> None:
        """Take the terms of a query, with their weights."""
        self._weights: dict[str, float] = {}
        for term, weight in term_weights.items():
            self._weights[root(term)] = max(weight, self._weights.get(root(term), 0.0))
        self._total = sum(self._weights.values()) or 1.0

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

    def path_features(self, notes: Mapping[str, str]) -> dict[str, PathFeatures]:
        """Return the features of each path; a word that all paths contain counts little.

        Args:
            notes: the note on each file, by path; see `file_role`.
        """
        parts = {path: _path_roots(path) for path in notes}
        roles = {path: file_role(path, note) for path, note in notes.items()}
        product = [path for path, role in roles.items() if role is FileRole.CODE]
        # A README at the root of a repository would make all of `src/main/java/…` look deep.
        least = min((path.count("/") for path in product or parts), default=0)
        common = Counter(word for part in parts.values() for word in part.folders | part.name)
        word_weights = {
            word: math.log1p(len(parts) / (count + 0.5)) / math.log1p(len(parts) / 0.5)
            for word, count in common.items()
        }
        return {
            path: self._features(part, word_weights, max(path.count("/") - least, 0), roles[path])
            for path, part in parts.items()
        }

    def _features(
        self, part: _PathRoots, word_weights: Mapping[str, float], deeper: int, role: FileRole
    ) -> PathFeatures:
        matched = part.name & self._weights.keys()
        return PathFeatures(
            query_in_file_name=sum(self._weights[word] * word_weights[word] for word in matched) / self._total,
            file_name_in_query=self._coverage(part.name, word_weights),
            folder_name_in_query=self._coverage(part.folder, word_weights),
            matched_terms=tuple(sorted((part.folders | part.name) & self._weights.keys())),
            depth=min(deeper, _DEEPEST) / _DEEPEST,
            role=role,
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

"""Estimates how relevant a file is to a question from its path alone, for the order in which files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.file_role import FileRole
from sourcewise.retrieval.ranking_features import FeatureExtractor
from sourcewise.text.words import query_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    Relevance = tuple[float, int, bool]


def path_relevance(question: str, paths: Sequence[str]) -> dict[str, Relevance]:
    """Return a sort key for each path; more relevant files have greater keys.

    Names that match the question count first, then the number of its words in the path, then whether the file is
    product code rather than a test, a document or the like.
    """
    extractor = FeatureExtractor(dict.fromkeys(query_terms(question), 1.0))
    relevance = {}
    for path, features in extractor.path_features(dict.fromkeys(paths, "")).items():
        names = features.query_in_file_name + features.file_name_in_query + features.folder_name_in_query
        relevance[path] = names, len(features.matched_terms), features.role is FileRole.CODE
    return relevance

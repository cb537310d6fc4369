"""The weights of the ranking features, in two tables: for keyword search alone, and for keywords with vectors.

They were fitted to questions with known answers about whole repositories and about product code alone;
`server/RETRIEVAL.md` describes how, and what each feature adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.file_role import FileRole

if TYPE_CHECKING:
    from collections.abc import Mapping


class RoleWeights(NamedTuple):
    """What a file of a role adds to a score: if the question does not ask for the role, and if it does."""

    unasked: float
    asked: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature in a score.

    Attributes:
        keywords: BM25 of the chunk, as a share of the best.
        rest_of_file: BM25 of the other chunks of the file; the n-th best of them counts an n-th.
        semantic: cosine with the query, scaled from the last of the nearest chunks (0) to the first (1).
        semantic_of_file: the same for the best chunk of the file. It is negative, since cosines distinguish lines
            within a file better than files from each other.
        file_summary: cosine of the file's summary with the query, scaled from the lowest (0) to the highest (1).
        symbol: the name of a symbol that the chunk defines matches the query.
        query_in_file_name: how much of the query the file name contains; `file_name_in_query`: the reverse.
        folder_name_in_query: how much of the name of the file's folder the query contains.
        depth: how much deeper the file is than the shallowest product code; the full weight from five folders on.
        roles: weights by the role of the file, between which `asked_roles` grades; product code has none.
        exact_symbol: the chunk defines a symbol that the query writes as code.
        exact_location: the query names the chunk's lines, or its file. Chosen to outweigh `same_file`, not fitted: no
            question with a known answer names a location.
        same_file: another chunk of the same file ranks higher.
    """

    keywords: float
    rest_of_file: float
    semantic: float
    semantic_of_file: float
    file_summary: float
    symbol: float
    query_in_file_name: float
    file_name_in_query: float
    folder_name_in_query: float
    depth: float
    roles: Mapping[FileRole, RoleWeights]
    exact_symbol: float = 0.5
    exact_location: float = 6.0
    same_file: float = -3.0


KEYWORD_WEIGHTS = Weights(
    keywords=3.9,
    rest_of_file=1.4,
    semantic=0.0,
    semantic_of_file=0.0,
    file_summary=2.0,
    symbol=4.3,
    query_in_file_name=2.2,
    file_name_in_query=1.7,
    folder_name_in_query=1.0,
    depth=-1.2,
    same_file=-2.9,
    roles={
        FileRole.TEST: RoleWeights(-2.9, 2.9),
        FileRole.BENCHMARK: RoleWeights(-1.0, 1.2),
        FileRole.EXAMPLE: RoleWeights(-1.8, 0.8),
        FileRole.DOCUMENTATION: RoleWeights(-2.4, 2.5),
        FileRole.CHANGELOG: RoleWeights(-2.6, 1.5),
        FileRole.CONFIGURATION: RoleWeights(-1.4, 0.5),
        FileRole.GENERATED: RoleWeights(-1.5, 0.0),
        FileRole.VENDORED: RoleWeights(-0.9, 0.0),
        FileRole.DATA: RoleWeights(-0.5, 0.0),
    },
)
HYBRID_WEIGHTS = Weights(
    keywords=2.8,
    rest_of_file=1.3,
    semantic=3.5,
    semantic_of_file=-0.8,
    file_summary=1.0,
    symbol=2.3,
    query_in_file_name=3.5,
    file_name_in_query=0.9,
    folder_name_in_query=0.9,
    depth=-1.5,
    roles={
        FileRole.TEST: RoleWeights(-3.4, 2.4),
        FileRole.BENCHMARK: RoleWeights(-1.0, 1.2),
        FileRole.EXAMPLE: RoleWeights(-1.2, 0.8),
        FileRole.DOCUMENTATION: RoleWeights(-3.5, 2.6),
        FileRole.CHANGELOG: RoleWeights(-3.0, 1.5),
        FileRole.CONFIGURATION: RoleWeights(-1.8, 0.8),
        FileRole.GENERATED: RoleWeights(-1.5, 0.0),
        FileRole.VENDORED: RoleWeights(-0.5, 0.0),
        FileRole.DATA: RoleWeights(-0.5, 0.0),
    },
)

"""Searches without an answer: `sourcewise/search` and `sourcewise/similar`."""

from __future__ import annotations

from attrs import frozen

from sourcewise.protocol.places import EVERYTHING, Coverage, Passage, Scope, Selection


@frozen
class SearchParams:
    """A search without an answer.

    Attributes:
        folder: as in `AskParams`.
        limit: the most passages, 1 to 50; left out, the setting `retrieval.top`.
        scope: what to stay in; left out, the whole folder.
    """

    query: str
    folder: str | None = None
    limit: int | None = None
    scope: Scope = EVERYTHING


@frozen
class SimilarParams:
    """A search for code that does what the selected lines do; they themselves are not among the results.

    Attributes:
        limit: as in `SearchParams`.
    """

    selection: Selection
    limit: int | None = None


@frozen
class SearchResult:
    """The passages, best first."""

    passages: tuple[Passage, ...]
    search: Coverage

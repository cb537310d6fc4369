"""Searches without an answer: `sourcewise/search` and `sourcewise/similar`."""

from __future__ import annotations

from attrs import frozen

from sourcewise.protocol.places import EVERYTHING, Coverage, Passage, Scope, Selection


@frozen
class SearchParams:
    """Searches a folder, without a written answer.

    Attributes:
        query: the query, in any words.
        folder: URI of a workspace folder; required if several are open.
        limit: the maximum number of passages, 1 to 50; the default is the setting `retrieval.top`.
        scope: the scope of the search; the default is the whole folder.
    """

    query: str
    folder: str | None = None
    limit: int | None = None
    scope: Scope = EVERYTHING


@frozen
class SimilarParams:
    """Searches for code similar to the selected lines, which are not among the results.

    Attributes:
        selection: the lines, or a cursor for the symbol there.
        limit: as in `SearchParams`.
    """

    selection: Selection
    limit: int | None = None


@frozen
class SearchResult:
    """The results of a search.

    Attributes:
        passages: the passages, best first.
        search: how they were found.
    """

    passages: tuple[Passage, ...]
    search: Coverage

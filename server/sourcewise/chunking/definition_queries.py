"""Runs the queries in `queries/` that find the definitions of each language."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sourcewise.chunking.grammars import grammar_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node, Query

_QUERY_FILES = {
    "javascript": ("javascript", "javascript_fields"),
    "typescript": ("javascript", "typescript"),
    "tsx": ("javascript", "typescript"),
    "cpp": ("cpp", "c"),
    "cuda": ("cpp", "c"),
    "cython": ("python", "cython"),
    "objective-c": ("objective-c", "c"),
}
_GRAMMAR_OF_QUERIES = {"cython": "python"}
# The most unfinished matches of a query at a time; real code has a few dozen.
_MOST_BEGUN = 10_000


def query_text(language: str) -> str:
    """Return the queries of a language; empty if there are none."""
    folder = files("sourcewise.chunking") / "queries"
    sources = [folder / f"{name}.scm" for name in _QUERY_FILES.get(language, (language,))]
    return "\n".join(source.read_text(encoding="utf-8") for source in sources if source.is_file())


def matches(language: str, node: Node) -> Sequence[tuple[int, dict[str, list[Node]]]]:
    """Return the matches of the queries of a language: the number of the pattern, and the nodes of each capture."""
    query = _query_for(language)
    if query is None:
        return ()
    from tree_sitter import QueryCursor  # noqa: PLC0415 - only the parsing process needs it

    # The binding (0.26.1) offers a progress callback for a time limit, but crashes when it calls it.
    return QueryCursor(query, match_limit=_MOST_BEGUN).matches(node)


@cache
def _query_for(language: str) -> Query | None:
    from tree_sitter import Query  # noqa: PLC0415 - as above

    grammar, text = grammar_for(_GRAMMAR_OF_QUERIES.get(language, language)), query_text(language)
    return Query(grammar, text) if grammar is not None and text else None

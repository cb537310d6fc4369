"""Converts the scope of a search to a filter on chunks: checks its names, and asks git for changed files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.search import EVERYTHING, ScopeChoices
from sourcewise.errors import QuestionError
from sourcewise.mining.git_history import branches, changed_since
from sourcewise.storage.chunk_filter import ANY_CHUNK, ChunkFilter, lies_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sourcewise.domain.search import Scope
    from sourcewise.storage.catalog import Catalog

_BRANCHES = 20


def chunk_filter_of(scope: Scope, folder: Path, catalog: Catalog) -> ChunkFilter:
    """Return the filter that passes the chunks in a scope.

    Args:
        scope: the scope, with names as the user wrote them.
        folder: the folder to search.
        catalog: the folder's catalog.

    Raises:
        QuestionError: a path, a language or a kind is not in the index, git cannot list the changed files, or no
            changed file is in the scope.
    """
    if scope == EVERYTHING:
        return ANY_CHUNK
    _check_paths(scope.paths, catalog)
    languages = _known(scope.languages, catalog.languages() if scope.languages else (), "in {}")
    kinds = _known(scope.kinds, catalog.definitions.kinds() if scope.kinds else (), "a {}")
    paths = scope.paths or None
    if scope.changed_since is not None:
        paths = _changed_files(scope.changed_since, scope.paths, folder, catalog)
    return ChunkFilter(paths, languages, kinds)


def scope_choices(folder: Path, catalog: Catalog) -> ScopeChoices:
    """Return the languages, kinds and branches that a search of a folder can be narrowed to."""
    return ScopeChoices(
        tuple(catalog.languages()), tuple(catalog.definitions.kinds()), tuple(branches(folder, _BRANCHES))
    )


def _check_paths(paths: Sequence[str], catalog: Catalog) -> None:
    unknown = catalog.unknown_paths(paths)
    if unknown:
        raise QuestionError(
            f"Not in the index: {', '.join(unknown)}.",
            "Use paths relative to the folder. If the path is correct, check why it is not indexed.",
        )


def _known(wanted: Sequence[str], known: Sequence[str], phrase: str) -> tuple[str, ...]:
    """Return names in lower case, as the index has them; `phrase` words the error for unknown names."""
    names = tuple(name.lower() for name in wanted)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise QuestionError(
            f"Nothing in the index is {phrase.format(' or '.join(unknown))}.",
            f"The index has: {', '.join(known)}." if known else "The index is still empty: wait for the first scan.",
        )
    return names


def _changed_files(revision: str, paths: Sequence[str], folder: Path, catalog: Catalog) -> tuple[str, ...]:
    indexed = catalog.indexed_files(changed_since(folder, revision))
    inside = tuple(path for path in indexed if not paths or lies_in(path, paths))
    if not inside:
        raise QuestionError(
            f"No indexed file of {', '.join(paths) or 'this folder'} has changed since {revision}.",
            "Use an older branch, tag or commit, or do not narrow the search to changed files.",
        )
    return inside

"""What a search is narrowed to, as the catalog can search it. Hides that names are checked and git is asked."""

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
    """Return what the chunks in a scope are like now.

    Args:
        scope: as a person wrote it.
        folder: that is searched.
        catalog: of the folder.

    Raises:
        QuestionError: a path, a language or a kind is not in the index, git cannot tell what has changed, or none of it
            is in the scope.
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
    """Return what a search of a folder can be narrowed to, besides its files and folders."""
    return ScopeChoices(
        tuple(catalog.languages()), tuple(catalog.definitions.kinds()), tuple(branches(folder, _BRANCHES))
    )


def _check_paths(paths: Sequence[str], catalog: Catalog) -> None:
    unknown = catalog.unknown_paths(paths)
    if unknown:
        raise QuestionError(
            f"Nothing is indexed of {', '.join(unknown)}.",
            "Name files and folders as they stand in the folder, or ask why they are not indexed.",
        )


def _known(asked: Sequence[str], known: Sequence[str], what: str) -> tuple[str, ...]:
    """Return names as the index has them."""
    names = tuple(name.lower() for name in asked)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise QuestionError(
            f"Nothing in the index is {what.format(' or '.join(unknown))}.",
            f"It has: {', '.join(known)}." if known else "It is empty so far: wait until the folder is read.",
        )
    return names


def _changed_files(revision: str, paths: Sequence[str], folder: Path, catalog: Catalog) -> tuple[str, ...]:
    indexed = catalog.indexed_files(changed_since(folder, revision))
    inside = tuple(path for path in indexed if not paths or lies_in(path, paths))
    if not inside:
        raise QuestionError(
            f"No indexed file of {', '.join(paths) or 'this folder'} has changed since {revision}.",
            "Name an older branch, tag or commit, or ask without what has changed.",
        )
    return inside

"""Converts the scope of a search to a filter on chunks: checks its names, and asks git for changed files."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sourcewise.domain.search import EVERYTHING, ScopeChoices
from sourcewise.errors import QuestionError
from sourcewise.mining.file_roles import file_role
from sourcewise.mining.git_history import branches, changed_since
from sourcewise.storage.chunk_filter import ANY_CHUNK, ChunkFilter, lies_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sourcewise.domain.file_role import FileRole
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
        QuestionError: a path, a language, a kind or a role is not in the index, git cannot list the changed files, or
            no changed file is in the scope.
    """
    if scope == EVERYTHING:
        return ANY_CHUNK
    _check_paths(scope.paths, catalog)
    languages = _known(scope.languages, catalog.languages() if scope.languages else (), "in {}")
    kinds = _known(scope.kinds, catalog.definitions.kinds() if scope.kinds else (), "a {}")
    paths = scope.paths or None
    if scope.changed_since is not None:
        paths = _changed_files(scope.changed_since, scope.paths, folder, catalog)
    files = _files_with_roles(scope.roles, catalog) if scope.roles else None
    return ChunkFilter(paths, languages, kinds, files)


def scope_choices(folder: Path, catalog: Catalog) -> ScopeChoices:
    """Return the languages, kinds, roles and branches that a search of a folder can be narrowed to."""
    return ScopeChoices(
        tuple(catalog.languages()),
        tuple(catalog.definitions.kinds()),
        tuple(_files_by_role(catalog)),
        tuple(branches(folder, _BRANCHES)),
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


def _files_with_roles(roles: Sequence[str], catalog: Catalog) -> dict[str, int]:
    """Return the paths of the files with one of these roles, and their keys."""
    by_role = {role.value: files for role, files in _files_by_role(catalog).items()}
    names = _known(roles, tuple(by_role), "in a file with the role {}")
    return {path: key for name in names for path, key in by_role[name].items()}


def _files_by_role(catalog: Catalog) -> Mapping[FileRole, dict[str, int]]:
    """Return the paths of the indexed files and their keys, by role, the most frequent role first.

    The catalog does not store roles: they follow from the path and the note, and a new version of the conventions would
    have to upgrade every catalog. For 100,000 files, the first pass takes 2 s and a later one 0.3 s: roles are cached.
    """
    by_role: defaultdict[FileRole, dict[str, int]] = defaultdict(dict)
    for path, key, note in catalog.file_keys():
        by_role[file_role(path, note)][path] = key
    return dict(sorted(by_role.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def _changed_files(revision: str, paths: Sequence[str], folder: Path, catalog: Catalog) -> tuple[str, ...]:
    indexed = catalog.indexed_files(changed_since(folder, revision))
    inside = tuple(path for path in indexed if not paths or lies_in(path, paths))
    if not inside:
        raise QuestionError(
            f"No indexed file of {', '.join(paths) or 'this folder'} has changed since {revision}.",
            "Use an older branch, tag or commit, or do not narrow the search to changed files.",
        )
    return inside

"""The definitions that a requested name means, and the other definitions of the same name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.text.names import name_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sourcewise.references.occurrence import FileFacts, FileOccurrences

_PACKAGE_FILES = frozenset({"__init__", "index", "mod", "lib"})


class NamedDefinition(NamedTuple):
    """A definition of the requested name.

    Attributes:
        line: of its name, from 1.
        is_listed: whether the outline of the file lists it, unlike most variables and fields.
    """

    path: str
    qualified: str
    line: int
    is_listed: bool

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the definition: overloads and branches of one definition are the same."""
        return self.path, self.qualified

    @property
    def around(self) -> str:
        """Qualified name of the class or function around the definition; empty for the outermost scope."""
        return self.qualified.rpartition(".")[0]


def definitions_in(
    path: str, name: str, occurrences: FileOccurrences, facts: FileFacts | None
) -> Iterator[NamedDefinition]:
    """Yield the definitions of a name in a file, overloads with their own lines."""
    listed = {qualified for qualified, _ in occurrences.definitions}
    for qualified, line in occurrences.definitions:
        yield NamedDefinition(path, qualified, line, is_listed=True)
    others: dict[str, int] = {}
    if facts is not None:
        scopes = {"": facts.members, **{qualified: found.members for qualified, found in facts.classes.items()}}
        for qualified, members in scopes.items():
            if name in members and members[name].is_definition:
                others[f"{qualified}.{name}".lstrip(".")] = members[name].line
    for qualified, line in others.items():
        if qualified not in listed:
            yield NamedDefinition(path, qualified, line, is_listed=False)


def wanted_among(known: Iterable[NamedDefinition], qualified: str) -> list[NamedDefinition]:
    """Return the definitions that a qualified name means: `Class.method`, `module.function`, or the plain name.

    Functions, classes and other listed definitions are preferred to variables and fields.
    """
    parts = name_parts(qualified)
    meant = [each for each in known if _full_name(each)[-len(parts) :] == parts]
    return [each for each in meant if each.is_listed] or meant


def _full_name(definition: NamedDefinition) -> list[str]:
    """Return the folders, the file without its suffix, and the qualified name."""
    *folders, file = PurePosixPath(definition.path).parts
    stem = file.partition(".")[0]
    modules = folders if stem in _PACKAGE_FILES else [*folders, stem]
    return [*modules, *name_parts(definition.qualified)]

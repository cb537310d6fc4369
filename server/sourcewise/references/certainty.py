"""Judges whether a place certainly or probably refers to a wanted definition, or only has the same name."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sourcewise.domain.references import Certainty, OccurrenceKind
from sourcewise.references.built_in_methods import BUILT_IN_METHODS
from sourcewise.references.inference import UNKNOWN_VALUE, Symbol, Unknown
from sourcewise.references.occurrence import UNKNOWN, Member, root_parts
from sourcewise.text.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.references.definitions import NamedDefinition
    from sourcewise.references.inference import Inference, Value
    from sourcewise.references.occurrence import Occurrence

INFERRED_LANGUAGES = frozenset({"python", "javascript", "typescript", "tsx", "vue", "svelte", "astro"})
"""The languages whose scopes, imports and classes are known."""
# In these, a folder is a package: its files see the names of one another without an import.
_PACKAGE_LANGUAGES = frozenset({"go", "java", "kotlin", "scala", "csharp", "swift"})
_OWN_OBJECT = frozenset({"self", "this", "cls", "Self", "super", "base", "parent", "$this"})
_TEXT = frozenset(
    {
        *(OccurrenceKind.STRING, OccurrenceKind.COMMENT, OccurrenceKind.DOCUMENT, OccurrenceKind.KEY),
        OccurrenceKind.KEYWORD_ARGUMENT,
    }
)
# Languages whose files define names for one another.
_FAMILIES = ({"javascript", "typescript", "tsx", "vue", "svelte", "astro"}, {"c", "cpp", "cuda", "objective-c"})


class CertaintyJudge:
    """Judges the places of one name."""

    def __init__(
        self, name: str, wanted: Sequence[NamedDefinition], known: Sequence[NamedDefinition], inference: Inference
    ) -> None:
        """Take the definitions.

        Args:
            name: the plain name.
            wanted: the definitions that the request means.
            known: all definitions of the name.
            inference: evaluates the targets of places.
        """
        self._name = name
        self._wanted = {each.key: each for each in wanted}
        self._inference = inference
        # Whether every definition of the name is a wanted one, or a member that overrides or is overridden by one.
        family = set().union(*(self._family(each) for each in self._wanted.values()))
        self._is_only = all(each.key in self._wanted or self._family(each) & family for each in known)
        self._overridden = family - self._wanted.keys()
        self._unlisted = {(each.path, each.line): each.qualified for each in known if not each.is_listed}
        self._has_member = any(each.around for each in wanted)
        self._languages = {language_of(each.path) for each in wanted}

    def judged(self, path: str, language: str, place: Occurrence) -> tuple[OccurrenceKind, Certainty]:
        """Return the kind of a place, which may be an override, and how certain it is."""
        if place.kind in _TEXT:
            return place.kind, Certainty.NAME_ONLY
        if place.kind is OccurrenceKind.DEFINITION or self._defines(path, place):
            return self._judged_definition(path, place)
        if not any(_is_same_family(language, other) for other in self._languages):
            return place.kind, Certainty.NAME_ONLY
        if language in INFERRED_LANGUAGES:
            return place.kind, self._inferred(path, language, place)
        return place.kind, self._by_rules(path, language, place)

    def refers(self, path: str, place: Occurrence) -> bool:
        """Return whether a place, perhaps under another name, refers to a wanted definition."""
        return self._is_wanted(self._inference.value(path, place.target))

    def _is_wanted(self, value: Value) -> bool:
        return isinstance(value, Symbol) and (value.path, value.qualified) in self._wanted

    def _defines(self, path: str, place: Occurrence) -> bool:
        """Return whether a place is where a variable or field begins, which the outline of a file does not list."""
        if place.kind is not OccurrenceKind.REFERENCE or (path, place.line) not in self._unlisted:
            return False
        value = self._inference.value(path, place.target)
        return isinstance(value, Symbol) and value[:2] == (path, self._unlisted[path, place.line])

    def _judged_definition(self, path: str, place: Occurrence) -> tuple[OccurrenceKind, Certainty]:
        lines = [(each.path, each.line) for each in self._wanted.values()]
        value = self._inference.value(path, place.target)
        if (path, place.line) in lines or (path, place.symbol) in self._wanted or self._is_wanted(value):
            return OccurrenceKind.DEFINITION, Certainty.CERTAIN
        if isinstance(value, Symbol) and self._overrides(value):
            return OccurrenceKind.OVERRIDE, Certainty.PROBABLE
        return OccurrenceKind.DEFINITION, Certainty.NAME_ONLY

    def _overrides(self, value: Symbol) -> bool:
        """Return whether a method overrides a wanted one."""
        around = value.qualified.rpartition(".")[0]
        bases = self._inference.ancestors(Symbol(value.path, around, Member(0, is_class=True))) if around else ()
        return any(isinstance(base, Symbol) and self._has(base) for base in bases)

    def _has(self, base: Symbol) -> bool:
        return (base.path, f"{base.qualified}.{self._name}") in self._wanted

    def _family(self, definition: NamedDefinition) -> set[tuple[str, str]]:
        """Return the members of the name in the class of a definition and in its bases."""
        if not definition.around:
            return set()
        own = Symbol(definition.path, definition.around, Member(0, is_class=True))
        bases = [own, *(base for base in self._inference.ancestors(own) if isinstance(base, Symbol))]
        found = [self._inference.member_of(base, self._name) for base in bases]
        return {(each.path, each.qualified) for each in found if each is not None}

    def _inferred(self, path: str, language: str, place: Occurrence) -> Certainty:
        value = self._inference.value(path, place.target) if place.target != UNKNOWN else UNKNOWN_VALUE
        if isinstance(value, Symbol) and self._may_dispatch(value, place):
            return Certainty.PROBABLE
        if not isinstance(value, Unknown):
            return Certainty.CERTAIN if self._is_wanted(value) else Certainty.NAME_ONLY
        if place.is_member and (self._name in BUILT_IN_METHODS.get(language, ()) or not self._has_member):
            return Certainty.NAME_ONLY
        return Certainty.PROBABLE if self._is_only else Certainty.NAME_ONLY

    def _may_dispatch(self, value: Symbol, place: Occurrence) -> bool:
        """Return whether a call of a base's method may reach a wanted method that overrides it."""
        return value[:2] in self._overridden and root_parts(place.target[0])[0] != "super"

    def _by_rules(self, path: str, language: str, place: Occurrence) -> Certainty:
        """Judge a place in a language whose scopes are unknown: by file, folder and the receiver's name."""
        wanted = self._wanted.values()
        in_file = any(each.path == path for each in wanted)
        if place.is_member and place.receiver not in _OWN_OBJECT:
            return self._by_receiver(language, place)
        if in_file:
            return Certainty.CERTAIN if self._is_only else Certainty.PROBABLE
        in_folder = any(posixpath.dirname(each.path) == posixpath.dirname(path) for each in wanted)
        if in_folder and language in _PACKAGE_LANGUAGES and self._is_only:
            return Certainty.CERTAIN
        return Certainty.PROBABLE if self._is_only or in_folder else Certainty.NAME_ONLY

    def _by_receiver(self, language: str, place: Occurrence) -> Certainty:
        around = {each.around.rpartition(".")[2] for each in self._wanted.values()}
        modules = {PurePosixPath(each.path).parent.name for each in self._wanted.values() if not each.around}
        modules |= {PurePosixPath(each.path).stem for each in self._wanted.values() if not each.around}
        if place.receiver and place.receiver in around | modules:
            return Certainty.CERTAIN
        if self._name in BUILT_IN_METHODS.get(language, ()) or not self._is_only:
            return Certainty.NAME_ONLY
        return Certainty.PROBABLE


def _is_same_family(one: str, other: str) -> bool:
    return one == other or any(one in family and other in family for family in _FAMILIES)

"""Sums up the places of a name in one sentence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sourcewise.domain.file_role import FileRole
from sourcewise.domain.references import Certainty, OccurrenceKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.references import ReferencePlace, References

_DEFINING = frozenset({OccurrenceKind.DEFINITION, OccurrenceKind.OVERRIDE})
# The plural of each role after a number.
_ROLES: dict[FileRole, tuple[str, str]] = {
    FileRole.TEST: ("test", "tests"),
    FileRole.BENCHMARK: ("benchmark", "benchmarks"),
    FileRole.EXAMPLE: ("example", "examples"),
    FileRole.DOCUMENTATION: ("place in the documentation", "places in the documentation"),
    FileRole.CHANGELOG: ("place in changelogs", "places in changelogs"),
    FileRole.CONFIGURATION: ("configuration", "configurations"),
    FileRole.GENERATED: ("place in generated files", "places in generated files"),
    FileRole.VENDORED: ("place in copied libraries", "places in copied libraries"),
    FileRole.DATA: ("place in data", "places in data"),
}


def summary(references: References) -> str:
    """Return one sentence, or two if some places only have the same name."""
    name, places = f"`{references.name}`", references.places
    if not places:
        return f"{name} occurs nowhere in the index."
    meant = [place for place in places if place.certainty is not Certainty.NAME_ONLY and place.kind not in _DEFINING]
    calls = [place for place in meant if place.kind is OccurrenceKind.CALL]
    others = [place for place in places if place.certainty is Certainty.NAME_ONLY]
    if calls or meant:
        verb = "called" if calls else "used"
        sentence = f"{name} is {verb} in {_counted(calls or meant)}."
    else:
        defined = any(place.kind in _DEFINING for place in places)
        sentence = f"{name} is defined, but no use of it was found." if defined else f"No use of {name} was found."
    if not others and not references.more:
        return sentence
    number = len(others) + references.more
    return f"{sentence} The same name occurs in {number:,} more {_plural(number, 'place', 'places')}."


def _counted(places: Sequence[ReferencePlace]) -> str:
    by_role = Counter(place.role for place in places)
    code = by_role.pop(FileRole.CODE, 0)
    parts = [f"{number:,} {_plural(number, *_ROLES[role])}" for role, number in by_role.most_common()]
    if code:
        first = f"{code:,} {_plural(code, 'place', 'places')}"
        return f"{first}, and in {_joined(parts)}" if parts else first
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many

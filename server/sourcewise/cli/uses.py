"""The command `uses`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sourcewise.cli import terminal
from sourcewise.cli.opening import OpenedFolder, opened_workspace, settings_of_user
from sourcewise.cli.options import folder_option, json_option
from sourcewise.cli.reference_list import print_places
from sourcewise.domain.references import OccurrenceKind
from sourcewise.errors import QuestionError
from sourcewise.references.reference_finder import MOST_PLACES
from sourcewise.references.summary import summary

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.domain.references import ReferencePlace, References

_MOST_CHARS = 500


@click.command()
@click.argument("name")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([kind.value for kind in OccurrenceKind]),
    help="List only places of this kind; can be repeated.",
)
@folder_option
@click.option(
    "--limit",
    "-n",
    default=100,
    show_default=True,
    type=click.IntRange(1, MOST_PLACES),
    help="Maximum number of places to list.",
)
@json_option
def uses(name: str, *, kinds: tuple[str, ...], folder: Path, limit: int, as_json: bool) -> None:
    """List where NAME is defined, called, imported and mentioned.

    NAME may be qualified: Class.method, Class::method or module.function.
    """
    name = _checked(name)
    with opened_workspace(settings_of_user()) as (workspace, progress):
        opened = OpenedFolder(folder, workspace, progress, needs_vectors=False)
        opened.folder.await_read()
        index = opened.folder.opened()
        opened.rest()
        found = index.references.find(name, [OccurrenceKind(kind) for kind in kinds])
        if as_json:
            terminal.print_json(_as_json(found, limit))
            return
        terminal.print_text(f"{summary(found)}\n")
        print_places(index.folder, found.places[:limit])
    _print_limits(found, limit)


def _checked(name: str) -> str:
    """Return the name without spaces around it.

    Raises:
        QuestionError: it cannot be a name.
    """
    name = name.strip().removesuffix("()")
    if not any(character.isalnum() or character == "_" for character in name):
        raise QuestionError(
            f"{name or 'An empty text'} is not a name.",
            "Enter the name of a function, class, constant or variable. Operators are not in the index.",
        )
    if len(name) > _MOST_CHARS or "\n" in name:
        raise QuestionError("That is too long for a name.", "Use `sourcewise search` to find code by its words.")
    return name


def _print_limits(found: References, limit: int) -> None:
    left_out = len(found.places) - limit
    if left_out > 0:
        terminal.print_notice(f"{left_out:,} more places; list them with a higher --limit, or narrow with --kind.")
    if found.more:
        terminal.print_notice(f"About {found.more:,} more places were counted by words, but not classified.")
    for note in found.notes:
        terminal.print_notice(note)


def _as_json(found: References, limit: int) -> dict[str, object]:
    return {
        "name": found.name,
        "places": [_as_entry(place) for place in found.places[:limit]],
        "more": max(len(found.places) - limit, 0) + found.more,
    }


def _as_entry(place: ReferencePlace) -> dict[str, object]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "kind": place.kind.value,
        "certainty": place.certainty.value,
        "symbol": place.symbol,
        "role": place.role.value,
    }

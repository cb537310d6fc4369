"""Prints the places of a name in a terminal, grouped by the role of their files and by file."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from sourcewise.cli import terminal
from sourcewise.domain.references import Certainty
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sourcewise.domain.references import ReferencePlace


def print_places(folder: Path, places: Sequence[ReferencePlace]) -> None:
    """Print places in their order, one line for each."""
    for (role, certainty), group in groupby(places, key=lambda place: (place.role, place.certainty)):
        terminal.out.print(Text(f"{role.value} · {_heading(certainty)}", "bold"))
        for path, in_file in groupby(group, key=lambda place: place.path):
            shown = list(in_file)
            link = f"link {(folder / path).as_uri()}"
            location = terminal.show_location(folder, path, shown[0].line).rpartition(":")[0]
            terminal.out.print(Text.assemble("  ", (location, link)), soft_wrap=True)
            _print_lines(shown)


def _print_lines(places: Sequence[ReferencePlace]) -> None:
    width = max(len(str(place.line)) for place in places)
    # A name may occur several times in a line.
    for place in {(place.line, place.kind): place for place in places}.values():
        symbol = f"  {visible(place.symbol)}" if place.symbol else ""
        line = Text.assemble(
            (f"    {place.line:>{width}}  ", "cyan"),
            visible(place.code)[: terminal.out.width],
            (symbol, "green"),
            (f"  {place.kind.value}", "dim"),
        )
        terminal.out.print(line, soft_wrap=True)


def _heading(certainty: Certainty) -> str:
    return {
        Certainty.CERTAIN: "certain",
        Certainty.PROBABLE: "probable",
        Certainty.NAME_ONLY: "the same name only",
    }[certainty]

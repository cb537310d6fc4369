"""Turns Jupyter notebooks into the source of their cells, without outputs.

Hides the format of notebooks, and how lines keep their numbers: notebooks are usually stored with one line of source on
each line of the file. The text has an empty line for every other line of the file, and the marker `# %%` on the line
above the source of a cell.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CELL = re.compile(r'(\s*+)"cell_type": "(\w{1,20})",?\s*+$')
_SOURCE = re.compile(r'(\s*+)"source": \[\s*+$')
_ROW = re.compile(r'\s*+(".*+)$')
_COMMENTED = "# "
_LANGUAGES = {"c++": "cpp", "c#": "csharp", "f#": "fsharp", "ir": "r", "sh": "bash"}


class Notebook(NamedTuple):
    """The source of a notebook.

    Attributes:
        text: the code of its cells, with text cells as comments.
        language: of the code.
        note: how the lines are numbered, as a sentence; empty if they have the numbers of the file.
    """

    text: str
    language: str
    note: str


def is_notebook(path: str) -> bool:
    """Return whether a file is a notebook by its name."""
    return path.lower().endswith(".ipynb")


def notebook_of(text: str) -> Notebook | None:
    """Return the source of a notebook; None if the text is none."""
    try:
        content = json.loads(text)
        cells = [(str(cell["cell_type"]), _joined(cell["source"])) for cell in _cells(content)]
        language = _language(content)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    lines = _in_place(split_lines(text), cells)
    if lines is None:
        note = "Its line numbers count the lines of the cells, because the file does not store them on separate lines."
        return Notebook("\n".join([*_listed(cells), ""]), language, note)
    return Notebook("\n".join([*lines, ""]), language, "")


def _cells(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells; before version 4 of the format, they are in worksheets."""
    if "cells" in content:
        return list(content["cells"])
    cells = [cell for sheet in content["worksheets"] for cell in sheet["cells"]]
    return [{**cell, "source": cell.get("source", cell.get("input", ""))} for cell in cells]


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _language(content: dict[str, Any]) -> str:
    metadata = content.get("metadata", {})
    named = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or "python"
    lowered = str(named).lower()
    return _LANGUAGES.get(lowered, lowered)


def _in_place(file_lines: Sequence[str], cells: Sequence[tuple[str, str]]) -> list[str] | None:
    """Return one line for each line of the file; None if the source is not stored line by line."""
    lines = [""] * len(file_lines)
    found: list[str] = []
    kinds = [kind for kind, _ in cells]
    position = -1
    reading, indent = False, ""
    for index, line in enumerate(file_lines):
        if reading and (row := _ROW.match(line)):
            source = _decoded(row[1])
            if source is None or "\n" in source.removesuffix("\n"):
                return None
            found[-1] += source
            lines[index] = _shown(source, kinds[position])
        elif (cell := _CELL.match(line)) and (not indent or cell[1] == indent):
            position, indent, reading = position + 1, cell[1], False
            if position >= len(cells) or cell[2] != kinds[position]:
                return None
            found.append("")
        else:
            starts = _SOURCE.match(line)
            reading = bool(starts and starts[1] == indent and found and not found[-1])
            if reading:
                lines[index] = _marker(kinds[position])
    return lines if found == [source for _, source in cells] else None


def _decoded(row: str) -> str | None:
    """Return the string on a line of a JSON list; None if the line is anything else."""
    try:
        value = json.loads(row.rstrip().removesuffix(","))
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _shown(source: str, kind: str) -> str:
    line = source.rstrip("\r\n")
    return line if kind == "code" or not line else f"{_COMMENTED}{line}"


def _marker(kind: str) -> str:
    return "# %%" if kind == "code" else f"# %% [{kind}]"


def _listed(cells: Sequence[tuple[str, str]]) -> Iterator[str]:
    for kind, source in cells:
        yield _marker(kind)
        yield from (_shown(line, kind) for line in split_lines(source))

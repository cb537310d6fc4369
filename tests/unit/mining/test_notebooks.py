"""Notebooks become the source of their cells, with the line numbers of the file where this is possible."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sourcewise.mining.notebooks import is_notebook, notebook_of

IMAGE = {"data": {"image/png": "iVBORw0KGgo" * 100}, "output_type": "display_data"}


def cell(kind: str, source: str | list[str], **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, **more, "source": source}


def notebook(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


EXAMPLE = notebook(
    cell("markdown", ["# Load the data\n", "\n", "from a file"]),
    cell("code", ["import os\n", "def load(path):\n", "    return 'a\\tb'"], outputs=[IMAGE], execution_count=1),
    cell("code", [], outputs=[]),
    cell("raw", ["raw text"]),
)


def test_cells_keep_the_line_numbers_of_the_file() -> None:
    file = json.dumps(EXAMPLE, indent=1)
    found = notebook_of(file)
    assert found is not None
    assert (found.language, found.note) == ("python", "")
    lines = found.text.split("\n")
    shown = {line for line in lines if line}
    assert shown == {
        *("# %% [markdown]", "# # Load the data", "# from a file", "# %%", "import os", "def load(path):"),
        *("    return 'a\\tb'", "# %% [raw]", "# raw text"),
    }
    for number, line in enumerate(file.split("\n")):
        if "def load" in line:
            assert lines[number] == "def load(path):"


@pytest.mark.parametrize(
    "file",
    [
        json.dumps(EXAMPLE),
        json.dumps(notebook(cell("code", "import os\nx = 1\n")), indent=1),
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ["import os\n", "x = 1"]}]}]}, indent=1),
    ],
)
def test_other_notebooks_count_the_lines_of_their_cells_and_note_it(file: str) -> None:
    found = notebook_of(file)
    assert found is not None
    assert "import os\n" in found.text
    assert found.note.startswith("Its line numbers count the lines of the cells")


def test_source_in_outputs_is_no_source() -> None:
    output = {"data": {"application/json": {"source": ["not code"]}}, "output_type": "display_data"}
    found = notebook_of(json.dumps(notebook(cell("code", ["x = 1"], outputs=[output])), indent=1))
    assert found is not None
    assert found.note == ""
    assert "not code" not in found.text


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"language": "R"}}, "r"),
        ({"language_info": {"name": "julia"}}, "julia"),
        ({"language_info": {"name": "C++"}}, "cpp"),
        ({}, "python"),
    ],
)
def test_the_language_is_that_of_the_kernel(metadata: dict[str, Any], language: str) -> None:
    found = notebook_of(json.dumps(notebook(cell("code", ["x"]), **metadata)))
    assert found is not None
    assert found.language == language


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "not json", '{"cells": 1}', '{"cells": [{}]}', "[" * 200_000, '{"cells": [1]}']
)
def test_other_text_is_no_notebook(text: str) -> None:
    assert notebook_of(text) is None


def test_a_notebook_is_recognized_by_its_name() -> None:
    assert is_notebook("a/B.IPYNB")
    assert not is_notebook("a.json")

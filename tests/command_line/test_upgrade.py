"""An index of the previous version is updated when it is opened, and only chunks with another text are embedded.

The stored index was built from the files next to it by the version before the catalog had bigrams (version 3) and
chunks had format 3. Two of its files, and parts of a third one, have the same chunks in both formats.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.paths import DataPaths, workspace_folder

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor, within

if TYPE_CHECKING:
    from conftest import Run

_STORED = Path(__file__).parent / "data" / "index_of_chunks_format_1.zip"
# The notebook is indexed by its cells, the rows of data are left out, and the class has a name despite its macro.
_EMBEDDED = {("palette.c", ""), ("sales.ipynb", "monthly_sales"), ("slider.h", "Slider")}
_NAMES = {
    "send_again": "network.py",
    "monthly_sales": "sales.ipynb",
    "read_settings": "settings.py",
    "saturation": "palette.c",
    "Slider": "slider.h",
}
_DOCUMENT = "untitled:Untitled-1"


@pytest.fixture
def project(tmp_path: Path, home: Path) -> Path:
    """Return a folder whose index is of the previous version. The embedding cache is empty."""
    shutil.unpack_archive(_STORED, tmp_path)
    folder = tmp_path / "project"
    shutil.move(tmp_path / "index", DataPaths(home).index_of(workspace_folder(folder)).root)
    with (home / "settings.toml").open("a") as settings:
        settings.write(f'[embedding]\nmodel = "{CPU_MODEL}"\n')
    return folder


def chunks_in(home: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Return the path and symbol of each chunk in the catalog, by id."""
    query = "SELECT chunks.id, path, symbol FROM chunks JOIN files ON files.key = chunks.file"
    with closing(sqlite3.connect(DataPaths(home).index_of(workspace_folder(folder)).catalog)) as catalog:
        return {chunk_id: (path, symbol) for chunk_id, path, symbol in catalog.execute(query)}


def test_only_chunks_with_another_text_are_embedded(run: Run, home: Path, project: Path) -> None:
    before = chunks_in(home, project)
    report = json.loads(run("index", "--json").stdout)
    after = chunks_in(home, project)
    new = [place for chunk_id, place in after.items() if chunk_id not in before]
    assert sorted(new) == sorted(_EMBEDDED)
    assert (report["run"]["embedded"], report["run"]["reused"]) == (len(_EMBEDDED), 0)
    assert (report["embedded"], report["chunks"], report["state"]) == (len(after), len(after), "ready")
    assert report["cached"] == 2 * len(_EMBEDDED), "the chunks and the summaries of their files"
    again = json.loads(run("index", "--json").stdout)["run"]
    assert (again["embedded"], again["reused"], again["unchanged"]) == (0, 0, 6)


async def test_an_editor_finds_all_names_after_the_update(home: Path, project: Path) -> None:
    editor = Editor()
    await editor.launch(home)
    try:
        options = {"llm": {"runtime": "sources"}, "hover": {"timeoutMs": 5000}, "embedding": {"model": CPU_MODEL}}
        await editor.begin([project], options)
        await editor.until_idle(project)
        assert (await editor.search("设置文件", project)).passages[0].path == "settings.py"
        editor.show(_DOCUMENT, "\n".join(_NAMES))
        for row, (name, path) in enumerate(_NAMES.items()):
            assert path in [passage.path for passage in (await editor.search(name, project)).passages[:2]]
            position = types.HoverParams(types.TextDocumentIdentifier(_DOCUMENT), types.Position(row, 1))
            found = await within(editor.text_document_hover_async(position))
            assert f"{name}`" in found.contents.value
            assert f"/{path}#L" in found.contents.value
    finally:
        await editor.leave()

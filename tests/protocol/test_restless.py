"""Tests with a folder that changes while it is indexed: the index must match the disk afterwards.

`tests/faults` has more such tests, with many more files.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from sourcewise.domain.index_state import Stage
from sourcewise.paths import DataPaths
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import Start

_FILES = 150


async def test_a_folder_renamed_while_it_is_read_is_indexed_under_its_new_name(
    start: Start, project: Path, home: Path
) -> None:
    _write(project / "before", range(_FILES), "first")
    editor = await start(project)
    await editor.until(lambda: (state := editor.state_of(project)) and state.stage in {Stage.READING, Stage.EMBEDDING})
    (project / "before").rename(project / "after")
    await _settle(editor, project, _FILES + 3)
    assert _indexed(project, home) == _on_disk(project)


async def test_the_index_follows_a_rebase(start: Start, project: Path, home: Path) -> None:
    _git(project, "init", "--quiet", "--initial-branch", "main")
    _commit(project, range(30), "base")
    _git(project, "checkout", "--quiet", "-b", "feature")
    for number in range(3):
        _commit(project, range(number, 30, 3), f"feature {number}")
    _git(project, "checkout", "--quiet", "main")
    _commit(project, range(30, 40), "main")
    _git(project, "checkout", "--quiet", "feature")
    editor = await start(project)
    await editor.until_idle(project)
    _git(project, "rebase", "--quiet", "main")
    await _settle(editor, project, 43)
    assert _indexed(project, home) == _on_disk(project)


async def _settle(editor: Editor, project: Path, files: int) -> None:
    """Wait until a file written now, and so every earlier change, is in the index with its vectors."""
    (project / "last.py").write_text("LAST = True\n")
    await editor.until_read(project, files + 1)
    state = await editor.until_idle(project)
    assert state.embedded == state.chunks


def _indexed(project: Path, home: Path) -> dict[str, int]:
    catalog = Catalog(DataPaths(home).index_of(project.resolve()).catalog)
    try:
        return {path: known.mtime_ns for path, known in catalog.known_files().items()}
    finally:
        catalog.close()


def _on_disk(project: Path) -> dict[str, int]:
    files = [path for path in project.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path.relative_to(project).as_posix(): path.stat().st_mtime_ns for path in files}


def _write(folder: Path, numbers: range, edition: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        text = f'def number_{number}():\n    """Return what {edition} says."""\n    return {number}\n'
        (folder / f"file_{number}.py").write_text(text)


def _commit(project: Path, numbers: range, edition: str) -> None:
    _write(project / "code", numbers, edition)
    _git(project, "add", "--all")
    _git(project, "commit", "--quiet", "--message", edition)


def _git(project: Path, *arguments: str) -> None:
    author = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
    subprocess.run(["git", *author, *arguments], cwd=project, check=True, capture_output=True)

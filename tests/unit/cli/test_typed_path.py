"""Paths as users type them on the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from sourcewise.cli.program import main
from sourcewise.cli.typed_path import path_in_folder
from sourcewise.errors import QuestionError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = (tmp_path / "home" / "shop").resolve()
    for name in ("src/one.py", "src/inner/two.py", "src/a:3", "top.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(folder / "src")
    return folder


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (".", "."),
        ("./", "."),
        ("src", "src"),
        ("src/", "src"),
        ("src//inner/./two.py", "src/inner/two.py"),
        ("./src/one.py", "src/one.py"),
        ("src/inner/../one.py", "src/one.py"),
        ("{folder}", "."),
        ("{folder}/src/", "src"),
        ("{link}/src/one.py", "src/one.py"),
        ("~/shop/src", "src"),
        ("one.py", "src/one.py"),
        ("../top.py", "top.py"),
        ("inner", "src/inner"),
        ("src\\inner\\two.py", "src/inner/two.py"),
        ("src/one.py:12", "src/one.py"),
        ("src/one.py:12-34", "src/one.py"),
        ("src/a:3", "src/a:3"),
        ("missing.py", "missing.py"),
        ("..", "."),
        ("../..", None),
        ("/etc/passwd", None),
        ("~no-such-user/x", "~no-such-user/x"),
        ("{folder}-other/a.py", None),
    ],
)
def test_a_path_is_found_however_it_is_spelled(folder: Path, typed: str, found: str | None) -> None:
    link = folder.parents[1] / "link"
    assert path_in_folder(typed.format(folder=folder, link=link), folder) == found


def test_a_name_with_a_backslash_is_kept_if_it_exists(folder: Path) -> None:
    if os.sep != "/":
        pytest.skip("a backslash separates folders")
    (folder / "src\\one.py").touch()
    assert path_in_folder("src\\one.py", folder) == "src\\one.py"


@pytest.mark.parametrize("path", ["", "/etc", "../../.."])
def test_a_search_in_a_path_outside_the_folder_is_refused(folder: Path, path: str) -> None:
    result = CliRunner().invoke(main, ["search", "x", "--in", path, "--folder", str(folder)])
    assert isinstance(result.exception, QuestionError)
    assert "is not in the folder" in result.exception.message
    assert "--folder" in result.exception.hint

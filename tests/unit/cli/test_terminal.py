"""The output in a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sourcewise.cli.terminal import print_table, show_location

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_location_outside_the_current_directory_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    assert show_location(tmp_path / "project", "a.py", 3) == os.path.join("project", "a.py") + ":3"
    monkeypatch.chdir(tmp_path / "project")
    assert show_location(tmp_path, "b.py", 3) == f"{tmp_path / 'b.py'}:3"


def test_a_table_shows_all_figures_in_a_narrow_window(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Measured", ["", *(f"a long column {n}" for n in range(9))], [["all", *["0.123"] * 9]])
    shown = capsys.readouterr().out
    assert shown.count("0.123") == 9
    assert "a long column 8" in shown

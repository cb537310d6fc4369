"""The output in a terminal."""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING

import pytest

from sourcewise.cli import terminal
from sourcewise.cli.terminal import OutputClosedError, print_json, print_notice, print_table, show_location

if TYPE_CHECKING:
    from pathlib import Path


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


class ClosedPipe(io.StringIO):
    """A file whose reader has gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("name", ["out", "err"])
def test_a_reader_that_closes_the_output_ends_every_way_of_printing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(terminal, name, type(terminal.out)(file=ClosedPipe()))
    with pytest.raises(OutputClosedError):
        print_notice("Searched by keywords.") if name == "err" else print_json({"path": "a.py"})


def test_json_is_ascii_and_is_never_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": "解析 [1] :smile: \x1b[31m" + "word " * 100}
    print_json(value)
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert json.loads(shown) == value

"""The roles of real paths, as a developer of the repository would name them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sourcewise.domain.code import SkipReason
from sourcewise.domain.file_role import FileRole
from sourcewise.mining.abridging import abridge
from sourcewise.mining.file_roles import file_role
from sourcewise.mining.reasons import inclusion_note

# A path, its role, and perhaps a remark on a line, separated by tabs. A remark marks a role that no path can show.
TABLE = Path(__file__).with_name("file_roles.tsv")


def rows() -> list[Any]:
    lines = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [
        pytest.param(path, role, id=path, marks=[pytest.mark.xfail(reason=note, strict=True) for note in remarks])
        for path, role, *remarks in lines
    ]


@pytest.mark.parametrize(("path", "role"), rows())
def test_a_real_path_has_the_role_that_a_developer_would_name(path: str, role: str) -> None:
    assert file_role(path) is FileRole(role)


@pytest.mark.parametrize("reason", [SkipReason.GENERATED, SkipReason.MINIFIED])
def test_a_file_with_generated_text_that_a_rule_includes_is_generated(reason: SkipReason) -> None:
    note = inclusion_note("!/src/tables.py (.sourcewiseignore:1)", reason, "")
    assert file_role("src/tables.py", note) is FileRole.GENERATED


@pytest.mark.parametrize(("path", "role"), [("tables.json", FileRole.DATA), ("src/tables.py", FileRole.CODE)])
def test_configuration_with_rows_of_data_is_data(path: str, role: FileRole) -> None:
    rows_of_data = "\n".join(f"{number}, {number}, {number}," for number in range(1000))
    note = abridge(path, rows_of_data).note
    assert note
    assert file_role(path, note) is role


@pytest.mark.parametrize("path", ["", "/", "/tests/", "//a.py", ".", "a/../b.py", "\udcff/\udcff.md", "Untitled-1"])
def test_any_text_has_a_role(path: str) -> None:
    assert file_role(path) in FileRole


def test_vendored_wins_over_tests_and_documents() -> None:
    assert file_role("third_party/zlib/doc/README.md") is FileRole.VENDORED
    assert file_role("third_party/zlib/test/example.c") is FileRole.VENDORED

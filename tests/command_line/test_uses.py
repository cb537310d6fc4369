"""Tests of `sourcewise uses` as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tested(project: Path) -> Path:
    """The project with a test of `sign`."""
    (project / "tests").mkdir()
    (project / "tests" / "test_auth.py").write_text(
        "from auth import sign\n\n\ndef test_sign():\n    assert sign('a')\n"
    )
    return project


@pytest.mark.usefixtures("tested")
def test_places_are_listed_by_role_and_file(run: Run) -> None:
    done = run("uses", "sign")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "`sign` is called in 1 place, and in 1 test."
    assert lines[1:3] == ["code · certain", "  auth.py"]
    assert "return sign(user) if verify(user, password) else None  login  call" in lines[3]
    assert "test · certain" in lines


@pytest.mark.usefixtures("tested")
def test_json_lists_the_places_of_a_kind(run: Run) -> None:
    found = json.loads(run("uses", "auth.sign", "--kind", "call", "--limit", "1", "--json").stdout)
    assert found == {
        "name": "auth.sign",
        "places": [
            {
                "path": "auth.py",
                "line": 6,
                "column": 12,
                "kind": "call",
                "certainty": "certain",
                "symbol": "login",
                "role": "code",
            }
        ],
        "more": 1,
    }


def test_a_name_without_uses_and_an_unknown_one_are_said_to_be_so(run: Run) -> None:
    assert run("uses", "area").stdout.startswith("`area` is defined, but no use of it was found.")
    done = run("uses", "nothing_like_this")
    assert (done.returncode, done.stdout) == (0, "`nothing_like_this` occurs nowhere in the index.\n")


def test_what_is_no_name_is_refused(run: Run) -> None:
    for text in ("<<", "", "a" * 501):
        done = run("uses", text)
        assert done.returncode == 2, done.stdout
        assert "name" in done.stderr
    assert run("uses", "area", "--kind", "colour").returncode == 2


def test_places_beyond_the_limit_are_announced(run: Run, project: Path) -> None:
    (project / "many.py").write_text("from shapes import area\n" + "area(1)\n" * 9)
    assert "6 more places" in run("uses", "area", "--limit", "5").stderr

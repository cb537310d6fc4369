"""What part of a folder a change concerns."""

from __future__ import annotations

import pytest

from sourcewise.mining.partial_scan import PartialScan


def whole_parts(scan: PartialScan, path: str = "") -> list[str]:
    """Return the paths that are to be looked at with all that lies in them; `.` is the folder itself."""
    if scan.whole:
        return [path or "."]
    return [found for name in scan.entries for found in whole_parts(scan.entries[name], f"{path}/{name}".strip("/"))]


@pytest.mark.parametrize(
    ("paths", "parts"),
    [
        (["a.py", "src/b.py", "src/c.py"], ["a.py", "src/b.py", "src/c.py"]),
        (["src/b.py", "src", "src/deep/c.py"], ["src"]),
        (["src/"], ["src"]),
        (["src/.gitignore"], ["src"]),
        ([".sourcewiseignore", "src/a.py"], ["."]),
        (["env/pyvenv.cfg"], ["env"]),
        (["vendor/.git"], ["vendor"]),
        ([".git"], ["."]),
        ([".git/index", ".git/objects/ab/cdef", "vendor/.git/config"], []),
        ([""], ["."]),
        ([], []),
    ],
)
def test_a_change_concerns(paths: list[str], parts: list[str]) -> None:
    assert whole_parts(PartialScan.of(paths)) == parts


def test_no_paths_given_is_the_whole_folder() -> None:
    assert whole_parts(PartialScan.of(None)) == ["."]


def test_what_git_keeps_is_passed_by_where_it_lies() -> None:
    assert "vendor" in PartialScan.of(["vendor/.git/index"]).entries

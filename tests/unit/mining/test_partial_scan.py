"""The part of a folder that a change affects."""

from __future__ import annotations

import pytest

from sourcewise.mining.partial_scan import PartialScan


def whole_parts(scan: PartialScan, path: str = "") -> list[str]:
    """Return the paths that are visited with everything below them; `.` is the folder itself."""
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
def test_a_change_affects_these_parts(paths: list[str], parts: list[str]) -> None:
    assert whole_parts(PartialScan.of(paths)) == parts


def test_without_paths_the_whole_folder_is_visited() -> None:
    assert whole_parts(PartialScan.of(None)) == ["."]


def test_a_changed_git_file_causes_a_visit_of_its_folder() -> None:
    assert "vendor" in PartialScan.of(["vendor/.git/index"]).entries

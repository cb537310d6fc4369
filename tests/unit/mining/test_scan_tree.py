"""Which part of a folder a scan visits after a change."""

from __future__ import annotations

import pytest

from sourcewise.mining.scan_tree import ScanTree


def whole_parts(tree: ScanTree, path: str = "") -> list[str]:
    """Return the paths that are to be looked at with all that lies in them; `.` is the folder itself."""
    if tree.whole:
        return [path or "."]
    return [found for name in tree.entries for found in whole_parts(tree.entries[name], f"{path}/{name}".strip("/"))]


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
    assert whole_parts(ScanTree.of(paths)) == parts


def test_no_paths_given_is_the_whole_folder() -> None:
    assert whole_parts(ScanTree.of(None)) == ["."]


def test_what_git_keeps_is_passed_by_where_it_lies() -> None:
    assert "vendor" in ScanTree.of(["vendor/.git/index"]).entries

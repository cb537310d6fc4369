"""The version is written in package.json alone; everything else takes it from there."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from generation.version import versioned
from sourcewise import __version__

ROOT = Path(__file__).parents[2]
VERSION = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"]
# npm keeps the first; the second lists all versions; `npm run generate` writes the third.
MAY_REPEAT_IT = {"package.json", "package-lock.json", "CHANGELOG.md", "server/sourcewise/__init__.py"}


def test_the_python_package_has_the_version_of_package_json() -> None:
    assert __version__ == VERSION, "Run: npm run generate"


def test_the_wheel_takes_its_version_from_package_json() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in pyproject["project"]
    source = pyproject["tool"]["hatch"]["version"]
    text = (ROOT / source["path"]).read_text(encoding="utf-8")
    found = re.search(source["pattern"], text, re.MULTILINE)
    assert source["path"] == "package.json"
    assert found
    assert found["version"] == VERSION


def test_the_npm_lock_and_the_changelog_know_the_version() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["version"] == lock["packages"][""]["version"] == VERSION, "Run: npm install --package-lock-only"
    assert f"\n## [{VERSION}] - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_other_file_repeats_the_version() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("the sources are not in a git repository")
    repeated = re.compile(
        rf"sourcewise[^a-z\n]{{0,12}}{re.escape(VERSION)}\b|\bversion\W{{1,5}}{re.escape(VERSION)}\b", re.I
    )
    files = {path for path in listed.split("\0") if path and (ROOT / path).is_file()} - MAY_REPEAT_IT
    assert [
        path for path in sorted(files) if repeated.search((ROOT / path).read_bytes().decode(errors="replace"))
    ] == []


def test_a_module_without_one_version_is_refused() -> None:
    package = '{"version": "2.0.0"}'
    assert versioned('"""Doc."""\n\n__version__ = "1.0.0"\n', package) == '"""Doc."""\n\n__version__ = "2.0.0"\n'
    with pytest.raises(ValueError, match="exactly once"):
        versioned('"""Doc."""\n', package)

"""CONTRIBUTING.md names files, scripts and parts of the tests that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# What the recipes abbreviate after naming it once.
FOLDERS = ("", "server/sourcewise", "server/sourcewise/llm", "server/sourcewise/lsp", "server/sourcewise/cli")
MORE_FOLDERS = ("server/sourcewise/retrieval", "extension/src")


def test_the_files_that_it_names_are_there() -> None:
    named = set(re.findall(r"`([\w./-]+(?:/|\.(?:py|ts|tsx|mjs|json|toml|md|scm|txt)))`", PAGE))
    named |= set(re.findall(r"(?:^|\s)((?:tests|server|extension)/[\w./-]+)", PAGE))
    placeholders = {name for name in named if re.search(r"[A-Z]{4,}\.", name) and "README" not in name}
    assert len(named) > 40
    folders = (*FOLDERS, *MORE_FOLDERS)
    known = {"CHANGELOG.md", *(name for name in named if any((ROOT / f / name.rstrip(".")).exists() for f in folders))}
    assert named - known - placeholders - {"build/home"} == set()


def test_the_npm_scripts_that_it_names_are_there() -> None:
    scripts = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["scripts"]
    named = set(re.findall(r"npm run ([\w:]+)", PAGE))
    assert len(named) > 5
    assert named <= scripts.keys()


def test_it_explains_every_part_of_the_tests() -> None:
    checks = (ROOT / "server" / "checks.mjs").read_text(encoding="utf-8")
    parts = re.findall(r'"(\w+)"', re.search(r"const PARTS = \[(.*?)\]", checks, re.DOTALL)[1])  # type: ignore[index]
    rows = "".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE))
    assert {*parts, "long"} <= set(re.findall(r"`(\w+)`", rows))

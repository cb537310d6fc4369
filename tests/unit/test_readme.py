"""The README tells the truth about what can be read off the code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from sourcewise import cli
from sourcewise.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "server" / "ARCHITECTURE.md").read_text(encoding="utf-8")


def settings_table() -> str:
    """Return the table of settings as the README must show it."""
    rows = ["| setting | default | what it means |", "| --- | --- | --- |"]
    for spec in fields(Settings):
        default = f"`{str(spec.default).lower() if isinstance(spec.default, bool) else spec.default}`"
        rows.append(f"| `{spec.metadata['name']}` | {default} | {spec.metadata['description']} |")
    return "\n".join(rows)


def test_every_setting_is_there_with_its_default_and_meaning() -> None:
    assert settings_table() in README, f"Put this into README.md:\n{settings_table()}"


def test_every_command_is_there() -> None:
    documented = set(re.findall(r"^\| `(\w+)", README, re.MULTILINE))
    assert set(cli.main.commands) <= documented


def test_the_layers_are_those_that_import_linter_checks() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    rows = re.findall(
        r"^\| ((?:`\w+` )+)\|", ARCHITECTURE.partition("## Layers")[2].partition("## The extension")[0], re.MULTILINE
    )
    assert [" ".join(re.findall(r"\w+", row)) for row in rows] == [
        layer.replace(" | ", " ") for layer in contracts[0]["layers"]
    ]


def test_the_files_that_the_architecture_page_names_are_there() -> None:
    places = (ROOT / "server" / "sourcewise", ROOT / "extension" / "src", ROOT)
    named = set(re.findall(r"`([\w/]+(?:/|\.(?:py|ts|json|toml)))`", ARCHITECTURE))
    assert len(named) > 20
    inside = {file.name for place in places[:2] for file in place.rglob("*")}
    missing = [name for name in named if not any((place / name).exists() for place in places) and name not in inside]
    assert missing == []


def test_the_tests_that_the_security_page_names_are_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).is_file()] == []

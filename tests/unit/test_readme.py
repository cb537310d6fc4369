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


def test_the_floors_are_those_that_import_linter_holds() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    for layer in contracts[0]["layers"]:
        for module in layer.split(" | "):
            assert f"`{module}" in README, f"{module} has no floor in the README"


def test_the_tests_that_the_security_page_names_are_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).is_file()] == []

"""Generates the reference page of the settings: `server/SETTINGS.md`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from generation.manifest import SHARED, setting_groups
from sourcewise.settings import Settings

_PREFIX = "sourcewise."
_INTRODUCTION = """\
# Settings

GENERATED from `server/sourcewise/settings.py` and `server/generation/manifest.py` by `npm run generate`; edit those.

In the editor, each name starts with `sourcewise.`. A change applies without a reload.

For the command line, write the names into `settings.toml` in the data folder. `sourcewise doctor` prints the path of
that folder, and the environment variable `SOURCEWISE_HOME` moves it. For example:

```toml
[embedding]
onBattery = "pause"

[llm]
model = "codellama:13b"
```

Sourcewise reports an invalid value and uses the default instead.

## Scope

- **machine**: set it in your user settings, or in a remote window in the settings of the remote machine. Sourcewise
  ignores the value in `.vscode/settings.json`. A cloned repository therefore cannot choose a model, an address, a
  program or a limit.
- **workspace**: set it in your user settings or in the workspace's `.vscode/settings.json`.

Settings marked *editor only* have no effect in `settings.toml`.
"""
_HEAD = ["| setting | default | values | scope | description |", "| --- | --- | --- | --- | --- |"]


def settings_document() -> str:
    """Return the whole page."""
    parts = [_INTRODUCTION]
    for group in setting_groups():
        rows = (_row(name.removeprefix(_PREFIX), declared) for name, declared in group["properties"].items())
        parts.append("\n".join([f"## {group['title']}\n", *_HEAD, *rows]) + "\n")
    return "\n".join(parts)


def _row(name: str, declared: dict[str, Any]) -> str:
    cells = [f"`{name}`", _default(declared), _values(declared), _scope(name), declared["markdownDescription"]]
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _default(declared: dict[str, Any]) -> str:
    value = declared["default"]
    if value == "":
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(declared: dict[str, Any]) -> str:
    """Return the choices with their meanings, the range of a number, or the type."""
    if "enum" in declared:
        choices = zip(declared["enum"], declared["markdownEnumDescriptions"], strict=True)
        return "<br>".join(f"`{choice}`: {meaning}" for choice, meaning in choices)
    if "minimum" in declared:
        return f"{declared['minimum']:,} to {declared['maximum']:,}"
    return "`true` or `false`" if declared["type"] == "boolean" else "text"


def _scope(name: str) -> str:
    scope = "workspace" if name in SHARED else "machine"
    known_to_server = {spec.metadata["name"] for spec in fields(Settings)}
    return scope if name in known_to_server else f"{scope}, *editor only*"

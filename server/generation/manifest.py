"""Generates the extension's settings from `sourcewise.settings`: in `package.json` and as a module."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sourcewise.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

_TITLES = {
    "python": "Python",
    "embedding": "Embedding",
    "llm": "Language Model",
    "embedded": "Built-in Model",
    "retrieval": "Search",
    "hover": "Hover",
    "index": "Index",
    "chunk": "Chunks",
    "vectors": "Vectors",
    "cache": "Cache",
    "trace": "Trace",
}
"""Titles of the groups of settings by the first part of the names, in the order of display."""

SHARED = frozenset({"hover.enabled"})
"""Settings that a workspace may change, so that a team can share them: they only affect the display.

Every other setting has the scope `machine`: VS Code reads it from the user's settings, or in a remote window from the
settings of the remote machine, and ignores it in a workspace. A workspace may be hostile, and these settings

- name a program, a folder, a model or an address (`python.*`, `*.model`, `llm.endpoint`, `llm.runtime`,
  `vectors.server`);
- limit the memory, disk, battery and time that this machine spends (`embedding.*`, `llm.*`, `embedded.*`, `cache.*`,
  `index.*`, `retrieval.top`, `hover.timeoutMs`), or cause everything to be embedded again (`chunk.*`);
- write code and questions to the log (`trace.server`).

A new setting has the scope `machine` until it is listed here.
"""

_OF_THE_EXTENSION: dict[str, dict[str, Any]] = {
    "python.interpreter": {
        "type": "string",
        "default": "",
        "markdownDescription": "Path of the Python 3.11 to 3.14 from which Sourcewise creates its own environment. If "
        "empty, Sourcewise uses the first suitable one of: the interpreter that the Python extension selected, "
        "`python3.13`, `python3.12`, `python3.11`, `python3` or `python` on the path, and a Python from `uv`.",
    },
    "python.wheels": {
        "type": "string",
        "default": "",
        "markdownDescription": "Folder of wheels to install from, for machines without a network. "
        "If empty, Sourcewise uses the package index that pip is configured for.",
    },
    "trace.server": {
        "type": "string",
        "default": "off",
        "enum": ["off", "messages", "verbose"],
        "markdownEnumDescriptions": [
            "No messages.",
            "The names of messages.",
            "Whole messages, including questions and code.",
        ],
        "markdownDescription": "What to log about messages between the editor and the server.",
    },
}
"""Settings that only the extension uses."""

_NAMES = """\
/** Names of settings. GENERATED from `server/sourcewise/settings.py` by `npm run generate`; edit that. */

/** The settings that the server reads, without the prefix `sourcewise.`. */
export const SERVER_SETTINGS: readonly string[] = [
{server}];

/** The settings that a workspace may change. All others are the user's. */
export const SHARED_SETTINGS: readonly string[] = [
{shared}];
"""

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def manifest(package: str) -> str:
    """Return the text of `package.json` with updated settings; the rest is unchanged."""
    content = json.loads(package)
    content["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [
        f"sourcewise.{name}" for name in sorted(_properties().keys() - SHARED)
    ]
    content["contributes"]["configuration"] = setting_groups()
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def setting_names() -> str:
    """Return `extension/src/generated/settingNames.ts`: the settings that the server reads, and the shared ones."""
    server = (spec.metadata["name"] for spec in fields(Settings))
    return _NAMES.format(server=_lines(server), shared=_lines(sorted(SHARED)))


def _lines(names: Iterable[str]) -> str:
    return "".join(f'  "{name}",\n' for name in names)


def setting_groups() -> list[dict[str, Any]]:
    """Return the groups of settings in the format of `package.json`, in the order of display."""
    properties = _properties()
    unknown = {name.split(".")[0] for name in properties} - _TITLES.keys()
    if unknown:
        raise ValueError(f"These groups of settings need a title in {__name__}: {', '.join(sorted(unknown))}.")
    return [{"title": title, "properties": _group(prefix, properties)} for prefix, title in _TITLES.items()]


def _properties() -> dict[str, dict[str, Any]]:
    return _OF_THE_EXTENSION | {spec.metadata["name"]: _property(spec) for spec in fields(Settings)}


def _group(prefix: str, properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        f"sourcewise.{name}": declared | {"scope": "window" if name in SHARED else "machine"}
        for name, declared in properties.items()
        if name.split(".")[0] == prefix
    }


def _property(spec: Any) -> dict[str, Any]:
    declared: dict[str, Any] = {"type": _TYPES[type(spec.default)], "default": _number_as_json(spec.default)}
    limits = {"minimum": spec.metadata["low"], "maximum": spec.metadata["high"]}
    declared |= {name: limit for name, limit in limits.items() if limit is not None}
    if choices := spec.metadata["choices"]:
        declared |= {"enum": list(choices), "markdownEnumDescriptions": list(choices.values())}
    return declared | {"markdownDescription": spec.metadata["description"]}


def _number_as_json(value: Any) -> Any:
    """Return 3.0 as 3, as npm writes it whenever it saves the file; otherwise the file would become stale."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

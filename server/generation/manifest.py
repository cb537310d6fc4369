"""The settings as VS Code shows them: what `package.json` says of them, made from `sourcewise.settings`."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from sourcewise.settings import Settings

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
"""First part of a setting's name to the title of its group, in the order in which they are shown."""

_SCOPES = {
    "cache.maxDays": "application",
    "cache.maxMegabytes": "application",
    "embedding.model": "machine",
    "embedded.model": "machine",
    "llm.endpoint": "machine",
    "llm.model": "machine-overridable",
    "python.interpreter": "machine",
    "python.wheels": "machine",
    "vectors.server": "machine",
}
"""What names a program, a model or an address: a workspace must not set it before it is trusted.
And what is shared by all workspaces, so that none of them may set it."""

_OF_THE_EXTENSION: dict[str, dict[str, Any]] = {
    "python.interpreter": {
        "type": "string",
        "default": "",
        "markdownDescription": "The Python, 3.11 or newer, that Sourcewise makes its own environment with. "
        "Empty: the one that the Python extension has selected, else `uv` or `python3` on the path.",
    },
    "python.wheels": {
        "type": "string",
        "default": "",
        "markdownDescription": "A folder with wheels to install from, for machines without a network. "
        "Empty: the package index that pip is set up for.",
    },
    "trace.server": {
        "type": "string",
        "default": "off",
        "enum": ["off", "messages", "verbose"],
        "markdownEnumDescriptions": ["Nothing.", "Their names.", "All of them, with questions and code."],
        "markdownDescription": "What of the messages between the editor and the server is written to the log.",
    },
}
"""Settings that the server does not know."""

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def manifest(package: str) -> str:
    """Return the text of `package.json` with the settings in it; all else stays."""
    content = json.loads(package)
    content["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [
        f"sourcewise.{name}" for name in sorted(_SCOPES)
    ]
    content["contributes"]["configuration"] = _groups()
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _groups() -> list[dict[str, Any]]:
    properties = _OF_THE_EXTENSION | {spec.metadata["name"]: _property(spec) for spec in fields(Settings)}
    unknown = {name.split(".")[0] for name in properties} - _TITLES.keys()
    if unknown:
        raise ValueError(f"Give these groups of settings a title in {__name__}: {', '.join(sorted(unknown))}.")
    return [{"title": title, "properties": _group(prefix, properties)} for prefix, title in _TITLES.items()]


def _group(prefix: str, properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        f"sourcewise.{name}": declared | {"scope": _SCOPES.get(name, "window")}
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
    """Write 3.0 as 3: so does npm whenever it saves the file, which must not make it stale."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

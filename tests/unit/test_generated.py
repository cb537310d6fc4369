"""Generated files are up to date, and contain all declarations."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from generation import examples
from generation.artifacts import artifacts, stale_artifacts
from generation.declarations import Declaration, declarations
from generation.typescript import typescript_type
from sourcewise import protocol
from sourcewise.settings import Settings

ROOT = Path(__file__).parents[2]
ARTIFACTS = artifacts(ROOT)


def test_the_generated_files_are_up_to_date() -> None:
    assert not list(stale_artifacts(ROOT)), "Run: npm run generate"


def test_a_missing_or_changed_file_is_stale(tmp_path: Path) -> None:
    for path, text in ARTIFACTS.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "server/PROTOCOL.md").unlink()
    with (tmp_path / "extension/src/generated/protocol.ts").open("a") as file:
        file.write("// by hand\n")
    assert list(stale_artifacts(tmp_path)) == ["extension/src/generated/protocol.ts", "server/PROTOCOL.md"]


def test_every_method_has_an_example() -> None:
    assert examples.REQUESTS.keys() == {request.method for request in protocol.REQUESTS}
    assert examples.NOTIFICATIONS.keys() == {notification.method for notification in protocol.NOTIFICATIONS}
    for request in protocol.REQUESTS:
        assert list(map(type, examples.REQUESTS[request.method])) == [request.params, request.result]
    for notification in protocol.NOTIFICATIONS:
        assert type(examples.NOTIFICATIONS[notification.method]) is notification.params


@pytest.mark.parametrize("path", ["extension/src/generated/protocol.ts", "server/PROTOCOL.md"])
def test_every_method_type_and_field_is_described(path: str) -> None:
    text = ARTIFACTS[path]
    for message in (*protocol.REQUESTS, *protocol.NOTIFICATIONS):
        assert message.method in text
    for declaration in declarations():
        assert declaration.name in text
        for field in declaration.fields if isinstance(declaration, Declaration) else ():
            assert field.name in text


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (int, "number"),
        (str | None, "string | null"),
        (tuple[protocol.Turn, ...], "Turn[]"),
        (tuple[int | None, ...], "(number | null)[]"),
        (dict[str, float], "Record<string, number>"),
    ],
)
def test_a_python_type_has_a_typescript_type(hint: object, text: str) -> None:
    assert typescript_type(hint) == text


def test_the_manifest_has_every_setting_with_the_servers_default() -> None:
    properties = {
        name: declared
        for group in json.loads(ARTIFACTS["package.json"])["contributes"]["configuration"]
        for name, declared in group["properties"].items()
    }
    for spec in fields(Settings):
        assert properties[f"sourcewise.{spec.metadata['name']}"]["default"] == spec.default


def test_the_settings_page_has_every_setting_with_its_default_range_and_description() -> None:
    page = ARTIFACTS["server/SETTINGS.md"]
    declared = [
        (name.removeprefix("sourcewise."), each)
        for group in json.loads(ARTIFACTS["package.json"])["contributes"]["configuration"]
        for name, each in group["properties"].items()
    ]
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `([\w.]+)` .*$", page, re.MULTILINE)}
    assert list(rows) == [name for name, _ in declared]
    for name, each in declared:
        assert each["markdownDescription"] in rows[name]
        for choice in each.get("enum", ()):
            assert f"`{choice}`: " in rows[name]
        if "minimum" in each:
            assert f"| `{each['default']}` | {each['minimum']:,} to {each['maximum']:,} |" in rows[name]
    assert "| workspace |" in rows["hover.enabled"]
    assert "| machine |" in rows["llm.endpoint"]
    assert "*editor only*" in rows["python.interpreter"]


def test_settings_of_programs_models_and_addresses_need_a_trusted_workspace() -> None:
    manifest = json.loads(ARTIFACTS["package.json"])
    restricted = set(manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    assert {"sourcewise.llm.endpoint", "sourcewise.python.interpreter", "sourcewise.embedding.model"} <= restricted
    for group in manifest["contributes"]["configuration"]:
        for name, declared in group["properties"].items():
            assert (declared["scope"] != "window") == (name in restricted)


def test_a_workspace_may_change_only_shared_settings() -> None:
    groups = json.loads(ARTIFACTS["package.json"])["contributes"]["configuration"]
    scopes = {name: declared["scope"] for group in groups for name, declared in group["properties"].items()}
    assert {name for name, scope in scopes.items() if scope != "machine"} == {"sourcewise.hover.enabled"}
    for spec in fields(Settings):
        assert f'"{spec.metadata["name"]}",' in ARTIFACTS["extension/src/generated/settingNames.ts"]

"""Settings: an invalid value keeps the default and is reported."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest

from sourcewise.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_nested_and_dotted_names_mean_the_same() -> None:
    dotted, _ = Settings.from_mapping({"llm.model": "llama3.2"})
    nested, _ = Settings.from_mapping({"llm": {"model": "llama3.2"}})
    assert dotted == nested
    assert dotted.model == "llama3.2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retrieval.top", 0),
        ("retrieval.top", "8"),
        ("retrieval.top", True),
        ("llm.temperature", 3),
        ("llm.model", "  "),
        ("llm.endpoint", None),
        ("llm.runtime", "olama"),
    ],
)
def test_an_invalid_value_keeps_the_default_and_is_reported(name: str, value: Any) -> None:
    settings, problems = Settings.from_mapping({name: value})
    assert settings == Settings()
    assert [problem.name for problem in problems] == [name]
    assert name in problems[0].message


def test_the_message_about_a_setting_does_not_repeat_its_value() -> None:
    for value in ("[Finish](command:workbench.action.quit)", ["[a](command:x)"], "x" * 5000):
        (problem,) = Settings.from_mapping({"llm.runtime": value})[1]
        assert "command:" not in problem.message
        assert "value must be" in problem.message
        assert len(str(problem)) < 400
    assert "command:x" in str(Settings.from_mapping({"llm.runtime": "[a](command:x)"})[1][0])


def test_a_whole_number_is_valid_for_a_decimal_setting() -> None:
    assert Settings.from_mapping({"llm.temperature": 1})[0].temperature == 1.0


def test_an_unknown_name_is_reported() -> None:
    assert "does not exist" in Settings.from_mapping({"llm.modle": "x"})[1][0].message


def test_every_setting_has_a_unique_name_and_a_description() -> None:
    names = [spec.metadata["name"] for spec in fields(Settings)]
    assert len(set(names)) == len(names)
    assert all(spec.metadata["description"].endswith(".") for spec in fields(Settings))


def test_a_missing_file_means_defaults(tmp_path: Path) -> None:
    assert Settings.from_file(tmp_path / "none.toml") == (Settings(), ())


def test_an_invalid_file_means_defaults_and_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[llm\nmodel=")
    settings, problems = Settings.from_file(file)
    assert settings == Settings()
    assert "is not valid TOML" in problems[0].message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_may_have_any_unicode_encoding_and_line_ending(tmp_path: Path, encoding: str, newline: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(newline.join(("[llm]", "# Größe", 'model = "größe"', "")).encode(encoding))
    settings, problems = Settings.from_file(file)
    assert (settings.model, problems) == ("größe", ())


def test_a_file_in_another_encoding_and_a_folder_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes("# Größe\n".encode("latin-1"))
    for place, words in ((file, "save it as UTF-8"), (tmp_path, "cannot be read")):
        _, (problem,) = Settings.from_file(place)
        assert words in problem.message
        assert "codec" not in problem.message


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[retrieval]\ntop = 3\n[llm]\nmodel = "x"\n')
    settings, problems = Settings.from_file(file)
    assert (settings.top, settings.model, problems) == (3, "x", ())

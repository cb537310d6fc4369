"""The user's consent to send code to another machine, stored for one folder and one destination."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.answer import Destination
from sourcewise.errors import StorageError
from sourcewise.llm.consent import Consent

if TYPE_CHECKING:
    from pathlib import Path

FAR = Destination("gpt-oss:120b-cloud", "https://ollama.com")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop-1234" / "consent.json"


def test_no_destination_is_allowed_by_default(file: Path) -> None:
    assert not Consent(file).covers(FAR)


def test_consent_is_stored_for_one_model_at_one_host(file: Path) -> None:
    Consent(file).give(FAR)
    assert Consent(file).covers(FAR)
    assert not Consent(file).covers(Destination("another:latest", FAR.host))
    assert not Consent(file).covers(Destination(FAR.model, "https://evil.example"))
    assert not Consent(file.parents[1] / "other-5678" / "consent.json").covers(FAR)


def test_consents_accumulate(file: Path) -> None:
    near = Destination("codellama:latest", "http://192.168.1.7:11434")
    Consent(file).give(FAR)
    Consent(file).give(near)
    assert Consent(file).destinations == {FAR, near}


def test_a_withdrawn_consent_is_not_in_effect(file: Path) -> None:
    consent = Consent(file)
    consent.withdraw()
    consent.give(FAR)
    consent.withdraw()
    assert not consent.covers(FAR)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_an_editor_saved_in_another_encoding_is_read(file: Path, encoding: str) -> None:
    Consent(file).give(FAR)
    file.write_text(file.read_text(), encoding)
    assert Consent(file).covers(FAR)


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '[{"model": "gpt-oss:120b-cloud"}]', "null", "\x00"])
def test_a_damaged_file_allows_nothing(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    assert Consent(file).destinations == frozenset()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_only_the_user_can_read_the_file_and_no_temporary_file_remains(file: Path) -> None:
    Consent(file).give(FAR)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_an_unwritable_folder_is_reported(file: Path) -> None:
    file.parent.write_text("in the way")
    with pytest.raises(StorageError, match="cannot be stored"):
        Consent(file).give(FAR)

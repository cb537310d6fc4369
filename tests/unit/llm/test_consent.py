"""What the user has allowed to leave the machine: remembered for one folder and one destination, and withdrawn."""

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


def test_nothing_is_allowed_at_first(file: Path) -> None:
    assert not Consent(file).covers(FAR)


def test_what_is_allowed_is_remembered_for_that_model_at_that_host(file: Path) -> None:
    Consent(file).give(FAR)
    assert Consent(file).covers(FAR)
    assert not Consent(file).covers(Destination("another:latest", FAR.host))
    assert not Consent(file).covers(Destination(FAR.model, "https://evil.example"))
    assert not Consent(file.parents[1] / "other-5678" / "consent.json").covers(FAR)


def test_one_decision_does_not_replace_another(file: Path) -> None:
    near = Destination("codellama:latest", "http://192.168.1.7:11434")
    Consent(file).give(FAR)
    Consent(file).give(near)
    assert Consent(file).destinations == {FAR, near}


def test_what_is_withdrawn_is_asked_again(file: Path) -> None:
    consent = Consent(file)
    consent.withdraw()
    consent.give(FAR)
    consent.withdraw()
    assert not consent.covers(FAR)


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", '[{"model": "gpt-oss:120b-cloud"}]', "null", "\x00"])
def test_a_damaged_file_allows_nothing(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    assert Consent(file).destinations == frozenset()


@pytest.mark.skipif(sys.platform == "win32", reason="it has no modes")
def test_only_the_user_may_read_it_and_no_other_file_is_left(file: Path) -> None:
    Consent(file).give(FAR)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_a_decision_that_cannot_be_stored_is_a_sentence(file: Path) -> None:
    file.parent.write_text("in the way")
    with pytest.raises(StorageError, match="cannot be stored"):
        Consent(file).give(FAR)

from __future__ import annotations

from pathlib import Path

import pytest

from sourcewise.doctor.redaction import Redactor

HOME = Path("/home/ada.lovelace")
PROJECT = HOME / "work" / "Secret Engine"
OTHER = Path("/srv/difference")


@pytest.fixture
def redactor() -> Redactor:
    return Redactor([PROJECT, OTHER], HOME)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Indexing {PROJECT}: disk full", "Indexing <folder 1>: disk full"),
        (f"Reading {PROJECT}/src/plans.py failed.", "Reading <folder 1>/… failed."),
        (f"Indexing {PROJECT.as_uri()}/a.py", "Indexing <folder 1>/…"),
        (f"{OTHER} does not exist.", "<folder 2> does not exist."),
        (f"{HOME}/.local/share is full", "<home>/… is full"),
        ("User ada.lovelace has no right", "User <home> has no right"),
        ("The index of Secret Engine is damaged", "The index of <folder 1> is damaged"),
        ("in secret%20engine", "in <folder 1>"),
        ("/var/lib/thing cannot be read", "<path> cannot be read"),
        (r"C:\Users\ada\x cannot be read", "<path> cannot be read"),
        ("~/notes are gone", "<path> are gone"),
        ("'How do I hide the money?' is no int", "'…' is no int"),
        ('a "quoted" word and `name`', 'a "…" word and `…`'),
        ("This machine's disk isn't full", "This machine's disk isn't full"),
        ("Ollama does not respond at http://127.0.0.1:11434.", "Ollama does not respond at http://127.0.0.1:11434."),
        ("Ollama does not respond at http://localhost:11434/x", "Ollama does not respond at http://localhost:11434"),
        ("Ollama at https://me:pw@box.example.com/v1, gone", "Ollama at a remote address, gone"),
        ("http://localhost.evil.com", "a remote address"),
        ("12 of 40 chunks, 3/4 done", "12 of 40 chunks, 3/4 done"),
    ],
)
def test_names_and_values_are_redacted_and_the_rest_stays(redactor: Redactor, text: str, shown: str) -> None:
    assert redactor.redacted(text) == shown


def test_a_nested_folder_is_replaced_by_its_own_number() -> None:
    redactor = Redactor([Path("/srv/outer"), Path("/srv/outer/inner")], HOME)
    assert redactor.redacted("/srv/outer/inner/a.py and /srv/outer/b.py") == "<folder 2>/… and <folder 1>/…"


def test_the_root_as_home_redacts_no_other_slash() -> None:
    assert Redactor([], Path("/")).redacted("3/4 done") == "3/4 done"

"""Output in encodings that lack characters."""

from __future__ import annotations

import io
import sys

import pytest

from sourcewise.cli.output_encoding import make_output_printable


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("latin-1", "✓ Größe …", "+ Größe ..."),
        ("ascii", "✗ Größe", "x Gr\\xf6\\xdfe"),
        ("ascii", "解 😀 — “x”", '\\u89e3 \\U0001f600 - "x"'),
        ("cp1252", "• … 解", "• … \\u89e3"),
        ("cp437", "✓ · Größe", "+ · Größe"),
        ("utf-8", "✓ Größe 解 😀", "✓ Größe 解 😀"),
        ("utf-8", "name\udce4", "name\\udce4"),
        ("utf-8", "half of an emoji \ud83c", "half of an emoji \\ud83c"),
    ],
)
def test_a_character_that_cannot_be_encoded_is_replaced(
    monkeypatch: pytest.MonkeyPatch, stream: str, encoding: str, text: str, shown: str
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, stream, io.TextIOWrapper(written, encoding, errors="strict"))
    make_output_printable()
    print(text, end="", file=getattr(sys, stream), flush=True)
    assert written.getvalue().decode(encoding) == shown


def test_a_program_without_a_console_has_nothing_to_prepare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    make_output_printable()

"""Decoding of files."""

from __future__ import annotations

import codecs
import random

import pytest

from sourcewise.mining.decoding import Decoded, decode

TEXT = "def größe():\r\n    return 'naïve'\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("latin-1"), "latin-1"),
    ],
)
def test_text_is_decoded_without_byte_order_mark_and_with_its_line_ends(data: bytes, encoding: str) -> None:
    assert decode(data) == Decoded(TEXT, encoding)


def test_a_declared_encoding_is_used() -> None:
    text = "# -*- coding: cp932 -*-\nname = '日本'\n"
    assert decode(text.encode("cp932")) == Decoded(text, "cp932")


@pytest.mark.parametrize("name", ["zlib", "no-such-encoding", "ascii"])
def test_an_unusable_declared_encoding_falls_back_to_latin_1(name: str) -> None:
    decoded = decode(f"# coding: {name}\n".encode() + b"caf\xe9\n")
    assert decoded is not None
    assert decoded.encoding == "latin-1"


@pytest.mark.parametrize(
    "data",
    [
        b"text\0more" * 10,
        codecs.BOM_UTF8 + b"text\0more",
        codecs.BOM_UTF16_LE + b"a\0b",
        random.Random(3).randbytes(5000).replace(b"\0", b""),
        b"".join(number.to_bytes(2, "little") for number in range(200)),
        b"\x7fELF\x02\x01\x01" + bytes(100),
    ],
)
def test_binary_content_is_recognised(data: bytes) -> None:
    assert decode(data) is None


def test_decoding_never_fails() -> None:
    dice = random.Random(5)
    marks = [b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE, b"# coding: utf-7\n"]
    for _ in range(2000):
        decoded = decode(dice.choice(marks) + dice.randbytes(dice.randint(0, 40)))
        if decoded:
            decoded.text.encode("utf-8")

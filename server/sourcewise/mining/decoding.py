"""Decodes files.

Hides how the encoding is detected and how a binary file is recognized.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_SAMPLE = 8192
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, because it begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x1b")) + b"\x7f"
_DECLARED = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*[#;/*\"%-][^\n]*?coding[:=][ \t]*([-\w.]+)")


class Decoded(NamedTuple):
    """Text without byte order mark, and the name of its encoding."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded | None:
    """Return the text of a file with unchanged line ends; None if the file is binary.

    It tries, in this order: byte order marks, UTF-16 without one, UTF-8, the encoding that the first two lines declare,
    and Latin-1.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return _unmarked_utf16(data, sample)
    return _strictly(data, "utf-8") or _legacy(data, sample)


def _marked(data: bytes, encoding: str) -> Decoded | None:
    if encoding == "utf-8":
        return None if b"\0" in data[:_SAMPLE] else _strictly(data, encoding) or _legacy(data, data[:_SAMPLE])
    decoded = _strictly(data, encoding)
    return None if decoded is None or "\0" in decoded.text[:_SAMPLE] else decoded


def _unmarked_utf16(data: bytes, sample: bytes) -> Decoded | None:
    """Decode text in which every second byte is mostly zero, if nearly all characters are printable."""
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if min(zeros) or max(zeros) * 10 < len(sample) * 3:
        return None
    decoded = _strictly(data, "utf-16-be" if zeros[0] else "utf-16-le")
    if decoded is None:
        return None
    beginning = decoded.text[:_SAMPLE]
    odd = sum(not (char.isprintable() or char.isspace()) for char in beginning)
    return None if odd * 100 > len(beginning) else decoded


def _legacy(data: bytes, sample: bytes) -> Decoded | None:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 50 > len(sample):
        return None
    declared = _DECLARED.match(sample)
    decoded = _strictly(data, declared[1].decode("ascii", "replace")) if declared else None
    return decoded or Decoded(data.decode("latin-1"), "latin-1")


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), encoding)
    except (LookupError, ValueError):
        return None

"""Decodes text files that users edit, in the encodings that editors write."""

from __future__ import annotations

import json


def decoded(data: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or UTF-32, without its byte order mark.

    Raises:
        UnicodeDecodeError: it has another encoding.
    """
    return data.decode(json.detect_encoding(data))

"""Makes every character printable, whatever the encoding of the output.

A terminal may use Latin-1 or ASCII, and Windows writes to files in a similar encoding. A character that the encoding
lacks must not end a command.
"""

from __future__ import annotations

import codecs
import io
import sys

_HANDLER = "sourcewise.readable"
# The symbols of our own messages; all other characters become escape codes.
_ASCII = str.maketrans({"✓": "+", "✗": "x", "•": "*", "·": "-", "—": "-", "…": "...", "“": '"', "”": '"'})


def make_output_printable() -> None:
    """Replace characters that standard output or standard error cannot encode, instead of raising an error."""
    codecs.register_error(_HANDLER, _readable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None without a console
            stream.reconfigure(errors=_HANDLER)


def _readable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_ASCII)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end

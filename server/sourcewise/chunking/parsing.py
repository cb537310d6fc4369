"""Parses with a time limit and without keeping the source in memory afterwards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

# CPU seconds. A normal file takes milliseconds; broken text can take minutes.
_PARSE_SECONDS = 5.0


def parse_in_time(parser: Parser, source: bytes) -> Tree | None:
    """Parse with a time limit and return None if it is exceeded; error recovery can take minutes.

    The binding has no time limit for the second parse, which only parses the errors of the first again. If it takes
    long after all, the limits of the process end it.
    """
    deadline = time.thread_time() + _PARSE_SECONDS
    # The binding (0.26.1) leaks the buffers of a read callback, and with them every parsed file. A released view leaks
    # only itself. But only a tree parsed from bytes can return text, so the bytes are parsed again, reusing all of the
    # first tree except its errors.
    with memoryview(source) as view:
        try:
            tree = parser.parse(
                lambda offset, _point: source[offset:] if offset else view,
                progress_callback=lambda _offset, _has_error: time.thread_time() > deadline,
            )
        except ValueError:
            return None
    return parser.parse(source, tree)

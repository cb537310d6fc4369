"""Redacts a text for others: names of people and folders, addresses, and quoted values.

It errs on the side of redacting too much: a reader needs to know what went wrong, not where.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from sourcewise.processes.loopback import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Quoted text came from outside: a value, a question, a name. Apostrophes inside words are not quotes.
_QUOTED = re.compile(r"""(?<!\w)(['"`])(?:(?:\\.|(?!\1(?!\w))[^\\])++|(?:(?!\1(?!\w)).)++)\1(?!\w)""", re.DOTALL)
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{0,30}+://[^\s,;)>]+", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w<>~/.])(?:[A-Za-z]:[\\/]|\\\\|/(?!/)|~/)[^\s:;,'\"()<>]+")
_REMAINDER = re.compile(r"(<[a-z]+(?: \d+)?>)[\\/][^\s:;,'\"()<>]+")


class Redactor:
    """Redacts the names of given folders and of the user."""

    def __init__(self, folders: Iterable[Path], home: Path) -> None:
        """Compile the patterns.

        Args:
            folders: their paths and names become `<folder 1>` and so on.
            home: the user's home; its path and its name, which is the user's name, become `<home>`.
        """
        named = [(folder, f"<folder {number}>") for number, folder in enumerate(folders, 1)]
        places = [*named, (home, "<home>")] if home.name else named
        places.sort(key=lambda entry: -len(str(entry[0])))
        self._replacements = [
            (_pattern(written), mark) for place, mark in places for written in (str(place), quote(place.as_posix()))
        ]
        self._replacements += [
            (re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE), mark)
            for place, mark in places
            for word in {place.name, quote(place.name)}
            if word
        ]

    def redacted(self, text: str) -> str:
        """Return the redacted text of one or more sentences."""
        text = _QUOTED.sub(r"\1…\1", text)
        text = _ADDRESS.sub(_shown_address, text)
        for pattern, mark in self._replacements:
            text = pattern.sub(mark, text)
        text = _REMAINDER.sub(r"\1/…", text)
        return _PATH.sub("<path>", text)


def _pattern(path: str) -> re.Pattern[str]:
    flags = re.IGNORECASE if os.name == "nt" else 0
    return re.compile(rf"{re.escape(path)}(?![\w-])", flags)


def _shown_address(match: re.Match[str]) -> str:
    address = match[0].rstrip(".:'")
    end = match[0][len(address) :]
    scheme, _, rest = address.partition("://")
    if scheme.lower() == "file":
        return rest + end
    host = rest.partition("/")[0]
    return (f"{scheme}://{host}" if is_loopback(address) and "@" not in host else "a remote address") + end

"""The open documents of an editor. Hides the workspace of pygls, and that editors count in UTF-16 units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pygls import uris

from sourcewise.mining.inside import path_inside
from sourcewise.text import names
from sourcewise.text.languages import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pygls.workspace import TextDocument

_UNTITLED = "untitled"


class OpenDocuments:
    """What is open in an editor, saved or not."""

    def __init__(self, documents: Callable[[], Mapping[str, TextDocument]]) -> None:
        """Join the parts.

        Args:
            documents: gives pygls' open documents by their unquoted URIs.
        """
        self._documents = documents

    def text_of(self, uri: str) -> str | None:
        """Return the text of an open document, or None where it is not open."""
        document = self._documents().get(unquote(uri))
        return None if document is None else document.source

    def language_of(self, uri: str) -> str:
        """Return what the editor takes the language of a document for."""
        document = self._documents().get(unquote(uri))
        return (document.language_id if document else None) or UNKNOWN

    def text_by_path(self, roots: Sequence[Path]) -> Callable[[str], str | None]:
        """Return a function that gives the text of a folder's open files by their paths, and None for the others.

        Args:
            roots: the folder, by each path that leads to it.
        """

        def text_of(path: str) -> str | None:
            files = [root / path for root in roots]
            # Editors do not all write a URI in the same way, so paths are compared.
            opened = (document for document in list(self._documents().values()) if local_path(document.uri) in files)
            return next((document.source for document in opened), None)

        return text_of

    def texts_in(self, roots: Sequence[Path]) -> dict[str, str]:
        """Return the texts of a folder's open files by their paths; see text_by_path."""
        opened = ((local_path(document.uri), document) for document in list(self._documents().values()))
        return {
            inside: document.source
            for path, document in opened
            for root in roots
            if path is not None and (inside := path_inside(path, root)) is not None
        }


def local_path(uri: str) -> Path | None:
    """Return the path of a file on this machine, or None for what is none."""
    path: str | None = uris.to_fs_path(uri)
    return Path(path) if path else None


def untitled_name(uri: str) -> str | None:
    """Return the name of a document that was never saved, or None for another."""
    parts = urlsplit(uri)
    return unquote(parts.path).rpartition("/")[2] or None if parts.scheme == _UNTITLED else None


def names_at(line: str, units: int, language: str) -> tuple[str, ...]:
    """Return the name at a place in a line, the most qualified first; see `sourcewise.text.names.names_at`.

    Args:
        line: its text.
        units: UTF-16 units before the place.
        language: of the document.
    """
    at = len(line.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore"))
    return names.names_at(line, at, language)


def selected_in(line: str, start: int, end: int) -> str:
    """Return what lies between two places of a line, in UTF-16 units."""
    return line.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "ignore")

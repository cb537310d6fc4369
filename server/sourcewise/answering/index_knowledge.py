"""Adapts a folder's index to the query engine: open files have the text of their editor, not of the disk."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sourcewise.domain.search import SearchRequest, SearchResult
    from sourcewise.folder_index.index import Index

    TextOf = Callable[[str], str | None]

_NO_FILES: Mapping[str, str] = MappingProxyType({})


class IndexKnowledge:
    """A folder's index with the open files of one client; see Knowledge."""

    def __init__(
        self, index: Index, open_text_of: TextOf | None = None, open_files: Mapping[str, str] = _NO_FILES
    ) -> None:
        """Take the index and the open files.

        Args:
            index: the folder's index.
            open_text_of: returns the text of an open file by its path, or None for other files.
            open_files: the texts of open files by path, for the search.
        """
        self._index = index
        self._open_text_of = open_text_of
        self._open_files = open_files
        self.related_code = index.related_code
        self.definition_of = index.definition_of

    def search(self, request: SearchRequest) -> SearchResult:
        """Search the index and the unsaved text of open files; see Knowledge.search."""
        return self._index.search(replace(request, open_files=self._open_files))

    def text_of(self, path: str) -> str | None:
        """Return the text of a file, from its editor if it is open; None if the file is gone."""
        text = self._open_text_of(path) if self._open_text_of else None
        return self._index.text_of(path) if text is None else text

"""A folder's index as the query engine needs it, with what the asker has open in place of what is on the disk."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sourcewise.domain.search import SearchRequest, SearchResult
    from sourcewise.folder_index.index import Index

    TextOf = Callable[[str], str | None]

_NOTHING_OPEN: Mapping[str, str] = MappingProxyType({})


class IndexKnowledge:
    """What one asker can learn of an index; see Knowledge."""

    def __init__(
        self, index: Index, text_shown: TextOf | None = None, open_files: Mapping[str, str] = _NOTHING_OPEN
    ) -> None:
        """Join the parts.

        Args:
            index: of the folder.
            text_shown: returns a file's text as the asker sees it, or None if that is what the disk has.
            open_files: the texts of the files that the asker has open, by path.
        """
        self._index = index
        self._text_shown = text_shown
        self._open_files = open_files
        self.around = index.around
        self.definition_of = index.definition_of

    def search(self, request: SearchRequest) -> SearchResult:
        """See Knowledge.search; files that are open are searched as their editor shows them."""
        return self._index.search(replace(request, open_files=self._open_files))

    def text_of(self, path: str) -> str | None:
        """Return a file's text as the asker sees it, or None if it is gone."""
        text = self._text_shown(path) if self._text_shown else None
        return self._index.text_of(path) if text is None else text

"""The service of the process that parses files for references, with time and memory limits."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from sourcewise.chunking.limits import limit_memory, limited_time
from sourcewise.references.parsed_file import ParsedFile, occurrences_without_syntax

if TYPE_CHECKING:
    from sourcewise.domain.code import SourceFile
    from sourcewise.references.occurrence import FileFacts, FileOccurrences

logger = logging.getLogger(__name__)

# A parsed file takes about a megabyte.
_CACHED_FILES = 64


class ReferenceParsingService:
    """Parses files; a file that crashes its grammar or exceeds a limit ends the process."""

    def __init__(self) -> None:
        limit_memory()
        self._parsed: OrderedDict[tuple[str, str], ParsedFile] = OrderedDict()

    def occurrences(self, file: SourceFile, name: str) -> FileOccurrences:
        """Return the occurrences of a name in a file."""
        with limited_time():
            try:
                return self._parsed_file(file).occurrences_of(name)
            except Exception:  # such as RecursionError: one file must not stop the others
                logger.exception("%s is searched without its grammar", file.path)
                return occurrences_without_syntax(file, name)

    def facts(self, file: SourceFile) -> FileFacts | None:
        """Return the facts about a file; None if they cannot be collected."""
        with limited_time():
            try:
                return self._parsed_file(file).facts()
            except Exception:  # as above
                logger.exception("The definitions of %s are unknown", file.path)
                return None

    def _parsed_file(self, file: SourceFile) -> ParsedFile:
        key = (file.path, file.digest)
        if key not in self._parsed:
            self._parsed[key] = ParsedFile(file)
            if len(self._parsed) > _CACHED_FILES:
                self._parsed.popitem(last=False)
        self._parsed.move_to_end(key)
        return self._parsed[key]

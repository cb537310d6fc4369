"""The service of the process that parses files for references, with time and memory limits."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sourcewise.chunking.limits import limit_memory, limited_time
from sourcewise.references.parsed_file import ParsedFile, occurrences_without_syntax

if TYPE_CHECKING:
    from sourcewise.domain.code import SourceFile
    from sourcewise.references.occurrence import FileFacts, FileOccurrences

logger = logging.getLogger(__name__)


class ReferenceParsingService:
    """Parses files; a file that crashes its grammar or exceeds a limit ends the process."""

    def __init__(self) -> None:
        limit_memory()

    def read(self, file: SourceFile, names: tuple[str, ...]) -> tuple[dict[str, FileOccurrences], FileFacts | None]:
        """Return the occurrences of names in a file, and the facts about it; None if these cannot be collected."""
        with limited_time():
            try:
                parsed = ParsedFile(file)
                return {name: parsed.occurrences_of(name) for name in names}, parsed.facts()
            except Exception:  # such as RecursionError: one file must not stop the others
                logger.exception("%s is searched without its grammar", file.path)
                return {name: occurrences_without_syntax(file, name) for name in names}, None

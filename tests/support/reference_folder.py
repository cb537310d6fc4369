"""A folder of source texts in a real catalog, to search for references."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.references.parsed_file import ParsedFile
from sourcewise.references.reference_finder import ReferenceFinder
from sourcewise.storage.catalog import Catalog
from sourcewise.text.languages import language_of

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.domain.references import References
    from sourcewise.references.occurrence import FileFacts, FileOccurrences


class ParserInThisProcess:
    """Does what IsolatedParser does, without a process."""

    def occurrences(self, file: SourceFile, name: str) -> FileOccurrences:
        return ParsedFile(file).occurrences_of(name)

    def facts(self, file: SourceFile) -> FileFacts | None:
        return ParsedFile(file).facts()


class ReferenceFolder:
    """Files by path, all of them indexed; `texts` may be changed afterwards."""

    def __init__(self, database: Path, texts: dict[str, str]) -> None:
        self.texts = dict(texts)
        self._catalog = Catalog(database)
        for path in texts:
            file = self._read(path)
            if file is not None and file.text.strip():
                self._catalog.replace_file(file, SmartCodeChunker().chunk_with_context(file))
        self.finder = ReferenceFinder(self._catalog, self._read, ParserInThisProcess())  # type: ignore[arg-type]

    def close(self) -> None:
        self._catalog.close()

    def _read(self, path: str) -> SourceFile | None:
        text = self.texts.get(path)
        if text is None:
            return None
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return SourceFile(FileStamp(path, len(text), 1), text, language_of(path, text), digest)

    def found(self, name: str) -> References:
        return self.finder.find(name)

    def certainties(self, name: str) -> dict[str, str]:
        """Return `path:line` with the certainty and kind of each place, such as `certain call`."""
        places = self.found(name).places
        return {f"{place.path}:{place.line}": f"{place.certainty.value} {place.kind.value}" for place in places}

"""Files, chunks and skipped files for the tests of a catalog."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sourcewise.domain.code import Chunk, FileStamp, SkippedFile, SkipReason, SourceFile

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog

MODEL = "mini"


def source(path: str, text: str = "", mtime_ns: int = 1) -> SourceFile:
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return SourceFile(FileStamp(path, len(text), mtime_ns), text, "python", digest)


def chunk(path: str, text: str, first_line: int = 1, **more: object) -> Chunk:
    chunk_id = hashlib.blake2b(f"{path}\0{text}".encode(), digest_size=16).hexdigest()
    values = {"position": 0, "total": 1, **more}
    return Chunk(chunk_id, path, first_line, first_line + text.count("\n"), text, "python", **values)  # type: ignore[arg-type]


def skipped(path: str, reason: SkipReason = SkipReason.BINARY, detail: str = "", mtime_ns: int = 1) -> SkippedFile:
    return SkippedFile(FileStamp(path, 10, mtime_ns), reason, detail)


def put(catalog: Catalog, path: str, *chunks: Chunk, mtime_ns: int = 1) -> None:
    catalog.replace_file(source(path, "\n".join(part.text for part in chunks), mtime_ns), chunks)


def found(catalog: Catalog, *terms: str) -> list[str]:
    return [hit.chunk_id for hit in catalog.keywords.search(terms, 10)]

"""The service of the parsing process: the chunker with time and memory limits.

Grammars are native code that reads untrusted text. Here they can crash, loop or exhaust memory without harm.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.chunking.limits import limit_memory, limited_time

if TYPE_CHECKING:
    from sourcewise.domain.code import Chunk, SourceFile

logger = logging.getLogger(__name__)


class ChunkingService:
    """Splits files into chunks; a file that crashes its grammar or exceeds a limit ends the process."""

    def __init__(self) -> None:
        limit_memory()

    def by_syntax(self, file: SourceFile, max_tokens: int, overlap_tokens: int) -> tuple[tuple[Chunk, ...], str]:
        """Return the chunks of a file, and the reason if it was cut as plain lines."""
        chunker = SmartCodeChunker(max_tokens, overlap_tokens)
        with limited_time():
            try:
                chunks, took_too_long = chunker.chunk_in_time(file)
            except Exception as error:  # such as MemoryError: one file must not stop the others
                logger.exception("%s is cut as plain lines", file.path)
                return chunker.chunk_as_lines(
                    file
                ), f"It is indexed as plain lines because of an error ({type(error).__name__})."
            note = f"Its {file.language} grammar took too long, so it is indexed as plain lines."
            return chunks, note if took_too_long else ""

    def by_lines(self, file: SourceFile, max_tokens: int, overlap_tokens: int) -> tuple[Chunk, ...]:
        """Return the chunks of a file without using its grammar."""
        with limited_time():
            return SmartCodeChunker(max_tokens, overlap_tokens).chunk_as_lines(file)

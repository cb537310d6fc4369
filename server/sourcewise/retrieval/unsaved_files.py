"""Updates search results with the unsaved text of files that are open in an editor.

An unchanged passage stays; a moved one gets its new lines; a rewritten definition replaces the indexed one; a deleted
one is dropped; new code is added if its keywords match.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.domain.search import Passage
from sourcewise.text.lines import split_lines
from sourcewise.text.words import identifier_words, query_terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sourcewise.domain.code import Chunk, SourceFile
    from sourcewise.domain.search import SearchRequest, SearchResult
    from sourcewise.storage.chunk_filter import ChunkFilter

# Search-as-you-type passes the same texts many times.
_CACHED_FILES = 8
_REASON = "has unsaved changes"


class UnsavedFiles:
    """A snapshot of the unsaved files of one folder, cut into chunks."""

    def __init__(self, files: Sequence[SourceFile], chunk_tokens: int, chunk_overlap: int) -> None:
        """Cut the files into chunks.

        Args:
            files: the files, with the text in the editor.
            chunk_tokens: see SmartCodeChunker; must be the value that the index was built with.
            chunk_overlap: the same.
        """
        self._lines = {file.stamp.path: split_lines(file.text) for file in files}
        self.chunks = {chunk.id: chunk for file in files for chunk in _cut(file, chunk_tokens, chunk_overlap)}

    def merged(
        self, found: SearchResult, request: SearchRequest, chunk_filter: ChunkFilter, indexed: Collection[str]
    ) -> SearchResult:
        """Return a search result as if the files had been saved.

        Args:
            found: the search result from the index.
            request: the search.
            chunk_filter: the filter for its scope.
            indexed: the ids of those of `chunks` that the index has.
        """
        new = {
            chunk.id: chunk for chunk in self.chunks.values() if chunk.id not in indexed and chunk_filter.passes(chunk)
        }
        passages = list(self._updated(found.passages, new))
        terms = frozenset(query_terms(request.text))
        for chunk in new.values():
            if terms & _words_of(chunk) and not any(chunk.overlaps(passage.chunk) for passage in passages):
                _insert(passages, chunk, terms)
        passages = [replace(passage, rank=rank) for rank, passage in enumerate(passages[: request.top], 1)]
        return replace(found, passages=tuple(passages), relevant=found.relevant or _relevant(passages, new, terms))

    def _updated(self, passages: Sequence[Passage], new: dict[str, Chunk]) -> Iterator[Passage]:
        """Yield the passages that still exist, and remove from `new` each chunk that replaces one."""
        for passage in passages:
            chunk = passage.chunk
            if chunk.path not in self._lines or self._is_unchanged(chunk):
                yield passage
            elif chunk.id in self.chunks:
                yield replace(passage, chunk=self.chunks[chunk.id])
            elif (rewritten := next((c for c in new.values() if _is_same_definition(c, chunk)), None)) is not None:
                del new[rewritten.id]
                yield replace(passage, chunk=rewritten, similarity=None, reasons=(*passage.reasons, _REASON))

    def _is_unchanged(self, chunk: Chunk) -> bool:
        return "\n".join(self._lines[chunk.path][chunk.first_line - 1 : chunk.last_line]) == chunk.text


@lru_cache(maxsize=_CACHED_FILES)
def _cut(file: SourceFile, chunk_tokens: int, chunk_overlap: int) -> tuple[Chunk, ...]:
    return IsolatedChunker(chunk_tokens, chunk_overlap, urgent=True).chunk_with_context(file)


def _insert(passages: list[Passage], chunk: Chunk, terms: frozenset[str]) -> None:
    """Insert a chunk before the first passage that contains fewer of the terms."""
    hits = len(terms & _words_of(chunk))
    fewer = (place for place, passage in enumerate(passages) if len(terms & _words_of(passage.chunk)) < hits)
    place = next(fewer, len(passages))
    score = passages[min(place, len(passages) - 1)].score if passages else 1.0
    passages.insert(place, Passage(chunk, place + 1, score, None, ("keywords in unsaved changes",)))


def _relevant(passages: Sequence[Passage], new: Mapping[str, Chunk], terms: frozenset[str]) -> bool:
    """Return whether new code is relevant, by the criterion of a keyword search."""
    least = min(2, len(terms))
    return any(passage.chunk.id in new and len(terms & _words_of(passage.chunk)) >= least for passage in passages)


def _words_of(chunk: Chunk) -> frozenset[str]:
    return frozenset(identifier_words(f"{chunk.symbol} {chunk.text}").split())


def _is_same_definition(new: Chunk, old: Chunk) -> bool:
    return bool(old.symbol) and (new.path, new.symbol) == (old.path, old.symbol)

"""Finds the code around a symbol: its definitions, its references, what it calls, and similar code.

It needs no compiler, only the definitions and words of the catalog: a whole word outside its own definition is a
reference. Names are case-sensitive. It embeds nothing, writes nothing and waits for no lock, so it answers immediately,
even while the folder is being indexed.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from sourcewise.domain.search import Passage, SearchMode, SearchResult
from sourcewise.errors import PeerError, StorageError
from sourcewise.retrieval.follow_up_context import defined_names
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines
from sourcewise.text.names import called_names, last_part, occurrences
from sourcewise.text.scripts import spellings
from sourcewise.text.words import search_term

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.definition_index import DefinitionPlace
    from sourcewise.storage.vector_search import VectorSearch

logger = logging.getLogger(__name__)

# At most this many chunks with a word are searched for references. If there are more, `References.truncated` is set.
_MAX_CHUNKS = 200
_DEFINITIONS_READ = 60
_CALLS_FOLLOWED = 40
# A name with more definitions is ambiguous: the call could refer to any of them.
_AMBIGUOUS = 3
_NAMES = 3
_CALLERS = 3
_CALLEES = 3
# Definitions in prose and data are headings and keys; they do not name code.
_NOT_CODE = frozenset({"section", "key"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A definition that refers to a name, or a line outside any definition that does.

    Attributes:
        chunk: the chunk that contains the line.
        line: the first line with the name.
        symbol: qualified name of the definition around the line; empty if the line is outside any definition.
    """

    chunk: Chunk
    line: int
    symbol: str


@dataclass(frozen=True, slots=True)
class References:
    """The references to a name.

    Attributes:
        found: the references, the most likely first.
        truncated: whether only the first candidates were searched, so there may be more references.
    """

    found: tuple[Reference, ...] = ()
    truncated: bool = False


class SymbolIndex:
    """Finds definitions, references, callees and similar code in one folder's index. Thread-safe."""

    def __init__(self, catalog: Catalog, vectors: VectorSearch) -> None:
        """Take the catalog and the vectors to search; opens nothing."""
        self._catalog = catalog
        self._vectors = vectors

    def definitions(self, names: Sequence[str], near: str) -> list[DefinitionPlace]:
        """Return the definitions of the first of these names that has any, the most likely first.

        Args:
            names: several names of one symbol, the most exact first: `Store.load`, then `load`.
            near: path of the file that uses the name. Definitions in this file come first, then those in the same
                language. Definitions in other languages are returned only if there are no others.
        """
        for name in names:
            last = last_part(name)
            found = self._catalog.definitions.find([name], _DEFINITIONS_READ)
            places = [p for p in found if p.definition.name == last and p.definition.kind not in _NOT_CODE]
            if places:
                same_language = [place for place in places if language_of(place.path) == language_of(near)]
                return sorted(same_language or places, key=lambda place: (place.path != near, place.path))
        return []

    def references(self, name: str, definitions: Sequence[DefinitionPlace]) -> References:
        """Return the references to a name outside these definitions of it.

        References in the same language come first; within a language, lines outside any definition come last.
        """
        ids = [hit.chunk_id for hit in self._catalog.keywords.search([search_term(name)], _MAX_CHUNKS)]
        own = [(place.path, place.definition) for place in definitions]
        found: dict[tuple[str, str | int], Reference] = {}
        for chunk in self._catalog.chunks(ids).values():
            defining = [definition for path, definition in own if path == chunk.path]
            defining += [definition for definition in chunk.definitions if definition.name == name]
            for line in _lines_with(occurrences(name, chunk.language), chunk):
                if not any(definition.first_line <= line <= definition.last_line for definition in defining):
                    symbol = _symbol_at(chunk, line)
                    found.setdefault((chunk.path, symbol or line), Reference(chunk, line, symbol))
        languages = {language_of(path) for path, _ in own}
        likeliest = sorted(found.values(), key=lambda each: (each.chunk.language not in languages, not each.symbol))
        return References(tuple(likeliest), len(ids) == _MAX_CHUNKS)

    def callees(self, code: Chunk) -> list[DefinitionPlace]:
        """Return the definitions of the functions that some code calls, in order, without ambiguous names."""
        own = set(defined_names(code))
        callees = islice((name for name in called_names(code.text, code.language) if name not in own), _CALLS_FOLLOWED)
        return [place for name in callees if (place := self._resolve(name, code.path)) is not None]

    def similar(self, chunk_ids: Iterable[str], model: str, limit: int) -> list[tuple[Chunk, float]]:
        """Return the chunks nearest to the first of these chunks that has a stored vector, each with its cosine."""
        serving, _ = self._catalog.serving_model(model)
        if serving is None:
            return []
        nearest = (self._vectors.neighbours(serving, chunk_id, limit) for chunk_id in chunk_ids)
        try:
            similarities = dict(next(filter(None, nearest), []))
        except (StorageError, PeerError) as error:
            logger.warning("Cannot find similar code: %s", error)
            return []
        chunks = self._catalog.chunks(list(similarities))
        return [(chunk, similarities[chunk_id]) for chunk_id, chunk in chunks.items()]

    def related_code(self, code: Chunk, model: str, top: int) -> SearchResult:
        """Return some code as the first passage, then its references, what it calls, and similar code.

        Args:
            code: the code; it need not be in the index, nor saved.
            model: the wanted embedding model; see Retriever.search.
            top: the maximum number of passages.
        """
        passages = _Passages(code)
        definitions = {name: self.definitions([name], code.path) for name in defined_names(code)[:_NAMES]}
        for name, places in definitions.items():
            references = self.references(name, places).found
            passages.add(((each.chunk, None) for each in references), f"uses {name}", _CALLERS)
        callees = self.callees(code)
        chunks = self._catalog.chunks([place.chunk_id for place in callees])
        for place in callees[:_CALLEES]:
            if place.chunk_id in chunks:
                passages.add([(chunks[place.chunk_id], None)], f"defines {place.definition.name}, which it calls", 1)
        indexed = self._indexed_ids(code)
        passages.add(self.similar(indexed, model, top), "is semantically similar", top)
        serving, counts = self._catalog.serving_model(model)
        return SearchResult(
            code.symbol or code.path,
            passages.best(top),
            SearchMode.KEYWORD if serving is None else SearchMode.HYBRID,
            counts.chunks,
            counts.embedded if serving else 0,
        )

    def _resolve(self, name: str, near: str) -> DefinitionPlace | None:
        places = self.definitions([name], near)
        return places[0] if places and (places[0].path == near or len(places) <= _AMBIGUOUS) else None

    def _indexed_ids(self, code: Chunk) -> list[str]:
        """Return the ids of the indexed chunks that overlap some code, the one with the same symbol first."""
        stored = [chunk for chunk in self._catalog.chunks_of(code.path) if chunk.overlaps(code)]
        return [chunk.id for chunk in sorted(stored, key=lambda chunk: chunk.symbol != code.symbol)]


class _Passages:
    """Collects passages in the order they are added: each chunk once, and none that overlaps the given code."""

    def __init__(self, code: Chunk) -> None:
        self._code = code
        self._found: dict[str, Passage] = {}

    def add(self, chunks: Iterable[tuple[Chunk, float | None]], reason: str, limit: int) -> None:
        for chunk, similarity in chunks:
            known = self._found.get(chunk.id)
            if known is not None:
                self._found[chunk.id] = replace(known, similarity=similarity, reasons=(*known.reasons, reason))
            elif limit > 0 and not chunk.overlaps(self._code):
                self._found[chunk.id] = Passage(chunk, 0, 0.0, similarity, (reason,))
                limit -= 1

    def best(self, top: int) -> tuple[Passage, ...]:
        passages = [Passage(self._code, 0, 0.0, None, ("is the code you asked about",)), *self._found.values()]
        return tuple(replace(p, rank=rank, score=1 / rank) for rank, p in enumerate(passages[:top], 1))


def _lines_with(word: re.Pattern[str], chunk: Chunk) -> Iterator[int]:
    # Most chunks contain a common word only as a part of other words.
    if _contains(chunk.text, word):
        for line, text in enumerate(split_lines(chunk.text), chunk.first_line):
            if _contains(text, word):
                yield line


def _contains(text: str, word: re.Pattern[str]) -> bool:
    """Return whether a text contains a word, as written or between letters of a script without spaces."""
    return any(word.search(spelling) for spelling in spellings(text))


def _symbol_at(chunk: Chunk, line: int) -> str:
    """Return the qualified name of the innermost definition around a line that the chunk knows, or ""."""
    enclosing = [
        definition for definition in chunk.definitions if definition.first_line <= line <= definition.last_line
    ]
    if enclosing:
        return min(enclosing, key=lambda definition: definition.last_line - definition.first_line).qualified_name
    # The chunk's symbol is either a definition inside the chunk, but not around the line, or one around the chunk.
    inside = {definition.qualified_name for definition in chunk.definitions}
    return "" if chunk.symbol in inside else chunk.symbol

"""Splits a file into chunks. Definitions stay whole; neighbours too small to be found alone share a chunk.

The outline (`outline.py`) lists the definitions. This module decides by size: which definition is a chunk of its own,
which joins its neighbour, and which is too long and is split, and where.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sourcewise.chunking.page import Page
from sourcewise.domain.code import Chunk
from sourcewise.text.lines import split_lines
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.chunking.outline import Region
    from sourcewise.domain.code import Definition, SourceFile

_BARE_HEAD_TOKENS = 24
_SMALL_TOKENS = 80
_CLOSING_TOKENS = 6
_CLOSERS = re.compile(r"(?:end|endif|fi|done|[\W_])*")
_MAX_NESTING = 12
# A language without a grammar and without headings.
_PLAIN = ""
_CALLABLES = frozenset({"function", "method", "constructor", "macro", "test"})
_LOOSE = frozenset({"constant", "property", "type", "section", "key", "table", "rule", "block"})
_FIELDS = frozenset({"constant", "property"})
_AROUND = frozenset({"module", "impl", "extension", "companion", "object"})


@dataclass(slots=True)
class _Piece:
    """Lines that become a chunk or a part of one.

    Attributes:
        owner: the region that names the chunk; the region of the whole file if no definition does.
        loose: whether it may join loose neighbours up to the target size.
    """

    first_line: int
    last_line: int
    owner: Region
    loose: bool


class SmartCodeChunker:
    """Cuts files into chunks.

    Args:
        max_tokens: a definition up to this size is never split.
        overlap_tokens: how much the parts of a longer definition overlap, in whole lines.
        target_tokens: larger classes are split into head and members; small neighbours are joined up to this size.
    """

    def __init__(self, max_tokens: int = 1500, overlap_tokens: int = 200, target_tokens: int = 400) -> None:
        self._max = max(max_tokens, 1)
        self._overlap = min(max(overlap_tokens, 0), self._max // 2)
        self._target = min(max(target_tokens, 1), self._max)

    def chunk_with_context(self, file: SourceFile) -> tuple[Chunk, ...]:
        """Return the chunks of a file in order.

        Every line is in exactly one chunk, except that the parts of a split definition overlap.
        """
        return self.chunk_in_time(file)[0]

    def chunk_in_time(self, file: SourceFile) -> tuple[tuple[Chunk, ...], bool]:
        """Return the chunks of a file in order, and whether it took too long to parse and was cut as plain lines."""
        return self._chunked(file, file.language)

    def chunk_as_lines(self, file: SourceFile) -> tuple[Chunk, ...]:
        """Return the chunks of a file as plain text, without using a grammar or headings."""
        return self._chunked(file, _PLAIN)[0]

    def _chunked(self, file: SourceFile, language: str) -> tuple[tuple[Chunk, ...], bool]:
        lines = split_lines(file.text)
        if not any(line.strip() for line in lines):
            return (), False
        page = Page(language, lines)
        root = page.outline()
        pieces = list(self._cut(page, root))
        return tuple(_chunks(file, lines, pieces, root)), page.took_too_long

    def _cut(self, page: Page, region: Region, nesting: int = 0) -> Iterator[_Piece]:
        """Cut a region into its children and the lines between them."""
        group: list[_Piece] = []
        for piece in self._pieces(page, region):
            if piece.owner is not region and self._falls_apart(page, piece) and nesting < _MAX_NESTING:
                if self._is_bare_head(page, group, region):
                    piece.first_line = group[0].first_line
                else:
                    yield from self._close(page, group, region)
                group = []
                yield from self._cut(page, _within(piece), nesting + 1)
            elif group and not self._joins(page, group, piece, region):
                yield from self._close(page, group, region)
                group = [piece]
            else:
                group.append(piece)
        yield from self._close(page, group, region)

    def _pieces(self, page: Page, region: Region) -> list[_Piece]:
        """Return the children of a region, and the lines between them, as adjacent pieces."""
        pieces: list[_Piece] = []
        line = region.first_line
        for child in _visible_children(region):
            first, last = max(child.first_line, line), min(child.last_line, region.last_line)
            if last < line:
                continue
            if child.definition.first_line < line and pieces:
                # It begins on the line where its predecessor ends: one cannot be shown without the other.
                pieces[-1] = replace(pieces[-1], last_line=last, loose=False)
                line = last + 1
                continue
            self._add_gap(page, pieces, _Piece(line, first - 1, region, loose=True))
            pieces.append(_Piece(first, last, child, loose=child.definition.kind in _LOOSE))
            line = last + 1
        self._add_gap(page, pieces, _Piece(line, region.last_line, region, loose=True))
        return pieces

    def _add_gap(self, page: Page, pieces: list[_Piece], gap: _Piece) -> None:
        """Add loose lines; append blank lines and closing brackets to the piece before them."""
        if gap.last_line < gap.first_line:
            return
        text = "".join(page.lines[gap.first_line - 1 : gap.last_line])
        if pieces and (not text.strip() or _only_closes(text)):
            pieces[-1].last_line = gap.last_line
            return
        if pieces:
            while not page.lines[gap.first_line - 1].strip():
                pieces[-1].last_line = gap.first_line
                gap.first_line += 1
        pieces.append(gap)

    def _falls_apart(self, page: Page, piece: _Piece) -> bool:
        owner, size = piece.owner, page.tokens(piece.first_line, piece.last_line)
        if not owner.children or size <= self._target:
            return False
        if owner.definition.kind not in _CALLABLES:
            return True
        inside = sum(page.tokens(child.first_line, child.last_line) for child in owner.children)
        return size > self._max and inside > size / 2

    def _joins(self, page: Page, group: list[_Piece], piece: _Piece, region: Region) -> bool:
        """Return whether a piece should share a chunk with the pieces before it."""
        before = page.tokens(group[0].first_line, group[-1].last_line)
        size = page.tokens(piece.first_line, piece.last_line)
        if self._is_bare_head(page, group, region):
            return before + size <= self._max
        both_loose = piece.loose and all(other.loose for other in group)
        return before + size <= self._target and (both_loose or max(before, size) < _SMALL_TOKENS)

    def _is_bare_head(self, page: Page, group: list[_Piece], region: Region) -> bool:
        """Return whether a group is only the line that opens a class."""
        if not region.definition.name or not group or group[-1].owner is not region:
            return False
        return page.tokens(region.first_line, group[-1].last_line) < _BARE_HEAD_TOKENS

    def _close(self, page: Page, group: list[_Piece], region: Region) -> Iterator[_Piece]:
        """Merge a group of pieces into one; split it if it is too long."""
        if not group:
            return
        owner = _owner(page, group, region)
        whole = _Piece(group[0].first_line, group[-1].last_line, owner, group[0].loose)
        size = page.tokens(whole.first_line, whole.last_line)
        aim, limit, overlap = size, size, 0
        if owner is region and size > self._target:
            aim, limit = self._target, min(2 * self._target, self._max)
        elif size > self._max:
            count = math.ceil((size - self._overlap) / (self._max - self._overlap))
            aim, limit, overlap = size // count + self._overlap, self._max, self._overlap
        for first, last in page.parts(whole.first_line, whole.last_line, aim, limit, overlap):
            yield replace(whole, first_line=first, last_line=last)


def _visible_children(region: Region) -> Iterator[Region]:
    """Yield the children of a region; a namespace is replaced by its own children."""
    pending = region.children[::-1]
    while pending:
        child = pending.pop()
        if child.definition.kind == "namespace":
            pending.extend(reversed(child.children))
        else:
            yield child


def _within(piece: _Piece) -> Region:
    """Return the owner of a piece as a region that covers exactly its lines."""
    definition = replace(piece.owner.definition, last_line=piece.last_line)
    return replace(piece.owner, definition=definition, first_line=piece.first_line)


def _only_closes(text: str) -> bool:
    return _CLOSERS.fullmatch(text) is not None and estimate_tokens(text) <= _CLOSING_TOKENS


def _owner(page: Page, group: list[_Piece], region: Region) -> Region:
    """Return the region that names joined pieces: the class if they mostly are its head, or the largest definition."""
    inside = [piece for piece in group if piece.owner is not region]
    if inside and group[0].owner is region and region.definition.name:
        inside = [piece for piece in inside if piece.owner.definition.kind not in _FIELDS]
    if not inside or (len(inside) > 1 and all(piece.owner.definition.kind in _LOOSE - {"section"} for piece in inside)):
        return region
    largest = max(inside, key=lambda piece: page.tokens(piece.first_line, piece.last_line))
    head = group[0] if group[0].owner is region and region.definition.name else None
    if head and page.tokens(head.first_line, head.last_line) >= page.tokens(largest.first_line, largest.last_line) / 2:
        return region
    return _essence(page, largest.owner)


def _essence(page: Page, region: Region) -> Region:
    """Return the definition that fills most of its enclosing block, such as the only class of a Ruby module."""
    while region.definition.kind in _AROUND and len(region.children) == 1:
        child = region.children[0]
        if page.tokens(child.first_line, child.last_line) < 0.7 * page.tokens(region.first_line, region.last_line):
            break
        region = child
    return region


def _chunks(file: SourceFile, lines: Sequence[str], pieces: list[_Piece], root: Region) -> Iterator[Chunk]:
    listed = _by_piece(pieces, root)
    seen: Counter[tuple[str, ...]] = Counter()
    for position, (piece, definitions) in enumerate(zip(pieces, listed, strict=True)):
        owner = piece.owner.definition
        text = "\n".join(lines[piece.first_line - 1 : piece.last_line])
        symbol = ".".join(filter(None, (*owner.parents, owner.name)))
        content = (file.path, symbol, owner.signature, owner.docstring, text)
        seen[content] += 1
        yield Chunk(
            id=_identity(*content, str(seen[content])),
            path=file.path,
            first_line=piece.first_line,
            last_line=piece.last_line,
            text=text,
            language=file.language,
            position=position,
            total=len(pieces),
            symbol=symbol,
            kind=owner.kind,
            signature=owner.signature,
            docstring=owner.docstring,
            definitions=definitions,
        )


def _by_piece(pieces: list[_Piece], root: Region) -> list[tuple[Definition, ...]]:
    """Assign each definition to the first piece that contains its first line."""
    listed: list[list[Definition]] = [[] for _ in pieces]
    position = 0
    for region in sorted(root.walk(), key=lambda region: region.definition.first_line):
        while pieces[position].last_line < region.definition.first_line:
            position += 1
        if region.listed:
            listed[position].append(region.definition)
    return [tuple(definitions) for definitions in listed]


def _identity(*content: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in content:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()

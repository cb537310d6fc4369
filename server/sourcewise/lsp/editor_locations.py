"""Resolves a URI and a selection in the editor to an index, a document and the selected code."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.chunking.code_at_cursor import Document, Excerpts
from sourcewise.errors import FolderError, QuestionError
from sourcewise.lsp.documents import local_path, names_at, selected_in, untitled_name
from sourcewise.mining.inside import path_inside
from sourcewise.text.lines import split_lines
from sourcewise.text.names import last_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sourcewise.domain.code import Chunk
    from sourcewise.folder_index.index import Index
    from sourcewise.lsp.documents import OpenDocuments
    from sourcewise.lsp.folder import Folder
    from sourcewise.lsp.folders import OpenFolders
    from sourcewise.protocol import Selection


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """An open document with its current text, and the index of its folder."""

    index: Index
    uri: str
    document: Document

    def uri_of(self, path: str) -> str:
        """Return the URI of a file in the folder, or of this document, which may be outside the folder."""
        return self.uri if path == self.document.path else (self.index.folder / path).as_uri()


class EditorLocations:
    """Resolves locations among the open folders and documents."""

    def __init__(self, folders: OpenFolders, documents: OpenDocuments) -> None:
        """Take the open folders and documents."""
        self._folders = folders
        self._documents = documents

    async def open_document(self, uri: str, folder: str | None = None, *, so_far: bool = False) -> OpenDocument:
        """Return a document. A document that was never saved belongs to the given folder, else to the first one.

        Args:
            uri: URI of the document.
            folder: URI of a folder.
            so_far: use the index as it is, instead of waiting for known changes.

        Raises:
            FolderError: the document is not in an open folder, or cannot be read.
            UserError: the index of its folder cannot be opened.
        """
        name = untitled_name(uri)
        if name is not None:
            named = folder or next((opened.uri for opened in self._folders.all), None)
            index, path = await self._index(named, so_far), name
        else:
            found, file = self._folder_around(uri)
            index = await self._index(found.uri, so_far)
            path = _relative(file, (index.folder, found.path))
        text = self._documents.text_of(uri)
        if text is None and name is None:
            text = await asyncio.to_thread(index.text_of, path)
        if text is None:
            raise FolderError(f"{path} is not open and cannot be read.", "Open the file in the editor.")
        return OpenDocument(index, uri, Document(path, text, self._documents.language_of(uri)))

    async def code_at(self, selection: Selection, folder: str | None = None) -> tuple[OpenDocument, Chunk]:
        """Return the code of a selection: its lines or, at a cursor or on a name, the definition of that name.

        Raises:
            FolderError: see open_document.
            QuestionError: the selection contains no code.
        """
        opened = await self.open_document(selection.uri, folder)
        code = await asyncio.to_thread(_code_at, opened, selection)
        if code is None:
            raise QuestionError(
                f"There is no code at line {selection.start_line} of {opened.document.path}.",
                "Select some lines, or put the cursor on a name.",
            )
        return opened, code

    def open_text_in(self, index: Index, current: OpenDocument | None = None) -> Callable[[str], str | None]:
        """Return a function from a path in the folder to the text of the open file, or None.

        Args:
            index: the index of the folder.
            current: a document to look up first; it need not be in the folder.
        """
        open_text_of = self._documents.text_by_path(self._roots_of(index))
        if current is None:
            return open_text_of
        return lambda path: current.document.text if path == current.document.path else open_text_of(path)

    def open_files_in(self, index: Index) -> dict[str, str]:
        """Return the current texts of the open files of a folder, by path."""
        return self._documents.texts_in(self._roots_of(index))

    def _roots_of(self, index: Index) -> tuple[Path, ...]:
        """Return all paths of the folder of an index, such as its real path and the path through a link."""
        return tuple({index.folder, *(folder.path for folder in self._folders.all if folder.index is index)})

    async def _index(self, folder: str | None, so_far: bool) -> Index:
        return self._folders.index_so_far(folder) if so_far else await self._folders.index_of(folder)

    def _folder_around(self, uri: str) -> tuple[Folder, Path]:
        file = local_path(uri)
        if file is None or not uri.startswith("file:"):
            raise FolderError(f"{uri} is not a file on this machine.", "Save it as a file in an open folder.")
        enclosing = [folder for folder in self._folders.all if folder.contains(file)]
        if not enclosing:
            raise FolderError(f"{file} is not in an open folder.", "Open its folder to ask about it.")
        # Of nested folders, the innermost one certainly contains the file.
        return max(enclosing, key=lambda folder: len(folder.path.parts)), file


def _relative(file: Path, roots: Sequence[Path]) -> str:
    return next(inside for root in roots if (inside := path_inside(file, root)) is not None)


def _code_at(opened: OpenDocument, selection: Selection) -> Chunk | None:
    excerpts = Excerpts(opened.document)
    names = _selected_names(opened.document, selection)
    if names is None:
        return excerpts.lines(selection.start_line, selection.end_line)
    unqualified = [name for name in names if name == last_part(name)]
    here = (excerpts.named(name, selection.start_line) for name in unqualified)
    return (
        _definition(opened, [name for name in names if name not in unqualified])
        or next(filter(None, here), None)
        or _definition(opened, unqualified)
        or excerpts.enclosing(selection.start_line)
    )


def _selected_names(document: Document, selection: Selection) -> tuple[str, ...] | None:
    """Return the name at a cursor, or the name that is selected, as in names_at; None if lines are selected."""
    lines = split_lines(document.text)
    if selection.start_line != selection.end_line or not 1 <= selection.start_line <= len(lines):
        return None
    line = lines[selection.start_line - 1]
    names = names_at(line, selection.end_character, document.detected_language)
    cursor = selection.start_character == selection.end_character
    selected = selected_in(line, selection.start_character, selection.end_character)
    return names if cursor or selected in names else None


def _definition(opened: OpenDocument, names: Sequence[str]) -> Chunk | None:
    """Return the definition of the first of these names that the index contains."""
    index = opened.index
    places = index.symbols.definitions(names, opened.document.path)
    if not places:
        return None
    place = places[0]
    text = index.text_of(place.path)
    found = (
        Excerpts(Document(place.path, text)).named(place.definition.name, place.definition.first_line) if text else None
    )
    return found or index.chunk(place.chunk_id)

"""The hover for a name: its signature, definitions, references and similar code.

It uses no language model and waits for no lock. The parts are looked up one after another, the most important first. A
part that fails or is not found in time is omitted; errors are logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from sourcewise.embedding.model_names import similarity_thresholds_of
from sourcewise.errors import UserError
from sourcewise.lsp import markdown
from sourcewise.lsp.documents import names_at
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sourcewise.domain.code import Chunk
    from sourcewise.lsp.editor_locations import EditorLocations, OpenDocument
    from sourcewise.retrieval.symbol_index import References
    from sourcewise.settings import Settings
    from sourcewise.storage.definition_index import DefinitionPlace

logger = logging.getLogger(__name__)

# While one hover waits for the vector store to open, others can still look up definitions.
_THREADS = 4
_DEFINITIONS = 3
_REFERENCES = 5
_SIMILAR = 3
_DOCSTRING_LINES = 6
_SIGNATURE_CHARACTERS = 600
# The editor's names of languages, if they differ from ours.
_EDITOR_LANGUAGES = {"tsx": "typescriptreact", "bash": "shellscript", "make": "makefile", "text": "plaintext"}


@dataclass(slots=True)
class Findings:
    """The findings about a name so far; a thread adds to them."""

    name: str
    definitions: list[DefinitionPlace] = field(default_factory=list)
    references: References | None = None
    similar: list[tuple[Chunk, float]] = field(default_factory=list)


class Hover:
    """Answers hover requests."""

    def __init__(self, locations: EditorLocations, settings: Callable[[], Settings]) -> None:
        """Take the locations and the settings.

        Args:
            locations: finds documents.
            settings: returns the current settings.
        """
        self._locations = locations
        self._settings = settings
        self._threads = ThreadPoolExecutor(_THREADS, "hover")

    async def at(self, uri: str, line: int, units: int) -> str | None:
        """Return Markdown about the name at a position, or None if there is no name or no definition.

        Args:
            uri: URI of the document.
            line: the line, from 0.
            units: the column, in UTF-16 units from 0.
        """
        settings = self._settings()
        if not settings.hover_enabled:
            return None
        end = asyncio.get_running_loop().time() + settings.hover_timeout_ms / 1000
        try:
            async with asyncio.timeout_at(end):
                opened = await self._locations.open_document(uri, so_far=True)
        except (TimeoutError, UserError):
            return None
        lines = split_lines(opened.document.text)
        names = names_at(lines[line], units, opened.document.detected_language) if line < len(lines) else ()
        if not names:
            return None
        findings = await self._found_until(end, opened, names)
        return render(findings, opened.uri_of, _command(uri, line, units)) if findings.definitions else None

    def close(self) -> None:
        """Start no more lookups."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _found_until(self, end: float, opened: OpenDocument, names: tuple[str, ...]) -> Findings:
        loop = asyncio.get_running_loop()
        findings, stop = Findings(names[-1]), threading.Event()
        try:
            search = loop.run_in_executor(self._threads, _look_up, findings, opened, names, stop)
            await asyncio.wait([search], timeout=end - loop.time())
        finally:
            stop.set()
        return findings


def _look_up(findings: Findings, opened: OpenDocument, names: tuple[str, ...], stop: threading.Event) -> None:
    symbols, path = opened.index.symbols, opened.document.path

    def define() -> None:
        findings.definitions = symbols.definitions(names, path)
        if findings.definitions:
            findings.name = findings.definitions[0].definition.name

    def find_references() -> None:
        findings.references = symbols.references(findings.name, findings.definitions)

    def find_similar() -> None:
        defining = [place.chunk_id for place in findings.definitions[:_DEFINITIONS]]
        nearest = symbols.similar(defining, opened.index.model, _SIMILAR)
        code_to_code = similarity_thresholds_of(opened.index.model).code_to_code
        findings.similar = [(chunk, cosine) for chunk, cosine in nearest if cosine >= code_to_code]

    try:
        for part in (define, find_references, find_similar):
            if stop.is_set() or (part is not define and not findings.definitions):
                return
            part()
    except Exception:
        logger.exception("A lookup for a hover failed")


def _command(uri: str, line: int, units: int) -> str:
    """Return the URI of the command that explains the symbol at a position; its argument is a `Selection`."""
    place = {"uri": uri, "startLine": line + 1, "endLine": line + 1, "startCharacter": units, "endCharacter": units}
    return f"command:sourcewise.explain?{quote(json.dumps([place]), safe='')}"


# --- rendering --------------------------------------------------------------------------------------------


def render(findings: Findings, uri_of: Callable[[str], str], explain: str) -> str:
    """Return the findings as Markdown.

    Args:
        findings: findings with at least one definition.
        uri_of: returns the URI of a file by its path.
        explain: URI of the command that explains the name.
    """
    first = findings.definitions[0]
    parts = [_head(first), _docstring(first), _defined(findings.definitions, uri_of)]
    if findings.references is not None:
        parts.append(_used(findings.references, uri_of))
    if findings.similar:
        places = (_place(c.symbol or c.path, c.path, c.first_line, c.last_line, uri_of) for c, _ in findings.similar)
        parts.append(f"Similar code: {' · '.join(places)}")
    parts.append(markdown.link("Explain", explain))
    return "\n\n".join(filter(None, parts))


def _head(place: DefinitionPlace) -> str:
    definition = place.definition
    language = language_of(place.path)
    head = (definition.signature or definition.name)[:_SIGNATURE_CHARACTERS]
    parents = f" in {markdown.code('.'.join(definition.parents))}" if definition.parents else ""
    block = markdown.code_block(head, _EDITOR_LANGUAGES.get(language, language))
    return f"{block}\n\n{markdown.prose(definition.kind)} {markdown.code(definition.name)}{parents}"


def _docstring(place: DefinitionPlace) -> str:
    paragraph = place.definition.docstring.strip().partition("\n\n")[0]
    return "  \n".join(markdown.prose(line) for line in split_lines(paragraph)[:_DOCSTRING_LINES])


def _defined(definitions: list[DefinitionPlace], uri_of: Callable[[str], str]) -> str:
    places = (
        _place(f"{place.path}:{d.first_line}", place.path, d.first_line, d.last_line, uri_of)
        for place in definitions[:_DEFINITIONS]
        for d in (place.definition,)
    )
    return f"Defined at {_listed(places, len(definitions) - _DEFINITIONS)}"


def _used(references: References, uri_of: Callable[[str], str]) -> str:
    count = len(references.found)
    if not count:
        return "" if references.truncated else "No references found."
    places = (
        _place(u.symbol or f"{u.chunk.path}:{u.line}", u.chunk.path, u.line, u.line, uri_of)
        for u in references.found[:_REFERENCES]
    )
    number = f"{'at least ' if references.truncated else ''}{count} {'place' if count == 1 else 'places'}"
    return f"Used in {number}: {_listed(places, count - _REFERENCES)}"


def _listed(places: Iterable[str], more: int) -> str:
    return " · ".join([*places, *([f"{more} more"] if more > 0 else [])])


def _place(label: str, path: str, first_line: int, last_line: int, uri_of: Callable[[str], str]) -> str:
    lines = f"L{first_line}" if first_line == last_line else f"L{first_line}-L{last_line}"
    return markdown.link(markdown.code(label), f"{uri_of(path)}#{lines}")

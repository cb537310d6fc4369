"""Finds all places where a name occurs in a folder, classifies them, and judges to what they refer.

The keyword index names the files. Each file is read again, so a file that changed since it was indexed is shown as it
is now. Nothing is stored for an occurrence.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sourcewise.domain.file_role import FileRole
from sourcewise.domain.references import Certainty, OccurrenceKind, ReferencePlace, References
from sourcewise.mining.file_roles import file_role
from sourcewise.references.certainty import INFERRED_LANGUAGES, CertaintyJudge
from sourcewise.references.definitions import definitions_in, wanted_among
from sourcewise.references.inference import Inference
from sourcewise.references.module_paths import ModulePaths
from sourcewise.references.occurrence import root_parts
from sourcewise.text.languages import is_prose, language_of
from sourcewise.text.lines import split_lines
from sourcewise.text.names import canonical_name, last_part, occurrences
from sourcewise.text.words import search_term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sourcewise.domain.code import SourceFile
    from sourcewise.references.definitions import NamedDefinition
    from sourcewise.references.isolated_parser import IsolatedParser
    from sourcewise.references.occurrence import FileFacts, FileOccurrences, Occurrence
    from sourcewise.storage.catalog import Catalog

    Read = Callable[[str], SourceFile | None]

MOST_PLACES = 5000
"""At most this many places are classified; more are only counted."""
# At most this many chunks are looked up for a name.
_MOST_CHUNKS = 200_000
_CODE_CHARS = 300
_ROLES = (FileRole.CODE, FileRole.TEST, FileRole.EXAMPLE, FileRole.BENCHMARK, FileRole.CONFIGURATION)
_CERTAINTIES = tuple(Certainty)


class ReferenceFinder:
    """Finds references in one folder's index. Thread-safe."""

    def __init__(self, catalog: Catalog, read: Read, parser: IsolatedParser) -> None:
        """Take the parts.

        Args:
            catalog: names the files with a word.
            read: returns a file as it is now; None if it is gone or unreadable.
            parser: finds the occurrences in a file.
        """
        self._catalog = catalog
        self._read = read
        self._parser = parser

    def find(
        self, name: str, kinds: Collection[OccurrenceKind] = (), definition: tuple[str, int] | None = None
    ) -> References:
        """Return the places where a name occurs.

        Args:
            name: plain or qualified (`Class.method`, `Class::method`, `module.function`).
            kinds: of the places to return; empty means all.
            definition: path and line of the only definition that is meant; None means all definitions with this name.
        """
        return _Search(self._catalog, self._read, self._parser, canonical_name(name)).found(kinds, definition)


class _Search:
    """One request: reads each file once."""

    def __init__(self, catalog: Catalog, read: Read, parser: IsolatedParser, requested: str) -> None:
        self._requested = requested
        self._name = last_part(requested)
        self._catalog = catalog
        self._read = read
        self._parser = parser
        self._files: dict[str, SourceFile | None] = {}
        self._occurrences: dict[str, FileOccurrences] = {}
        self._more = 0
        self._inference = Inference(self._facts_of, self._language_of, ModulePaths(catalog.indexed_files))

    def found(self, kinds: Collection[OccurrenceKind], definition: tuple[str, int] | None) -> References:
        """Return the places; see ReferenceFinder.find."""
        self._look_up()
        known = [each for path, found in self._occurrences.items() for each in self._definitions(path, found)]
        wanted = wanted_among(known, self._requested)
        if definition is not None:
            meant = {each.key for each in known if (each.path, each.line) == definition}
            wanted = [each for each in known if each.key in meant]
        judge = CertaintyJudge(self._name, wanted, known, self._inference)
        places = [place for path in self._occurrences for place in self._places(path, judge)]
        places = [place for place in places if not kinds or place.kind in kinds]
        return References(
            self._requested,
            tuple(sorted(places, key=_merit)),
            tuple(f"{each.path}:{each.line}" for each in wanted),
            self._more,
            tuple(self._notes(bool(known), bool(wanted))),
        )

    def _look_up(self) -> None:
        """Read the files with the name, and find its occurrences in them."""
        places = 0
        for path in self._candidates():
            file = self._file(path)
            if file is None or self._name not in file.text:
                continue
            if places >= MOST_PLACES:
                self._more += _count(file, self._name)
                continue
            found = self._parser.occurrences(file, self._name)
            if found.occurrences:
                self._occurrences[path] = found
                places += len(found.occurrences)

    def _candidates(self) -> list[str]:
        """Return the files with the words of the name: those that define it first, then product code."""
        paths = self._catalog.keywords.paths(search_term(self._name), _MOST_CHUNKS)
        defining = {place.path for place in self._catalog.definitions.find([self._name], MOST_PLACES)}
        return sorted(paths, key=lambda path: (path not in defining, _role_rank(file_role(path)), path))

    def _file(self, path: str) -> SourceFile | None:
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    def _facts_of(self, path: str) -> FileFacts | None:
        file = self._file(path)
        return None if file is None else self._parser.facts(file)

    def _language_of(self, path: str) -> str:
        file = self._file(path)
        return language_of(path) if file is None else file.language

    def _definitions(self, path: str, found: FileOccurrences) -> Iterator[NamedDefinition]:
        facts = self._facts_of(path) if self._language_of(path) in INFERRED_LANGUAGES else None
        return definitions_in(path, self._name, found, facts)

    def _places(self, path: str, judge: CertaintyJudge) -> Iterator[ReferencePlace]:
        file, role, language = self._file(path), file_role(path), self._language_of(path)
        lines = split_lines(file.text) if file is not None else []
        for occurrence in self._occurrences[path].occurrences:
            kind, certainty = judge.judged(path, language, occurrence)
            yield _place(path, role, lines, occurrence._replace(kind=kind), certainty)
        for alias in self._aliases(path):
            for occurrence in self._parser.occurrences(file, alias).occurrences if file is not None else ():
                if occurrence.kind is not OccurrenceKind.IMPORT and judge.refers(path, occurrence):
                    yield _place(path, role, lines, occurrence, Certainty.CERTAIN)

    def _aliases(self, path: str) -> Iterator[str]:
        """Yield other names under which a file imports the name."""
        facts = self._facts_of(path) if self._language_of(path) in INFERRED_LANGUAGES else None
        for local, member in facts.members.items() if facts is not None else ():
            is_import = not member.is_definition and root_parts(member.value[0])[0] == "import"
            if is_import and local != self._name and root_parts(member.value[0])[-1] == self._name:
                yield local

    def _notes(self, is_defined: bool, is_meant: bool) -> Iterator[str]:
        if not is_defined and self._occurrences:
            yield f"The index has no definition of `{self._name}`, so every place is listed by its name only."
        elif not is_meant and self._occurrences:
            yield f"The index has no definition of `{self._requested}`; listed are places with the name `{self._name}`."
        unread = Counter(
            self._language_of(path)
            for path, found in self._occurrences.items()
            if not found.parsed and not is_prose(path)
        )
        for language, number in unread.most_common():
            files = "file" if number == 1 else "files"
            yield f"{number:,} {language} {files} could not be parsed completely; kinds of places in them may be wrong."


def _place(
    path: str, role: FileRole, lines: Sequence[str], occurrence: Occurrence, certainty: Certainty
) -> ReferencePlace:
    line, column, kind, symbol = occurrence[:4]
    code = lines[line - 1].strip()[:_CODE_CHARS]
    return ReferencePlace(path, line, column, kind, certainty, symbol, role, code)


def _role_rank(role: FileRole) -> int:
    return _ROLES.index(role) if role in _ROLES else len(_ROLES)


def _merit(place: ReferencePlace) -> tuple[bool, int, int, str, int, int]:
    is_name_only = place.certainty is Certainty.NAME_ONLY
    ranks = _role_rank(place.role), _CERTAINTIES.index(place.certainty)
    return is_name_only, *ranks, place.path, place.line, place.column


def _count(file: SourceFile, name: str) -> int:
    return sum(1 for _ in occurrences(name, file.language).finditer(file.text))

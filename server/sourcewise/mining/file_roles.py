"""Classifies files by their role: product code, test, documentation, changelog, configuration and so on.

Hides the order of the rules; `role_names` lists the conventions of the ecosystems. A path decides; the note on an
indexed file adds what the heuristics of mining found in its text. The first matching rule wins, in the order of
`_role_of_path`.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sourcewise.domain.code import SkipReason
from sourcewise.domain.file_role import FileRole
from sourcewise.mining import role_names
from sourcewise.mining.abridging import is_abridged
from sourcewise.mining.generators import generator_of_name
from sourcewise.mining.reasons import included_although


class _Folder(NamedTuple):
    """What the names of a folder and of the folders around it show.

    Attributes:
        name: its name; empty for the indexed folder.
        role: the role of the files in it; None if the names show none.
        origin: vendored or generated; None if the names show neither.
        is_shipped: whether it is in the main source set of a Java project, where inner folders are packages.
        in_sources: whether it is in a folder of product code.
        in_changelogs: whether it is in a folder of changelog entries.
        in_fragments: whether these entries may be YAML.
        in_data: whether it is in a folder of data, such as translations.
        in_configuration: whether it is in a folder of configuration.
    """

    name: str
    role: FileRole | None
    origin: FileRole | None
    is_shipped: bool
    in_sources: bool
    in_changelogs: bool
    in_fragments: bool
    in_data: bool
    in_configuration: bool


class _Name(NamedTuple):
    """The name of a file, without its suffix, and the suffix in lower case without the dot."""

    whole: str
    stem: str
    suffix: str

    @property
    def is_prose(self) -> bool:
        """Whether it is the name of a text for people."""
        is_man_page = role_names.MAN_PAGE.search(self.whole) is not None
        return self.suffix in role_names.PROSE_SUFFIXES or self.is_document or is_man_page

    @property
    def is_document(self) -> bool:
        """Whether it is the name of a customary document, such as `README` or `LICENSE-MIT`.

        Such a word in lower case may be the name of code: `security.py` and `install.sh`.
        """
        if self.stem.isupper():
            return not role_names.DOCUMENTS.isdisjoint(role_names.WORD_ENDS.split(self.stem.lower()))
        is_named = self.suffix in role_names.PROSE_SUFFIXES and self.stem.lower() in role_names.DOCUMENTS
        return is_named or self.whole in role_names.LICENSES


def file_role(path: str, note: str = "") -> FileRole:
    """Return the role of a file.

    Args:
        path: relative to the indexed folder, with `/`.
        note: the note on the indexed file, see `SourceFile`; it may report generated text or rows of data.
    """
    if note and included_although(note) in {SkipReason.GENERATED, SkipReason.MINIFIED}:
        return FileRole.GENERATED
    role = _role_of_path(path)
    return FileRole.DATA if role is FileRole.CONFIGURATION and is_abridged(note) else role


@lru_cache(maxsize=131_072)
def _role_of_path(path: str) -> FileRole:
    around, _, whole = path.rpartition("/")
    folder, name = _folder(around), _name(whole)
    return (
        folder.origin
        or _generated(path, name)
        or _role_of_configuration(folder, name)
        or _role_of_prose(folder, name)
        or _role_of_name(folder, name)
        or folder.role
        or _role_of_suffix(folder, name)
    )


def _name(whole: str) -> _Name:
    stem, _, suffix = whole.rpartition(".")
    has_suffix = stem and not role_names.VERSION_SUFFIX.search(suffix)
    return _Name(whole, stem, suffix.lower()) if has_suffix else _Name(whole, whole, "")


@lru_cache(maxsize=16_384)
def _folder(path: str) -> _Folder:
    folders = path.split("/") if path else []
    lowered = frozenset(folder.lower() for folder in folders)
    first_package = _first_package(folders)
    is_shipped = first_package <= len(folders)
    role = _role_of_folders(folders, first_package)
    return _Folder(
        name=folders[-1].lower() if folders else "",
        role=role,
        origin=_origin(folders, lowered, may_hold_vendor=is_shipped or role is FileRole.TEST),
        is_shipped=is_shipped,
        in_sources=not role_names.SOURCE_FOLDERS.isdisjoint(lowered),
        in_changelogs=not role_names.CHANGELOG_FOLDERS.isdisjoint(lowered),
        in_fragments=not role_names.FRAGMENT_FOLDERS.isdisjoint(lowered),
        in_data=not role_names.DATA_FOLDERS.isdisjoint(lowered),
        in_configuration=not role_names.CONFIGURATION_FOLDERS.isdisjoint(lowered)
        or not role_names.OUTERMOST_CONFIGURATION_FOLDERS.isdisjoint(folders[:1]),
    )


def _first_package(folders: list[str]) -> int:
    """Return the position after `src/main/java` or `src/jvmMain/kotlin`; a position past the end if there is none."""
    mains = (
        at for at, (outer, inner) in enumerate(pairwise(folders)) if outer == "src" and role_names.MAIN.search(inner)
    )
    return next((at + 3 for at in mains), len(folders) + 1)


def _origin(folders: list[str], lowered: frozenset[str], *, may_hold_vendor: bool) -> FileRole | None:
    """Return whether the files are copies of other projects or written by a program.

    Args:
        folders: the names of a folder and the folders around it, outermost first.
        lowered: these names in lower case.
        may_hold_vendor: whether a name such as `vendor` may be that of a fixture or of a package of the product.
    """
    doubtful = folders[:1] if may_hold_vendor else lowered
    is_vendored = (
        not role_names.VENDORED_FOLDERS.isdisjoint(lowered)
        or not role_names.VENDORED_CASED.isdisjoint(folders)
        or not role_names.MAYBE_VENDORED.isdisjoint(doubtful)
    )
    if is_vendored:
        return FileRole.VENDORED
    return FileRole.GENERATED if any(map(role_names.GENERATED_FOLDER.search, lowered)) else None


def _role_of_folders(folders: list[str], first_package: int) -> FileRole | None:
    """Return the role that the names of folders give to the files in them; packages are at most examples."""
    sources = next((at for at, name in enumerate(folders) if name.lower() in role_names.SOURCE_FOLDERS), len(folders))
    found = [_role_of_folder(name, at == 0, at > sources) for at, name in enumerate(folders)]
    roles = {*found[:first_package], *({FileRole.EXAMPLE} & {*found})}
    return next((role for role in role_names.FOLDERS if role in roles), None)


@lru_cache(maxsize=16_384)
def _role_of_folder(folder: str, is_outermost: bool, is_below_sources: bool) -> FileRole | None:
    if role_names.TEST_FOLDER.search(folder):
        return FileRole.TEST
    lowered = folder.lower().strip("_")
    if is_below_sources and lowered in role_names.AMBIGUOUS_FOLDERS:
        return None
    # In PHP, C#, Haskell and Perl, a folder such as `Test` is a namespace of code.
    if not is_outermost and folder[:1].isupper() and folder.isalpha() and not folder.endswith("s"):
        return None
    words = role_names.WORD_ENDS.split(lowered)
    ends = {words[0], words[-1]}
    exact = (role for role, names in role_names.FOLDERS.items() if lowered in names)
    return next(exact, None) or next((role for role, names in role_names.FOLDER_ENDS.items() if ends & names), None)


def _generated(path: str, name: _Name) -> FileRole | None:
    is_generated = role_names.GENERATED_NAME.search(name.whole) is not None or generator_of_name(path) != ""
    return FileRole.GENERATED if is_generated else None


def _role_of_configuration(folder: _Folder, name: _Name) -> FileRole | None:
    lowered = name.whole.lower()
    tail = f"{folder.name}/{lowered}"
    is_named = lowered in role_names.CONFIGURATION_NAMES or role_names.CONFIGURATION_NAME.search(tail) is not None
    return FileRole.CONFIGURATION if is_named and folder.role is not FileRole.TEST else None


def _role_of_prose(folder: _Folder, name: _Name) -> FileRole | None:
    is_entry = folder.in_changelogs and name.stem.lower() != "readme"
    if folder.in_fragments and name.suffix in role_names.FRAGMENT_SUFFIXES:
        return FileRole.CHANGELOG
    if (name.is_prose or not name.suffix) and (is_entry or role_names.CHANGELOG_NAME.match(name.stem)):
        return FileRole.CHANGELOG
    if name.suffix == "txt" and folder.in_data and not name.is_document:
        return folder.role or FileRole.DATA
    if not name.is_prose:
        return None
    # A text in `spec` may be a specification.
    in_tests = folder.role is FileRole.TEST and folder.name not in role_names.SPECIFICATIONS
    return FileRole.TEST if in_tests and not name.is_document else FileRole.DOCUMENTATION


def _role_of_name(folder: _Folder, name: _Name) -> FileRole | None:
    if folder.role is FileRole.BENCHMARK:
        return FileRole.BENCHMARK
    if not folder.is_shipped and role_names.is_test_name(name.stem, name.suffix, in_sources=folder.in_sources):
        return FileRole.TEST
    if folder.role is FileRole.TEST or (folder.in_sources and name.stem.lower() in role_names.PLAIN_NAMES):
        return folder.role
    if role_names.BENCHMARK_NAME.search(name.stem):
        return FileRole.BENCHMARK
    return FileRole.EXAMPLE if role_names.EXAMPLE_NAME.search(name.stem) else None


def _role_of_suffix(folder: _Folder, name: _Name) -> FileRole:
    if name.suffix in role_names.DATA_SUFFIXES or name.whole in role_names.DATA_NAMES:
        return FileRole.DATA
    if name.suffix in role_names.CONFIGURATION_SUFFIXES:
        return FileRole.DATA if folder.in_data else FileRole.CONFIGURATION
    return FileRole.CONFIGURATION if folder.in_configuration else FileRole.CODE

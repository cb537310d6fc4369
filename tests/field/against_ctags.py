"""Compares the definitions that Sourcewise finds with those of other programs, by name and line, for each language.

Usage: `.venv/bin/python tests/field/against_ctags.py TREE… [--show LANGUAGE]`. It needs `ctags` (Debian package
`universal-ctags`), and compares JavaScript and TypeScript with the parser of TypeScript as well. Only files that both
read as the same language count. `found` is the share of the other program's definitions that Sourcewise has,
`confirmed` the share of those of Sourcewise that the other has, and `agreement` their F1 score. `server/LANGUAGES.md`
lists what does not count.
"""

from __future__ import annotations

import argparse
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ctags import LANGUAGES, Tag, comparable, tags_of_ctags

from sourcewise.chunking.page import Page
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = frozenset(
    {"function", "method", "constructor", "class", "struct", "enum", "interface", "trait", "type", "module"}
)
# The macros of Elixir are called like functions, and ctags does not say which operators are macros.
_MORE_KINDS = {"elixir": frozenset({"macro"})}
_LANGUAGES_OF_TYPESCRIPT = frozenset({"javascript", "typescript", "tsx"})
_PARSER_OF_TYPESCRIPT = Path(__file__).with_name("typescript_definitions.mjs")
_LANGUAGES = LANGUAGES.keys() | _LANGUAGES_OF_TYPESCRIPT
_SCRIPT_BYTES = 500_000
_LINE_CHARACTERS = 2000
# Each clause of a function is a tag of ctags, and one definition of Sourcewise.
_LANGUAGES_WITH_CLAUSES = frozenset({"elixir"})
# A definition begins with its decorators or attributes; ctags reports the line of the name.
_HEAD_LINES = 40


class _Span(NamedTuple):
    path: str
    first: int
    last: int
    name: str


def definitions_of_sourcewise(language: str, path: Path, text: str) -> list[_Span]:
    """Return the definitions of one file."""
    regions = Page(language, split_lines(text)).outline().walk()
    kinds = _KINDS | _MORE_KINDS.get(language, frozenset())
    definitions = (region.definition for region in regions if region.listed and region.definition.kind in kinds)
    return [_Span(str(path), d.first_line, d.last_line, comparable(d.name)) for d in definitions]


def tags_of_typescript(paths: list[Path]) -> set[Tag]:
    """Return the definitions of files according to the parser of TypeScript."""
    command = ["node", str(_PARSER_OF_TYPESCRIPT)]
    listed = subprocess.run(
        command, input="\n".join(map(str, paths)), capture_output=True, text=True, check=True
    ).stdout
    rows = (row.split("\t") for row in listed.splitlines())
    return {Tag(path, int(line), comparable(name)) for path, line, name in rows}


def matched(theirs: set[Tag], ours: list[_Span]) -> set[tuple[Tag, _Span]]:
    """Pair each tag with the innermost definition of its name that has the line of the tag in its head."""
    by_name: dict[tuple[str, str], list[_Span]] = defaultdict(list)
    for span in sorted(ours):
        by_name[span.path, span.name].append(span)
    pairs = set()
    first_lines = {(span.path, span.first, span.name) for span in ours}
    # A tag on the first line of a definition goes before tags of what it calls under the same name.
    for tag in sorted(theirs, key=lambda tag: ((tag.path, tag.line, tag.name) not in first_lines, -tag.line)):
        candidates = by_name[tag.path, tag.name]
        around = [s for s in candidates if s.first <= tag.line <= min(s.last, s.first + _HEAD_LINES)]
        if around:
            candidates.remove(around[-1])
            pairs.add((tag, around[-1]))
    return pairs


def _without_clauses(tags: set[Tag], pairs: set[tuple[Tag, _Span]]) -> set[Tag]:
    """Return the tags without the later clauses of the functions that were matched."""
    paired = {tag for tag, _ in pairs}
    inside = {(s.path, s.name, line) for _, s in pairs for line in range(s.first, s.last + 1)}
    return {tag for tag in tags if tag in paired or (tag.path, tag.name, tag.line) not in inside}


def main() -> None:
    """Print the table, and the differences in one language if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--show", metavar="LANGUAGE", help="list the differences in this language")
    parser.add_argument("--most", type=int, default=400, help="files of each language and tree")
    options = parser.parse_args()
    files, ours = _read(options.trees, options.most, options.show)
    print("| language | compared with | files | theirs | sourcewise | found | confirmed | agreement |")  # noqa: T201
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201
    for language, paths in sorted(files.items()):
        for reference, theirs, confirming in _references(language, paths):
            pairs, confirmed = matched(theirs, ours[language]), matched(confirming, ours[language])
            counted = _without_clauses(theirs, pairs) if language in _LANGUAGES_WITH_CLAUSES else theirs
            head = f"| `{language}` | {reference} | {len(paths)} "
            _print_row(head, len(counted), len(ours[language]), len(pairs), len(confirmed))
            if options.show:
                _print_differences(reference, counted, ours[language], pairs | confirmed)


def _references(language: str, paths: list[Path]) -> Iterator[tuple[str, set[Tag], set[Tag]]]:
    """Yield the programs to compare with, their definitions, and those that can confirm one of Sourcewise."""
    if language in LANGUAGES:
        yield "ctags", tags_of_ctags(language, paths), tags_of_ctags(language, paths, confirming=True)
    if language in _LANGUAGES_OF_TYPESCRIPT:
        theirs = tags_of_typescript(paths)
        yield "TypeScript", theirs, theirs


def _read(trees: list[Path], most: int, only: str | None) -> tuple[dict[str, list[Path]], dict[str, list[_Span]]]:
    files: dict[str, list[Path]] = defaultdict(list)
    ours: dict[str, list[_Span]] = defaultdict(list)
    for tree in trees:
        read: Counter[str] = Counter()
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            text = _text_to_compare(path)
            language = language_of(path.name, text) if text else None
            if language is None or language not in _LANGUAGES or only not in (None, language):
                continue
            if read[language] < most:
                read[language] += 1
                files[language].append(path)
                ours[language] += definitions_of_sourcewise(language, path, text)
    return files, ours


def _text_to_compare(path: Path) -> str:
    """Return the text of a file, or an empty string if it has another suffix or Sourcewise would not index it."""
    is_script = not path.suffix and path.stat().st_size <= _SCRIPT_BYTES
    if not is_script and language_of(path.name) not in _LANGUAGES:
        return ""
    text = path.read_text(encoding="utf-8", errors="replace")
    # Files with very long lines are minified or generated.
    return "" if any(len(line) > _LINE_CHARACTERS for line in split_lines(text)) else text


def _print_row(head: str, theirs: int, ours: int, both: int, confirmed: int) -> None:
    found, precision = both / max(theirs, 1), confirmed / max(ours, 1)
    agreement = 2 * found * precision / max(found + precision, 1e-9)
    print(f"{head}| {theirs} | {ours} | {found:.3f} | {precision:.3f} | {agreement:.3f} |")  # noqa: T201


def _print_differences(reference: str, theirs: set[Tag], ours: list[_Span], pairs: set[tuple[Tag, _Span]]) -> None:
    for tag in sorted(theirs - {tag for tag, _ in pairs}):
        print(f"only {reference} {tag.path}:{tag.line} {tag.name}")  # noqa: T201
    for span in sorted(set(ours) - {span for _, span in pairs}):
        print(f"not in {reference} {span.path}:{span.first} {span.name}")  # noqa: T201


if __name__ == "__main__":
    main()

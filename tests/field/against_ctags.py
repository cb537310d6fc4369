"""Compares the definitions that Sourcewise finds with those of universal-ctags, by name and line, for each language.

Usage: `.venv/bin/python tests/field/against_ctags.py TREE… [--show LANGUAGE]`. It needs `ctags` (Debian package
`universal-ctags`). Only files that both read as the same language count. `found` is the share of the definitions of
ctags that Sourcewise has, `confirmed` the share of those of Sourcewise that ctags has, and `agreement` their F1 score.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from sourcewise.chunking.page import Page
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines

# The name of each language in ctags, and its kinds for types and for what can be called.
_LANGUAGES = {
    "c": ("C", "fsugt"),
    "cpp": ("C++", "fcsugt"),
    "csharp": ("C#", "cigsm"),
    "cuda": ("CUDA", "fcsugt"),
    "elixir": ("Elixir", "fgdmpyc"),
    "fortran": ("Fortran", "fst"),
    "go": ("Go", "fsit"),
    "java": ("Java", "cgim"),
    "javascript": ("JavaScript", "cfgm"),
    "julia": ("Julia", "fst"),
    "kotlin": ("Kotlin", "ciomT"),
    "lua": ("Lua", "f"),
    "objective-c": ("ObjectiveC", "iIPmcf"),
    "ocaml": ("OCaml", "cmMtf"),
    "perl": ("Perl", "s"),
    "php": ("PHP", "cift"),
    "protobuf": ("Protobuf", "mergs"),
    "python": ("Python", "cfm"),
    "r": ("R", "f"),
    "ruby": ("Ruby", "cfmS"),
    "rust": ("Rust", "sigfPt"),
    "bash": ("Sh", "f"),
    "typescript": ("TypeScript", "cfgima"),
}
_KINDS = frozenset(
    {"function", "method", "constructor", "class", "struct", "enum", "interface", "trait", "type", "module"}
)
# Names that ctags makes up for what has none, and macros that it takes for the functions that they define.
_MADE_UP = re.compile(
    r"!_|__anon|anonymous|anonFunc|(?:TYPED_)?TEST(?:_[FPS])?$|TYPED_TEST_P$|MATCHER_P$", re.IGNORECASE
)
_TAGS_A_CALL = 400
_LINE_CHARACTERS = 2000
# Each clause of a function is a tag of ctags, and one definition of Sourcewise.
_LANGUAGES_WITH_CLAUSES = frozenset({"elixir"})
_LANGUAGES_WITH_DECLARATIONS = frozenset({"c", "cpp", "cuda"})
# A definition begins with its decorators or attributes; ctags reports the line of the name.
_HEAD_LINES = 40


class _Tag(NamedTuple):
    path: str
    line: int
    name: str


class _Span(NamedTuple):
    path: str
    first: int
    last: int
    name: str


def tags_of_ctags(files: dict[str, list[Path]], *, declarations: bool = False) -> dict[str, set[_Tag]]:
    """Return the tags of the files of each language, without those that ctags makes up a name for.

    Args:
        files: by language.
        declarations: whether to add functions without a body, such as pure virtual ones.
    """
    found: dict[str, set[_Tag]] = {}
    for language, paths in files.items():
        name, kinds = _LANGUAGES[language]
        kinds += "p" if declarations and language in _LANGUAGES_WITH_DECLARATIONS else ""
        known = subprocess.run(["ctags", f"--list-kinds={name}"], capture_output=True, text=True, check=True).stdout
        letters = "".join(letter for letter in kinds if any(row.startswith(letter) for row in known.splitlines()))
        command = ["ctags", "-f", "-", "--sort=no", "--excmd=number", f"--language-force={name}"]
        command += [f"--kinds-{name}={letters}", "--fields=k"]
        found[language] = set()
        for first in range(0, len(paths), _TAGS_A_CALL):
            batch = [*command, *map(str, paths[first : first + _TAGS_A_CALL])]
            listed = subprocess.run(batch, capture_output=True, check=True).stdout.decode("utf-8", "replace")
            for row in listed.splitlines():
                tag, path, line, kind = row.split("\t")[:4]
                if not _MADE_UP.match(tag) and not _is_object(language, kind, path, line):
                    found[language].add(_Tag(path, int(line.rstrip(';"')), _comparable(tag)))
    return found


def _is_object(language: str, kind: str, path: str, line: str) -> bool:
    """Return whether a class of ctags is only an object literal of JavaScript."""
    if language != "javascript" or kind != "c":
        return False
    lines = split_lines(Path(path).read_text(encoding="utf-8", errors="replace"))
    return not re.search(r"\bclass\b|\bfunction\b", lines[int(line.rstrip(';"')) - 1])


def definitions_of_sourcewise(language: str, path: Path, text: str) -> list[_Span]:
    """Return the definitions of one file."""
    regions = Page(language, split_lines(text)).outline().walk()
    definitions = (region.definition for region in regions if region.listed and region.definition.kind in _KINDS)
    return [_Span(str(path), d.first_line, d.last_line, _comparable(d.name)) for d in definitions]


def matched(theirs: set[_Tag], ours: list[_Span]) -> set[tuple[_Tag, _Span]]:
    """Pair each tag with the innermost definition of its name that has the line of the tag in its head."""
    by_name: dict[tuple[str, str], list[_Span]] = defaultdict(list)
    for span in sorted(ours):
        by_name[span.path, span.name].append(span)
    pairs = set()
    for tag in sorted(theirs, reverse=True):
        candidates = by_name[tag.path, tag.name]
        around = [s for s in candidates if s.first <= tag.line <= min(s.last, s.first + _HEAD_LINES)]
        if around:
            candidates.remove(around[-1])
            pairs.add((tag, around[-1]))
    return pairs


def _without_clauses(tags: set[_Tag], pairs: set[tuple[_Tag, _Span]]) -> set[_Tag]:
    """Return the tags without the later clauses of the functions that were matched."""
    paired = {tag for tag, _ in pairs}
    inside = {(s.path, s.name, line) for _, s in pairs for line in range(s.first, s.last + 1)}
    return {tag for tag in tags if tag in paired or (tag.path, tag.name, tag.line) not in inside}


def _comparable(name: str) -> str:
    """Return a name without the spaces, quotes and qualifiers that only one of the programs writes."""
    name = re.sub(r"^operator\s*(?=\W)", "operator", name.strip()).strip("`'\"")
    return re.split(r"::|[.:](?=\w)", name)[-1] if re.match(r"\w", name) else name


def main() -> None:
    """Print the table, and the differences of one language if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--show", metavar="LANGUAGE", help="list the differences in this language")
    parser.add_argument("--most", type=int, default=400, help="files of each language and tree")
    options = parser.parse_args()
    files, ours = _read(options.trees, options.most, options.show)
    theirs, confirming = tags_of_ctags(files), tags_of_ctags(files, declarations=True)
    print("| language | files | ctags | sourcewise | found | confirmed | agreement |")  # noqa: T201
    print("| --- | --- | --- | --- | --- | --- | --- |")  # noqa: T201
    for language in sorted(files):
        pairs = matched(theirs[language], ours[language])
        if language in _LANGUAGES_WITH_CLAUSES:
            theirs[language] = _without_clauses(theirs[language], pairs)
        confirmed = len(matched(confirming[language], ours[language]))
        _print_row(language, len(files[language]), len(theirs[language]), len(ours[language]), len(pairs), confirmed)
        if options.show:
            accepted = pairs | matched(confirming[language], ours[language])
            _print_differences(theirs[language], ours[language], accepted)


def _read(trees: list[Path], most: int, only: str | None) -> tuple[dict[str, list[Path]], dict[str, list[_Span]]]:
    files: dict[str, list[Path]] = defaultdict(list)
    ours: dict[str, list[_Span]] = defaultdict(list)
    for tree in trees:
        read: dict[str, int] = defaultdict(int)
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            if language_of(path.name) not in _LANGUAGES:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            language = language_of(path.name, text)
            # Files with very long lines are minified or generated, and Sourcewise does not index them.
            generated = any(len(line) > _LINE_CHARACTERS for line in split_lines(text))
            if generated or only not in (None, language) or read[language] >= most:
                continue
            read[language] += 1
            files[language].append(path)
            ours[language] += definitions_of_sourcewise(language, path, text)
    return files, ours


def _print_row(language: str, files: int, theirs: int, ours: int, both: int, confirmed: int) -> None:
    recall, precision = both / max(theirs, 1), confirmed / max(ours, 1)
    agreement = 2 * recall * precision / max(recall + precision, 1e-9)
    print(f"| `{language}` | {files} | {theirs} | {ours} | {recall:.3f} | {precision:.3f} | {agreement:.3f} |")  # noqa: T201


def _print_differences(theirs: set[_Tag], ours: list[_Span], pairs: set[tuple[_Tag, _Span]]) -> None:
    for tag in sorted(theirs - {tag for tag, _ in pairs}):
        print(f"only ctags {tag.path}:{tag.line} {tag.name}")  # noqa: T201
    for span in sorted(set(ours) - {span for _, span in pairs}):
        print(f"only sourcewise {span.path}:{span.first} {span.name}")  # noqa: T201


if __name__ == "__main__":
    main()

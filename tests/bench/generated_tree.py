"""Generates a source tree of any size, deterministically: eight languages in nested folders.

Search is as hard as in real code: a few words are everywhere and most are rare, a file uses its own set of words, most
files are small and a few are very long, and some names are defined thousands of times.

    python tests/bench/generated_tree.py FOLDER FILES
"""

from __future__ import annotations

import bisect
import itertools
import math
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generated_code import ADJECTIVES, NOUNS, VERBS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEED = 41
_FILES_IN_FOLDER = 20
_FOLDERS_IN_PACKAGE = 25
_VOCABULARY = 40_000
_WORDS_OF_FILE = 50
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu zan bel cor dun fir gam hol jin kap"
# Every code base defines these names repeatedly.
_COMMON_NAMES = "get set run main open close update create delete load save init parse render handle test"
_COMMON_NAME_SHARE = 0.06
# Both are log-normally distributed: the median, and the standard deviation of the natural logarithm.
_DEFINITIONS_OF_FILE = 7, 0.8
_STATEMENTS_OF_DEFINITION = 9, 0.5
_METHODS_OF_CLASS = 8


@dataclass(frozen=True, slots=True)
class _Language:
    """The templates of a language. `a`, `b` and `c` are names, `n` is a number and `prose` is a few words."""

    suffix: str
    weight: int
    opening: str
    definition: str
    statements: tuple[str, ...]
    closing: str = ""
    camel: bool = True


_LANGUAGES = (
    _Language(
        *(".py", 30, 'class %(Type)s:\n    """Keeps %(prose)s."""\n\n    %(a)s = %(n)s\n\n'),
        '    def %(name)s(self, %(a)s, %(b)s=%(n)s):\n        """%(prose)s."""\n%(body)s        return %(a)s\n\n',
        (
            "        %(a)s = self.%(b)s(%(c)s, %(n)s)\n",
            '        if %(a)s is None or %(b)s > %(n)s:\n            raise ValueError("%(prose)s")\n',
            "        for %(a)s in %(b)s.%(c)s():\n            %(a)s.append(%(n)s)\n",
            "        # %(prose)s\n",
        ),
        camel=False,
    ),
    _Language(
        *(".ts", 24, "export class %(Type)s {\n  private %(a)s = %(n)s;\n\n"),
        "  /** %(prose)s. */\n  %(name)s(%(a)s: string, %(b)s = %(n)s) {\n%(body)s    return this.%(a)s;\n  }\n\n",
        (
            "    const %(a)s = this.%(b)s(%(c)s, %(n)s);\n",
            "    if (%(a)s === undefined || %(b)s > %(n)s) {\n      throw new Error('%(prose)s');\n    }\n",
            "    %(a)s.forEach((%(b)s) => this.%(c)s(%(b)s, %(n)s));\n",
        ),
        "}\n\n",
    ),
    _Language(
        *(".go", 12, "// %(Type)s keeps %(prose)s.\ntype %(Type)s struct {\n\t%(a)s int\n\t%(b)s string\n}\n\n"),
        "// %(name)s does %(prose)s.\n"
        "func (s *%(Type)s) %(name)s(%(a)s int, %(b)s string) error {\n%(body)s\treturn nil\n}\n\n",
        (
            "\t%(a)s, err := s.%(b)s(%(c)s, %(n)s)\n",
            '\tif err != nil {\n\t\treturn fmt.Errorf("%(prose)s: %%w", err)\n\t}\n',
            "\ts.%(a)s = append(s.%(b)s, %(c)s[%(n)s])\n",
        ),
    ),
    _Language(
        *(".java", 12, "public class %(Type)s {\n    private int %(a)s = %(n)s;\n\n"),
        "    /** %(prose)s. */\n"
        "    public int %(name)s(String %(a)s, int %(b)s) {\n%(body)s        return %(n)s;\n    }\n\n",
        (
            "        int %(a)s = this.%(b)s(%(c)s, %(n)s);\n",
            '        if (%(a)s == null) {\n            throw new IllegalStateException("%(prose)s");\n        }\n',
            "        %(a)s.put(%(b)s, %(c)s.get(%(n)s));\n",
        ),
        "}\n\n",
    ),
    _Language(
        *(".rs", 6, "/// Keeps %(prose)s.\npub struct %(Type)s {\n    %(a)s: u32,\n}\n\nimpl %(Type)s {\n"),
        "    /// %(prose)s.\n"
        "    pub fn %(name)s(&self, %(a)s: &str, %(b)s: u32) -> u32 {\n%(body)s        %(n)s\n    }\n\n",
        (
            "        let %(a)s = self.%(b)s(%(c)s, %(n)s)?;\n",
            '        assert!(%(a)s < %(n)s, "%(prose)s");\n',
            "        self.%(a)s.insert(%(b)s, %(c)s);\n",
        ),
        "}\n\n",
        camel=False,
    ),
    _Language(
        *(".c", 6, "/* Keeps %(prose)s. */\nstruct %(Type)s {\n    int %(a)s;\n    char *%(b)s;\n};\n\n"),
        "/* %(prose)s. */\nstatic int %(name)s(struct %(Type)s *%(a)s, int %(b)s)\n{\n%(body)s    return %(n)s;\n}\n\n",
        (
            "    int %(a)s = %(b)s(%(c)s, %(n)s);\n",
            '    if (%(a)s > %(n)s)\n        fprintf(stderr, "%(prose)s");\n',
            "    %(a)s->%(b)s = %(c)s[%(n)s];\n",
        ),
        camel=False,
    ),
    _Language(
        *(".md", 8, "# The %(a)s of %(prose)s\n\n"),
        "## How to %(name)s\n\n%(body)s\n",
        (
            "To %(prose)s, %(prose)s needs `%(a)s` and then `%(b)s(%(n)s)`.\n",
            "- `%(a)s`: %(prose)s, unless %(prose)s.\n",
            "See [%(prose)s](%(a)s.md#%(b)s) for %(prose)s.\n",
        ),
        camel=False,
    ),
    _Language(
        *(".yaml", 2, "# %(prose)s\n%(Type)s:\n"),
        "  %(name)s:\n%(body)s",
        ("    %(a)s: %(n)s\n", "    %(b)s: %(prose)s\n", "    # %(prose)s\n"),
        camel=False,
    ),
)
_WEIGHTS = tuple(itertools.accumulate(language.weight for language in _LANGUAGES))
_VERBS, _PARTS, _NAMES = VERBS.split(), _SYLLABLES.split(), _COMMON_NAMES.split()
_KNOWN_WORDS = f"{NOUNS} {ADJECTIVES}".split()


def write_tree(folder: Path, files: int) -> None:
    """Write the missing files of a tree with this many files."""
    made: set[Path] = set()
    for number in range(files):
        file = folder / path_of(number)
        if file.parent not in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.add(file.parent)
        if not file.exists():
            whole = file.with_name(f"{file.name}~")
            whole.write_text(text_of(number), encoding="utf-8", newline="\n")
            whole.rename(file)  # atomic, so that an existing file is always complete


def path_of(number: int) -> str:
    """Return the path of a file, relative to the tree."""
    folder, place = divmod(number, _FILES_IN_FOLDER)
    package, subfolder = divmod(folder, _FOLDERS_IN_PACKAGE)
    name = f"{_word(7 * number)}_{place}{_language(number).suffix}"
    return f"{_word(package)}_{package}/{_word(folder)}_{subfolder}/{name}"


def text_of(number: int) -> str:
    """Return the text of a file."""
    chance = random.Random(f"{_SEED} {number}")
    language, words = _language(number), _words_of_file(chance)
    parts = []
    for index in range(_drawn(chance, *_DEFINITIONS_OF_FILE)):
        if index % _METHODS_OF_CLASS == 0:
            holder = "".join(chance.choices(words, k=2)).title() + str(number)
            parts += [language.closing * bool(index), language.opening % _values(chance, language, words, holder)]
        parts.append(_definition(chance, language, words, holder))
    return "".join([*parts, language.closing])


def questions(count: int) -> Iterator[str]:
    """Yield questions in the tree's vocabulary: with common and rare words, long and short, some with a name."""
    chance = random.Random(_SEED)
    for number in range(count):
        words = _words_of_file(chance)
        topic = chance.choices(words, k=chance.choice((1, 2, 3, 5, 8)))
        name = f"`{_joined(words[:2], camel=bool(number % 2))}`" if number % 3 == 0 else "it"
        yield f"how does {name} {chance.choice(_VERBS)} the {' '.join(topic)}?"


def names(count: int) -> Iterator[str]:
    """Yield names that the tree may define: some are defined everywhere, some never."""
    chance = random.Random(_SEED)
    for number in range(count):
        words = _words_of_file(chance)
        rare = _joined([chance.choice(_VERBS), chance.choice(words)], camel=bool(number % 2))
        yield rare if number % 5 else chance.choice(_NAMES)


def _language(number: int) -> _Language:
    place = random.Random(f"{number} {_SEED}").randrange(_WEIGHTS[-1])
    return _LANGUAGES[bisect.bisect(_WEIGHTS, place)]


def _definition(chance: random.Random, language: _Language, words: list[str], holder: str) -> str:
    statements = chance.choices(language.statements, k=_drawn(chance, *_STATEMENTS_OF_DEFINITION))
    body = "".join([statement % _values(chance, language, words, holder) for statement in statements])
    if chance.random() < _COMMON_NAME_SHARE:
        name = chance.choice(_NAMES)
    else:
        name = _joined([chance.choice(_VERBS), *chance.choices(words, k=chance.choice((1, 2)))], camel=language.camel)
    return language.definition % {**_values(chance, language, words, holder), "name": name, "body": body}


def _values(chance: random.Random, language: _Language, words: list[str], holder: str) -> dict[str, object]:
    drawn = chance.choices(words, k=8)
    return {
        "a": drawn[0],
        "b": _joined(drawn[1:3], camel=language.camel),
        "c": drawn[3],
        "n": chance.randrange(1000),
        "prose": " ".join(drawn[4:]),
        "Type": holder,
    }


def _joined(words: list[str], *, camel: bool) -> str:
    return words[0] + "".join([word.title() for word in words[1:]]) if camel else "_".join(words)


def _words_of_file(chance: random.Random) -> list[str]:
    """Return the vocabulary of a file. By Zipf's law, the n-th most common word is n times rarer than the first."""
    return [_word(int(_VOCABULARY ** chance.random()) - 1) for _ in range(_WORDS_OF_FILE)]


def _word(rank: int) -> str:
    """Return the word with a frequency rank, deterministically."""
    if rank < len(_KNOWN_WORDS):
        return _KNOWN_WORDS[rank]
    syllables = []
    while rank:
        rank, syllable = divmod(rank, len(_PARTS))
        syllables.append(_PARTS[syllable])
    return "".join(syllables)


def _drawn(chance: random.Random, median: int, deviation: float) -> int:
    return max(1, round(chance.lognormvariate(math.log(median), deviation)))


if __name__ == "__main__":
    write_tree(Path(sys.argv[1]), int(sys.argv[2]))

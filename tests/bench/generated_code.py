"""Generates a code base of any size, deterministically: modules of classes with methods of varying words.

python tests/bench/generated_code.py FOLDER CHUNKS
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

_SEED = 20
_METHODS = 9
_CLASSES = 2
VERBS = "parse load store merge split check count find close open send fetch draw plan sort trim wrap join scan rank"
NOUNS = "order invoice ticket session cookie header token bucket ledger packet shard cursor region widget batch route"
ADJECTIVES = "stale pending nested signed partial remote cached broken empty hidden early shared frozen sparse late"


def write_code(folder: Path, chunks: int) -> int:
    """Write Python code for about the given number of chunks.

    Args:
        folder: the folder to create.
        chunks: each class is a chunk, and so is each of its methods.

    Returns:
        The number of files.
    """
    source = random.Random(_SEED)
    files = -(-chunks // (_CLASSES * (_METHODS + 1)))
    for number in range(files):
        package = folder / f"package_{number // 50:03}"
        package.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join(_class(source, number, index) for index in range(_CLASSES))
        (package / f"module_{number:04}.py").write_text(f'"""Module {number}."""\n\n{text}')
    return files


def _class(source: random.Random, module: int, index: int) -> str:
    noun, adjective = source.choice(NOUNS.split()), source.choice(ADJECTIVES.split())
    name = f"{adjective.title()}{noun.title()}{module}x{index}"
    methods = "\n".join(_method(source, noun, number) for number in range(_METHODS))
    return f'class {name}:\n    """Keeps every {adjective} {noun}."""\n\n{methods}'


def _method(source: random.Random, noun: str, number: int) -> str:
    verb, other, adjective = (source.choice(words.split()) for words in (VERBS, NOUNS, ADJECTIVES))
    return (
        f"    def {verb}_{adjective}_{noun}_{number}(self, {other}s, limit={source.randrange(1000)}):\n"
        f'        """{verb.title()} each {adjective} {noun} that has a {other}."""\n'
        f"        found = [{other} for {other} in {other}s if {other}.{adjective}]\n"
        f"        if len(found) > limit:\n"
        f'            raise ValueError("too many {other}s for one {noun}")\n'
        f"        return self.{source.choice(VERBS.split())}_all(found[:limit])\n"
    )


if __name__ == "__main__":
    write_code(Path(sys.argv[1]), int(sys.argv[2]))

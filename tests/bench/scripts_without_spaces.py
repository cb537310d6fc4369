"""Measures keyword search on Chinese, Japanese, Korean and Thai: recall, index size and query time.

    npm run python -- tests/bench/scripts_without_spaces.py [--generated FUNCTIONS]

`scripts_without_spaces.jsonl` has ten small files with comments in these languages, and 29 questions with the function
that answers each. Recall is measured on these files alone. Size and time are measured with generated functions added,
each with one comment line from the files and three lines of invented words. The variants differ in the words of runs:

- whole runs: the words of the previous version
- bigrams: the words of this version
- bigrams and characters: single characters as well
- bigrams in their own column: not in the column of the text that contains them

The last line has the time in which a catalog of the previous version gets bigrams.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.retrieval.retriever import Retriever
from sourcewise.storage import catalog, catalog_schema, keyword_index
from sourcewise.text import scripts, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sourcewise.domain.code import Chunk

_DATA = Path(__file__).with_suffix(".jsonl")
_CHUNK_TOKENS = 40
_SHOWN = 5
# Invented words: as many, of two Chinese characters each. Like in a language, a few are frequent and most are rare.
_INVENTED_WORDS = 8000


class Question(NamedTuple):
    """A question, and the function that answers it."""

    text: str
    file: str
    symbol: str


def _bigrams_and_characters(run: str) -> list[str]:
    pairs = scripts.bigrams(run)
    return pairs if pairs == [run] else [*pairs, *run]


def _words_with_own_column(chunk: Chunk) -> tuple[str, ...]:
    pieces = [scripts.split_at_runs(text) for text in keyword_index.indexed_texts(chunk)]
    plain = [" ".join(map(words.words_without_bigrams, parts[::2])) for parts in pieces]
    runs = (pair for parts in pieces for run in parts[1::2] for pair in scripts.bigrams(run))
    return (*plain, scripts.marks_as_letters(" ".join(runs)))


def _add_with_own_column(connection: Any, key: int, chunk: Chunk) -> None:
    statement = "INSERT INTO words (rowid, symbol, path, signature, docstring, body, runs) VALUES (?, ?, ?, ?, ?, ?, ?)"
    connection.execute(statement, (key, *_words_with_own_column(chunk)))


def _schema_with_own_column() -> Any:
    statements = [
        part.replace("docstring, body,", "docstring, body, runs,") for part in catalog_schema.SCHEMA.statements
    ]
    return replace(catalog_schema.SCHEMA, statements=tuple(statements))


_VARIANTS: Mapping[str, Sequence[tuple[Any, str, Any]]] = {
    "whole runs": ((words, "split_at_runs", lambda text: (text,)), (words, "normalized", str)),
    "bigrams": (),
    "bigrams and characters": ((words, "bigrams", _bigrams_and_characters),),
    "bigrams in their own column": (
        (keyword_index, "add_words", _add_with_own_column),
        (keyword_index, "_BM25", "bm25(6.0, 3.0, 3.0, 2.0, 1.0, 1.0)"),
        (catalog, "SCHEMA", _schema_with_own_column()),
    ),
}


def _read() -> tuple[dict[str, str], list[Question]]:
    rows = [json.loads(line) for line in _DATA.read_text(encoding="utf-8").splitlines()]
    files = {row["file"]: row["text"] for row in rows if "text" in row}
    return files, [Question(row["question"], row["file"], row["symbol"]) for row in rows if "question" in row]


def _generated(files: Mapping[str, str], functions: int) -> Iterator[tuple[str, str]]:
    comments = [line.strip() for text in files.values() for line in text.splitlines() if not line.isascii()]
    chosen = random.Random(1)
    invented = ["".join(map(chr, chosen.sample(range(0x4E00, 0x5E00), 2))) for _ in range(_INVENTED_WORDS)]
    frequencies = [1 / rank for rank in range(1, _INVENTED_WORDS + 1)]
    for number in range(0, functions, 20):
        parts = []
        for n in range(number, min(number + 20, functions)):
            lines = ["".join(chosen.choices(invented, frequencies, k=8)) for _ in range(3)]
            parts.append(_function(n, [chosen.choice(comments), *lines]))
        yield f"generated/part{number}.py", "\n\n".join(parts)


def _function(number: int, comments: Sequence[str]) -> str:
    lines = "\n".join(f"    # {comment.strip('# ')}" for comment in comments).replace('"""', "")
    return f"def step_{number}(value):\n{lines}\n    return value + {number}\n"


def _opened(folder: Path, files: Mapping[str, str]) -> catalog.Catalog:
    opened = catalog.Catalog(folder / "catalog.sqlite")
    chunker = SmartCodeChunker(target_tokens=_CHUNK_TOKENS)
    for path, text in files.items():
        file = SourceFile(FileStamp(path, len(text), 1), text, "python", path)
        opened.replace_file(file, chunker.chunk_with_context(file))
    return opened


def _ask(opened: catalog.Catalog, questions: Sequence[Question]) -> tuple[list[int], list[float]]:
    """Return the rank of each answer, or 0 if it is not among the first, and the milliseconds of each search."""
    retriever = Retriever(opened, None, None)  # type: ignore[arg-type]
    ranks, times = [], []
    for question in questions:
        start = time.perf_counter()
        result = retriever.search(SearchRequest(question.text, _SHOWN, SearchMode.KEYWORD), "none")
        times.append((time.perf_counter() - start) * 1000)
        found = [passage.rank for passage in result.passages if _answers(passage.chunk, question)]
        ranks.append(min(found, default=0))
    return ranks, times


def _answers(chunk: Chunk, question: Question) -> bool:
    names = {chunk.symbol.rpartition(".")[2], *(definition.name for definition in chunk.definitions)}
    return chunk.path == question.file and question.symbol in names


def _measured(files: Mapping[str, str], questions: Sequence[Question], functions: int) -> list[str]:
    with TemporaryDirectory() as small, TemporaryDirectory() as large:
        opened = _opened(Path(small), files)
        ranks, _ = _ask(opened, questions)
        opened.close()
        opened = _opened(Path(large), {**files, **dict(_generated(files, functions))})
        size = _words_size(opened)
        _ask(opened, questions)  # warms the page cache
        _, times = _ask(opened, questions)
        opened.close()
    first, shown = mean(rank == 1 for rank in ranks), mean(rank > 0 for rank in ranks)
    return [f"{first:.2f}", f"{shown:.2f}", f"{size / 1e6:.1f} MB", f"{median(times):.1f} ms", f"{max(times):.1f} ms"]


def _upgrade_seconds(files: Mapping[str, str], functions: int) -> tuple[int, float]:
    """Return the number of chunks in a catalog of version 2, and the time of its upgrade."""
    with TemporaryDirectory() as folder:
        with _patched(_VARIANTS["whole runs"]), patch.object(keyword_index, "marks_as_letters", str):
            opened = _opened(Path(folder), {**files, **dict(_generated(files, functions))})
        with opened._database.write() as connection:
            connection.execute("PRAGMA user_version = 2")
        start = time.perf_counter()
        opened.upgrade()
        seconds = time.perf_counter() - start
        chunks = opened.counts("none").chunks
        opened.close()
    return chunks, seconds


@contextmanager
def _patched(patches: Sequence[tuple[Any, str, Any]]) -> Iterator[None]:
    with ExitStack() as stack:
        for target, attribute, value in patches:
            stack.enter_context(patch.object(target, attribute, value))
        words._split.cache_clear()
        yield


def _words_size(opened: catalog.Catalog) -> int:
    with opened._database.read() as connection:
        (size,) = connection.execute("SELECT sum(length(block)) FROM words_data").fetchone()
    return int(size)


def main() -> None:
    """Print a Markdown table with a row for each variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generated", type=int, default=20_000, help="number of generated functions")
    options = parser.parse_args()
    files, questions = _read()
    _print("| words of runs | first result | first five | word index | query, median | query, longest |")
    _print("| --- | --- | --- | --- | --- | --- |")
    for name, patches in _VARIANTS.items():
        with _patched(patches):
            _print(f"| {' | '.join([name, *_measured(files, questions, options.generated)])} |")
    chunks, seconds = _upgrade_seconds(files, options.generated)
    _print(f"\nUpgrade of {chunks} chunks: {seconds:.1f} s")


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

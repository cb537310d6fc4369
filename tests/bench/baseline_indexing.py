"""Compares the cost of indexing with a textbook stack, in CPU seconds per million tokens that are really embedded.

    npm run python -- tests/bench/baseline_indexing.py BASELINE.py FOLDER

Runs the baseline as `BASELINE.py index FOLDER DATABASE`; the variable `MODEL` names the folder of the model's weights.
The baseline must split a file into parts of 1,500 tokens every 1,300 tokens, and embed the beginning of each that fits
its model. `sourcewise index` indexes the complete folder with the same weights and an empty cache. Both are measured as
complete processes, including start-up and all children, one after the other.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from measuring import say

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import SourceFile
from sourcewise.embedding import Embedder
from sourcewise.embedding.model_names import FAST_MODEL
from sourcewise.indexing.vectorizer import embedding_text
from sourcewise.mining.miner import CodeMiner
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PART, _STEP = 1500, 1300
# The context length of the baseline's model, all-MiniLM-L6-v2, and the number of its special tokens.
_LIMIT, _SPECIAL = 256, 2
# The file extensions that the baseline indexes.
_ENDINGS = {".py", ".pyi", ".js", ".ts", ".java", ".go", ".rs", ".c", ".h", ".cpp", ".md", ".rst", ".txt"}


def main() -> None:
    """Run both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("baseline", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    weights = WeightsStore(DataPaths.default().models).ensure(FAST_MODEL)
    ours, theirs = _our_tokens(options.folder, weights), _tokens_of_baseline(options.folder, weights)
    with tempfile.TemporaryDirectory() as scratch:
        say("the baseline …")
        baseline = (
            _seconds_of_baseline(options.baseline, options.folder, weights, Path(scratch)) / theirs.embedded * 1e6
        )
        say("Sourcewise …")
        us = _seconds_of_ours(options.folder, weights, Path(scratch)) / ours.embedded * 1e6
    rows = [
        ["", "tokens in the indexed files", "embedded", "CPU-s per million embedded", "relative to the baseline"],
        ["---"] * 5,
        ["baseline", f"{theirs.all:,}", f"{theirs.embedded:,}", f"{baseline:.0f}", "100%"],
        ["Sourcewise", f"{ours.all:,}", f"{ours.embedded:,}", f"{us:.0f}", f"{us / baseline:.0%}"],
    ]
    sys.stdout.write("".join(f"| {' | '.join(cells)} |\n" for cells in rows))


class Tokens(NamedTuple):
    """The number of tokens in the files, and the number embedded, including context and special tokens."""

    all: int
    embedded: int


def _our_tokens(folder: Path, weights: Path) -> Tokens:
    files = [file for file in CodeMiner().mine_all(folder) if isinstance(file, SourceFile)]
    chunks = (chunk for file in files for chunk in SmartCodeChunker().chunk_with_context(file))
    embedder = Embedder(lambda _: weights, 1)
    windows = embedder.windows("", [embedding_text(chunk) for chunk in chunks])
    embedder.close()
    embedded = sum(window.tokens for of_chunk in windows for window in of_chunk)
    return Tokens(sum(_lengths([file.text for file in files], weights)), embedded)


def _tokens_of_baseline(folder: Path, weights: Path) -> Tokens:
    files = [file for file in folder.rglob("*") if file.suffix in _ENDINGS and file.is_file()]
    lengths = _lengths([file.read_text(encoding="utf-8", errors="ignore") for file in files], weights)
    parts = [min(_PART, length - start) for length in lengths for start in _starts(length)]
    return Tokens(sum(lengths), sum(min(part + _SPECIAL, _LIMIT) for part in parts))


def _starts(length: int) -> Iterator[int]:
    for start in range(0, max(length, 1), _STEP):
        yield start
        if start + _PART >= length:
            return


def _lengths(texts: Sequence[str], weights: Path) -> list[int]:
    from tokenizers import Tokenizer  # noqa: PLC0415 - needed only here

    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_truncation()
    return [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]


def _seconds_of_baseline(baseline: Path, folder: Path, weights: Path, scratch: Path) -> float:
    command = [sys.executable, str(baseline), "index", str(folder), str(scratch / "baseline")]
    return _processor_seconds(command, {"MODEL": str(weights)})


def _seconds_of_ours(folder: Path, weights: Path, scratch: Path) -> float:
    home = scratch / "home"
    (home / "models").mkdir(parents=True)
    (home / "models" / weights.name).symlink_to(weights)
    (home / "settings.toml").write_text(f'[embedding]\nmodel = "{FAST_MODEL}"\n')
    command = [sys.executable, "-m", "sourcewise", "index", "--folder", str(folder)]
    return _processor_seconds(command, {"SOURCEWISE_HOME": str(home)})


def _processor_seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    """Run a command; return the CPU seconds of it and all its children."""
    before = os.times()
    subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()

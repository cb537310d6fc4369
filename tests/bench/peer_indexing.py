"""What indexing costs beside a textbook stack: processor seconds for each million tokens that are really embedded.

    npm run python -- tests/bench/peer_indexing.py PEER.py FOLDER [--model all-MiniLM-L6-v2]

PEER is called as `PEER.py index FOLDER DATABASE`, with the folder of the model's weights in the environment variable
MODEL; it cuts a file into parts of 1,500 tokens, 1,300 apart, and of each embeds what its model takes of it. We index
the folder as `sourcewise index` does, all of it, with the same weights and nothing cached. Both are whole processes,
their starts and all their children included, one after the other.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measuring import say

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.embedding import Embedder
from sourcewise.embedding_models import FAST_MODEL
from sourcewise.mining.miner import CodeMiner
from sourcewise.model import SourceFile
from sourcewise.paths import DataPaths
from sourcewise.vectorizer import embedding_text
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PART, _STEP = 1500, 1300
# What the peer takes for code.
_ENDINGS = {".py", ".pyi", ".js", ".ts", ".java", ".go", ".rs", ".c", ".h", ".cpp", ".md", ".rst", ".txt"}


def main() -> None:
    """Run both, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default=FAST_MODEL)
    options = parser.parse_args()
    weights = WeightsStore(DataPaths.default().models).ensure(options.model)
    ours, theirs, all_tokens = _tokens(options.folder, weights)
    say(f"{all_tokens:,} tokens; {ours:,} in our windows, {theirs:,} in what the peer's model reads")
    with tempfile.TemporaryDirectory() as scratch:
        spent = _seconds_of_peer(options.peer, options.folder, weights, Path(scratch))
        peer = spent / theirs * 1e6
        spent = _seconds_of_ours(options.folder, options.model, weights, Path(scratch))
        us = spent / ours * 1e6
    rows = [
        ["", "tokens embedded", "of all", "CPU-s per million tokens", "of the peer's"],
        ["---"] * 5,
        ["peer", f"{theirs:,}", f"{theirs / all_tokens:.0%}", f"{peer:.0f}", "100%"],
        ["Sourcewise", f"{ours:,}", f"{ours / all_tokens:.0%}", f"{us:.0f}", f"{us / peer:.0%}"],
    ]
    sys.stdout.write("".join(f"| {' | '.join(cells)} |\n" for cells in rows))


def _tokens(folder: Path, weights: Path) -> tuple[int, int, int]:
    """Return how many tokens we embed, how many the peer does, and how many there are in its files."""
    embedder = Embedder(lambda _: weights, 1)
    texts = [embedding_text(chunk) for chunk in _chunks(folder)]
    windows = [window for group in embedder.windows("", texts) for window in group]
    embedder.close()
    lengths = list(_lengths(folder, weights))
    parts = [min(_PART, length - start) for length in lengths for start in _starts(length)]
    limit = windows[0].limit
    return sum(window.tokens for window in windows), sum(min(part + 2, limit) for part in parts), sum(lengths)


def _starts(length: int) -> Iterator[int]:
    for start in range(0, max(length, 1), _STEP):
        yield start
        if start + _PART >= length:
            return


def _chunks(folder: Path) -> Iterator[Any]:
    chunker = SmartCodeChunker()
    for file in CodeMiner().mine_all(folder):
        if isinstance(file, SourceFile):
            yield from chunker.chunk_with_context(file)


def _lengths(folder: Path, weights: Path) -> Iterator[int]:
    from tokenizers import Tokenizer  # noqa: PLC0415 - the one place that counts for the peer

    tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
    tokenizer.no_truncation()
    for file in folder.rglob("*"):
        if file.suffix in _ENDINGS and file.is_file():
            text = file.read_text(encoding="utf-8", errors="ignore")
            yield len(tokenizer.encode(text, add_special_tokens=False).ids)


def _seconds_of_peer(peer: Path, folder: Path, weights: Path, scratch: Path) -> float:
    command = [sys.executable, str(peer), "index", str(folder), str(scratch / "peer")]
    return _processor_seconds(command, {"MODEL": str(weights)})


def _seconds_of_ours(folder: Path, model: str, weights: Path, scratch: Path) -> float:
    home = scratch / "home"
    (home / "models").mkdir(parents=True)
    (home / "models" / weights.name).symlink_to(weights)
    (home / "settings.toml").write_text(f'[embedding]\nmodel = "{model}"\n')
    command = [sys.executable, "-m", "sourcewise", "index", str(folder)]
    return _processor_seconds(command, {"SOURCEWISE_HOME": str(home)})


def _processor_seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    """Run a command; return what it and all its children used of the processors."""
    before = os.times()
    subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()

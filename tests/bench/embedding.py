"""Compares embedding models by CPU time, memory, disk space, start time and the latency of a question's embedding.

    npm run python -- tests/bench/embedding.py [--chunks 1000] [--threads 1] [MODEL...]

Embeds the same chunks of Python's standard library with every model, through the product's Embedder, each in its own
process. Also reports the windows and tokens, because a model that truncated texts would only seem cheaper. A slow model
can get fewer chunks: `all-mpnet-base-v2:200`. Downloads missing weights first.
"""

from __future__ import annotations

import argparse
import email
import http
import json
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from measuring import bytes_on_disk, percentile, run_alone, timed

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import SourceFile
from sourcewise.embedding import Embedder
from sourcewise.embedding.model_names import CPU_MODEL, FAST_MODEL, GPU_MODEL
from sourcewise.indexing.vectorizer import embedding_text
from sourcewise.mining.miner import CodeMiner
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from measuring import Measured

    from sourcewise.embedding import EmbeddingText

_PACKAGES = (http, json, email)
_MODELS = (f"{FAST_MODEL}", f"{CPU_MODEL}", f"{GPU_MODEL}:200")
_QUESTIONS = [
    f"How does the {part} {deed} a {thing}?"
    for part in ("server", "parser", "decoder", "client")
    for deed in ("read", "check", "send", "refuse", "keep")
    for thing in ("header", "cookie", "line that is too long")
]
_TOGETHER = 32
_MEGABYTE = 1 << 20


def main() -> None:
    """Measure each model and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("models", nargs="*", default=_MODELS, metavar="MODEL")
    options = parser.parse_args()
    rows = []
    for asked in options.models:
        model, _, chunks = asked.partition(":")
        folder = WeightsStore(DataPaths.default().models).ensure(model)
        stage = run_alone(_measure, folder, int(chunks or options.chunks), options.threads)
        size = bytes_on_disk(folder) / _MEGABYTE
        rows.append({"model": model, **stage.result, "MB memory": stage.helpers / _MEGABYTE, "MB disk": size})
    print(_table(rows))  # noqa: T201


def _measure(folder: Path, count: int, threads: int) -> Measured:
    """Embed chunks and questions with one model, in a process that does nothing else."""
    texts = sorted(islice(_texts(), count), key=lambda text: len(text.text))
    embedder = Embedder(lambda _: folder, threads)
    start = timed(embedder.embed_question, "", "Is it there?")
    windows = [window for group in embedder.windows("", texts) for window in group]
    spent = _seconds_of_helpers()
    for first in range(0, len(texts), _TOGETHER):
        embedder.embed_texts("", texts[first : first + _TOGETHER])
    spent = _seconds_of_helpers() - spent
    waits = [timed(embedder.embed_question, "", question) * 1000 for question in _QUESTIONS]
    embedder.close()
    tokens = sum(window.tokens for window in windows)
    return [], {
        "chunks": len(texts),
        "windows": len(windows),
        "tokens": tokens,
        "CPU-s per 1,000 chunks": spent / len(texts) * 1000,
        "CPU-s per million tokens": spent / tokens * 1e6,
        "s to start": start,
        "question p50 ms": percentile(waits, 0.5),
        "p95 ms": percentile(waits, 0.95),
    }


def _texts() -> Iterator[EmbeddingText]:
    """Yield the embedding texts of some standard library packages, file by file."""
    chunker = SmartCodeChunker()
    mined = (CodeMiner().mine_all(Path(package.__file__).parent) for package in _PACKAGES)
    for file in chain.from_iterable(mined):
        if isinstance(file, SourceFile):
            yield from map(embedding_text, chunker.chunk_with_context(file))


def _seconds_of_helpers() -> float:
    """Return the CPU time that the child processes have used so far."""
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(time.user + time.system for time in times)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    cells = [[_shown(value) for value in row.values()] for row in rows]
    lines = [list(rows[0]), ["---"] * len(rows[0]), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 or isinstance(value, int) else f"{value:.2g}"


if __name__ == "__main__":
    main()

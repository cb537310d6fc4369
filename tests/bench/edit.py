"""Measures how soon search finds an edited line, and the cost of an edit, in an index that an editor has open.

    npm run python -- tests/bench/edit.py [--chunks 10000] [--edits 40] [--keep DIR]

Uses the real server over its real pipe with the real embedding model: writes a file, sends the save notification, and
repeats a search until it finds the new line. Measures the cost with other edits that no search follows, for each of
the server's processes. The existing vectors are generated, because embedding them would take a quarter of an hour and
would not change the cost of an edit. With `--keep`, they are stored only once.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from generated_home import fill_cache, make_home
from lsprotocol import types
from measuring import percentile, say

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor

from sourcewise.embedding.model_names import default_model
from sourcewise.paths import DataPaths
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.embedding_cache import EmbeddingCache

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASK_AGAIN_SECONDS = 0.02
_EMBEDDING_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class CpuTime:
    """CPU seconds of the server's own process, of the vector process and of the embedding process."""

    own: float = 0.0
    vectors: float = 0.0
    model: float = 0.0

    def __sub__(self, other: CpuTime) -> CpuTime:
        return CpuTime(self.own - other.own, self.vectors - other.vectors, self.model - other.model)

    @property
    def outside_model(self) -> float:
        """CPU seconds without the embedding process."""
        return self.own + self.vectors


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of an edit: CPU time, and the number of embedded chunks."""

    spent: CpuTime
    embedded: int


class IndexReader:
    """Reads the index from another process, so that polling costs the server nothing."""

    def __init__(self, folder: Path, home: Path) -> None:
        data = DataPaths(home)
        self._catalog = Catalog(data.index_of(folder).catalog)
        self._cache = EmbeddingCache(data.embedding_cache)
        self._model = default_model()

    async def wait_for(self, word: str) -> None:
        """Poll until the index contains the word and every chunk has its vectors."""
        while not (self._is_embedded() and self._catalog.keywords.search([word], 1)):  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(_ASK_AGAIN_SECONDS)

    def _is_embedded(self) -> bool:
        counts = self._catalog.counts(self._model)
        return counts.embedded == counts.chunks

    @property
    def embedded(self) -> int:
        """The number of texts that were ever embedded."""
        return len(self._cache)

    def close(self) -> None:
        """Close the databases."""
        self._catalog.close()
        self._cache.close()


async def measure(folder: Path, home: Path, files: Sequence[Path]) -> tuple[list[float], list[Cost]]:
    """Return the seconds until each edit is found, for half of the files, and the cost of each edit, for the others."""
    first, half = files[0], 1 + len(files) // 2
    editor = Editor()
    await editor.launch(home)
    try:
        await editor.begin([folder], {"llm": {"runtime": "sources"}})
        await _until_embedded(editor, folder)
        await _found_after(editor, first)  # the first search loads the model and the vectors
        found = [await _found_after(editor, file) for file in files[1:half]]
        reader = IndexReader(folder, home)
        await _cost_of(editor, reader, first)  # flushes the embedding that earlier edits left to do
        costs = [await _cost_of(editor, reader, file) for file in files[half:]]
        reader.close()
        return found, costs
    finally:
        await editor.leave()


async def _until_embedded(editor: Editor, folder: Path) -> None:
    deadline = time.monotonic() + _EMBEDDING_SECONDS
    while time.monotonic() < deadline:
        try:
            await editor.until_idle(folder)
        except TimeoutError:
            state = editor.state_of(folder)
            say(f"  {state.embedded} of {state.chunks} chunks embedded" if state else "  the folder is not open yet")
        else:
            return
    raise SystemExit("The folder was not embedded in time. Run again with --keep to resume.")


async def _found_after(editor: Editor, file: Path) -> float:
    word = _edit(file)
    began = time.perf_counter()
    _notify_save(editor, file)
    while not await _finds(editor, word):  # noqa: ASYNC110 - no event to wait for
        await asyncio.sleep(_ASK_AGAIN_SECONDS)
    return time.perf_counter() - began


async def _finds(editor: Editor, word: str) -> bool:
    """Return whether keyword search finds a word that occurs nowhere else."""
    result = await editor.search(word)
    return any(reason.startswith("keywords") for passage in result.passages for reason in passage.reasons)


async def _cost_of(editor: Editor, reader: IndexReader, file: Path) -> Cost:
    before, embedded = _spent_by(editor), reader.embedded
    word = _edit(file)
    _notify_save(editor, file)
    await reader.wait_for(word)
    return Cost(_spent_by(editor) - before, reader.embedded - embedded)


def _edit(file: Path) -> str:
    """Change one line of a file, and return a word that occurs only in this line."""
    word = f"zyx{time.time_ns()}"
    file.write_text(file.read_text().replace("found = [", f"found = {word} = [", 1))
    return word


def _notify_save(editor: Editor, file: Path) -> None:
    editor.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(file.as_uri())))


def _spent_by(editor: Editor) -> CpuTime:
    """Return the CPU time that the server has used so far."""
    server = psutil.Process(editor._server.pid)
    workers = {_service_of(worker): _seconds_of(worker) for worker in server.children(recursive=True)}
    return CpuTime(
        _seconds_of(server),
        sum(seconds for service, seconds in workers.items() if service.endswith(":ChromaService")),
        sum(seconds for service, seconds in workers.items() if service.endswith(":EmbeddingService")),
    )


def _service_of(worker: psutil.Process) -> str:
    """Return the service that a worker runs: the second to last word of its command line."""
    return worker.cmdline()[-2]


def _seconds_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _summary(label: str, values: Sequence[float], unit: str) -> str:
    return f"{label}: median {percentile(values, 0.5):.0f}{unit}, p95 {percentile(values, 0.95):.0f}{unit}"


def main() -> None:
    """Print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="keep the folder and its index here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = (options.keep or Path(scratch)).resolve()
        folder, home = make_home(root, options.chunks)
        fill_cache(folder, home)
        files = random.Random(5).sample(sorted(folder.rglob("*.py")), 2 * options.edits + 1)
        found, costs = asyncio.run(measure(folder, home, files))
    lines = (
        _summary("from the save until a search finds the line", [1000 * seconds for seconds in found], " ms"),
        _summary("CPU time without the embedding process", [1000 * cost.spent.outside_model for cost in costs], " ms"),
        _summary("  the server's own process", [1000 * cost.spent.own for cost in costs], " ms"),
        _summary("  the vector process", [1000 * cost.spent.vectors for cost in costs], " ms"),
        _summary("CPU time of the embedding process", [1000 * cost.spent.model for cost in costs], " ms"),
        f"most chunks embedded for an edit: {max(cost.embedded for cost in costs)}",
    )
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()

"""How soon an edited line is found, and what an edit costs, in an index that an editor has open.

    npm run python -- tests/bench/edit.py [--chunks 10000] [--edits 40] [--keep DIR]

The real server, over its real pipe, with the real embedding model: a file is written, the save is told, and the server
is asked for the new line again and again until it finds it. What an edit costs is measured with other edits, after
which nobody asks, for each of the server's processes. The vectors that are there before the first edit are generated:
to embed them would take a quarter of an hour, and no edit would cost more or less. With `--keep` they are stored once.
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
class Spent:
    """Seconds of a processor: of the server's own process, of the one that has the vectors, and of the model's."""

    own: float = 0.0
    vectors: float = 0.0
    model: float = 0.0

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.own - other.own, self.vectors - other.vectors, self.model - other.model)

    @property
    def outside_model(self) -> float:
        """What the model has no part in."""
        return self.own + self.vectors


@dataclass(frozen=True, slots=True)
class Cost:
    """What an edit cost, and how many chunks were embedded."""

    spent: Spent
    embedded: int


class Bystander:
    """Looks into the index from outside, so that looking costs the server nothing."""

    def __init__(self, folder: Path, home: Path) -> None:
        data = DataPaths(home)
        self._catalog = Catalog(data.index_of(folder).catalog)
        self._cache = EmbeddingCache(data.embedding_cache)
        self._model = default_model()

    async def wait_for(self, word: str) -> None:
        """Wait until a word is in the index and every chunk has its vectors."""
        while not (self._is_embedded() and self._catalog.keywords.search([word], 1)):  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(_ASK_AGAIN_SECONDS)

    def _is_embedded(self) -> bool:
        counts = self._catalog.counts(self._model)
        return counts.embedded == counts.chunks

    @property
    def embedded(self) -> int:
        """How many texts were ever embedded."""
        return len(self._cache)

    def close(self) -> None:
        """Look away."""
        self._catalog.close()
        self._cache.close()


async def measure(folder: Path, home: Path, files: Sequence[Path]) -> tuple[list[float], list[Cost]]:
    """Return how many seconds each edit took to be found, of one half of the files, and what it cost, of the other."""
    first, half = files[0], 1 + len(files) // 2
    editor = Editor()
    await editor.launch(home)
    try:
        await editor.begin([folder], {"llm": {"runtime": "sources"}})
        await _until_embedded(editor, folder)
        await _found_after(editor, first)  # the first search loads the model and the vectors
        found = [await _found_after(editor, file) for file in files[1:half]]
        bystander = Bystander(folder, home)
        await _cost_of(editor, bystander, first)  # what the edits before it left to embed is not the next one's cost
        costs = [await _cost_of(editor, bystander, file) for file in files[half:]]
        bystander.close()
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
            say(f"  {state.embedded} of {state.chunks} chunks embedded" if state else "  not open yet")
        else:
            return
    raise SystemExit("The folder was not embedded in time; run it again with --keep to carry on.")


async def _found_after(editor: Editor, file: Path) -> float:
    word = _edit(file)
    began = time.perf_counter()
    _tell(editor, file)
    while not await _finds(editor, word):  # noqa: ASYNC110 - there is nothing that could tell
        await asyncio.sleep(_ASK_AGAIN_SECONDS)
    return time.perf_counter() - began


async def _finds(editor: Editor, word: str) -> bool:
    """Return whether keywords find a word that stands nowhere else."""
    result = await editor.search(word)
    return any(reason.startswith("keywords") for passage in result.passages for reason in passage.reasons)


async def _cost_of(editor: Editor, bystander: Bystander, file: Path) -> Cost:
    before, embedded = _spent_by(editor), bystander.embedded
    word = _edit(file)
    _tell(editor, file)
    await bystander.wait_for(word)
    return Cost(_spent_by(editor) - before, bystander.embedded - embedded)


def _edit(file: Path) -> str:
    """Change one line of a file and return a word that only this line has."""
    word = f"zyx{time.time_ns()}"
    file.write_text(file.read_text().replace("found = [", f"found = {word} = [", 1))
    return word


def _tell(editor: Editor, file: Path) -> None:
    editor.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(file.as_uri())))


def _spent_by(editor: Editor) -> Spent:
    """Return what the server has used so far."""
    server = psutil.Process(editor._server.pid)
    workers = {_service_of(worker): _seconds_of(worker) for worker in server.children(recursive=True)}
    return Spent(
        _seconds_of(server),
        sum(seconds for service, seconds in workers.items() if service.endswith(":ChromaService")),
        sum(seconds for service, seconds in workers.items() if service.endswith(":EmbeddingService")),
    )


def _service_of(worker: psutil.Process) -> str:
    """Return what a worker runs: the last but one word of its command line."""
    return worker.cmdline()[-2]


def _seconds_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _told(what: str, values: Sequence[float], unit: str) -> str:
    return f"{what}: median {percentile(values, 0.5):.0f}{unit}, p95 {percentile(values, 0.95):.0f}{unit}"


def main() -> None:
    """Print a line for each thing that was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="where the folder and its index are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = (options.keep or Path(scratch)).resolve()
        folder, home = make_home(root, options.chunks)
        fill_cache(folder, home)
        files = random.Random(5).sample(sorted(folder.rglob("*.py")), 2 * options.edits + 1)
        found, costs = asyncio.run(measure(folder, home, files))
    lines = (
        _told("from the save until a search finds the line", [1000 * seconds for seconds in found], " ms"),
        _told("processor time outside the model", [1000 * cost.spent.outside_model for cost in costs], " ms"),
        _told("  of it the server's own process", [1000 * cost.spent.own for cost in costs], " ms"),
        _told("  of it the process that has the vectors", [1000 * cost.spent.vectors for cost in costs], " ms"),
        _told("processor time of the model's process", [1000 * cost.spent.model for cost in costs], " ms"),
        f"chunks embedded, the most: {max(cost.embedded for cost in costs)}",
    )
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()

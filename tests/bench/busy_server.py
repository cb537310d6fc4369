"""Measures search and hover latency and the server's memory while the index is built at full speed.

    npm run python -- tests/bench/busy_server.py [--chunks 100000] [--embedding-seconds 180]

Uses the real server over its real pipe with the real embedding model, on a generated folder. Sends requests without a
pause until all files are read, and then for a few minutes of embedding. Reports two times: the time inside the server
without the wait for the question's embedding, and the complete time from the request to the reply.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generated_code import ADJECTIVES, NOUNS, VERBS
from generated_home import make_home
from lsprotocol import types
from measured_server import MEASURED
from measuring import Memory, percentile, say

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor

from sourcewise.domain.index_state import Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

_SERVER = (sys.executable, str(Path(__file__).with_name("measured_server.py")), "lsp")
# Disable throttling.
_OPTIONS = {"llm": {"runtime": "sources"}, "embedding": {"underLoad": "full", "onBattery": "full"}}
_DEFINITION = re.compile(r"def (\w+)")
_SAY_SECONDS = 10.0
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Wait:
    """The durations of one request, in milliseconds."""

    inside: float
    embedding: float
    whole: float


class LoadGenerator:
    """Sends requests to a server, and records their durations by the kind of request and the index's stage."""

    def __init__(self, editor: Editor, folder: Path, measured: Path) -> None:
        self.waits: dict[tuple[str, str], list[Wait]] = defaultdict(list)
        self._editor, self._folder, self._measured = editor, folder, measured
        self._places, self._source = _definitions(folder), random.Random(1)
        self._lines_read = 0

    @property
    def stage(self) -> Stage | None:
        """The current stage of the index, as far as the editor knows."""
        state = self._editor.state_of(self._folder)
        return state.stage if state else None

    @property
    def progress(self) -> str:
        """The progress of indexing."""
        state = self._editor.state_of(self._folder)
        return f"{state.stage.value}: {state.files} files, {state.embedded} of {state.chunks} chunks" if state else ""

    async def send_requests(self) -> None:
        """Send one search and one hover request."""
        words = [self._source.choice(group.split()) for group in (VERBS, ADJECTIVES, NOUNS, NOUNS)]
        await self._timed("search", self._editor.search("{} each {} {} that has a {}".format(*words)))
        await self._timed("hover", self._editor.text_document_hover_async(self._source.choice(self._places)))

    async def _timed(self, kind: str, request: Awaitable[object]) -> None:
        stage, began = self.stage, time.perf_counter()
        await request
        whole = 1000 * (time.perf_counter() - began)
        measured_kind, inside, embedding = self._read_measurement()
        assert measured_kind == kind
        if stage is not None and stage is self.stage:
            self.waits[kind, stage.value].append(Wait(inside, embedding, whole))

    def _read_measurement(self) -> tuple[str, float, float]:
        """Return the server's own measurement of the last request, which it writes before it replies."""
        with self._measured.open(encoding="utf-8") as lines:
            lines.seek(self._lines_read)
            line = lines.readline()
            self._lines_read = lines.tell()
        kind, inside, embedding = json.loads(line)
        return kind, inside, embedding


async def measure(folder: Path, home: Path, embedding_seconds: float) -> tuple[LoadGenerator, Memory]:
    """Send requests while the folder is read, and for some time while it is embedded."""
    measured = home / "measured.jsonl"
    os.environ[MEASURED] = str(measured)
    editor = Editor()
    await editor.launch(home, _SERVER)
    memory = Memory(editor._server.pid)
    try:
        await editor.begin([folder], _OPTIONS)
        await editor.until(lambda: editor.state_of(folder))
        load = LoadGenerator(editor, folder, measured)
        await _run_during(load, {Stage.SCANNING, Stage.READING}, float("inf"))
        say(f"  all files read; the server's own process used at most {memory.own // _MEGABYTE} MB")
        await _run_during(load, {Stage.FETCHING, Stage.EMBEDDING}, embedding_seconds)
    finally:
        memory.stop()
        await editor.leave()
    return load, memory


async def _run_during(load: LoadGenerator, stages: set[Stage], seconds: float) -> None:
    began = said = time.monotonic()
    while load.stage in stages and time.monotonic() - began < seconds:
        await load.send_requests()
        if time.monotonic() - said > _SAY_SECONDS:
            said = time.monotonic()
            say(f"  {load.progress}")


def _definitions(folder: Path) -> list[types.HoverParams]:
    return [
        types.HoverParams(types.TextDocumentIdentifier(file.as_uri()), types.Position(line, match.start(1)))
        for file in sorted(folder.rglob("*.py"))
        for line, text in enumerate(file.read_text().splitlines())
        if (match := _DEFINITION.search(text))
    ]


def _summary(kind: str, stage: str, waits: Sequence[Wait]) -> str:
    inside = [wait.inside - wait.embedding for wait in waits]
    whole = [wait.whole for wait in waits]
    return (
        f"{kind} while {stage}, {len(waits)} requests: inside the server median {percentile(inside, 0.5):.0f} ms, "
        f"p95 {percentile(inside, 0.95):.0f} ms, longest {max(inside):.0f} ms; from request to reply median "
        f"{percentile(whole, 0.5):.0f} ms, p95 {percentile(whole, 0.95):.0f} ms"
    )


def main() -> None:
    """Print a line for each kind of request and stage, and one for the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--embedding-seconds", type=float, default=180)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, home = make_home(Path(scratch).resolve(), options.chunks)
        load, memory = asyncio.run(measure(folder, home, options.embedding_seconds))
    lines = [_summary(kind, stage, waits) for (kind, stage), waits in load.waits.items()]
    lines.append(f"the server's own process: at most {memory.own // _MEGABYTE} MB")
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()

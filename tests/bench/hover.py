"""How long hovers take while the index is being built at full speed.

    python tests/bench/hover.py [--chunks 10000] [--hovers 300]

The real server, over its real pipe: what is measured is from the request to the reply, so the time inside the server
is less. The embedding model is the real one; the folder is generated.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from generated_code import write_code
from lsprotocol import types

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor

from sourcewise.model import Stage
from sourcewise.paths import DataPaths

_PAUSE_SECONDS = 0.05
_DEFINITION = re.compile(r"def (\w+)")


async def measure(folder: Path, home: Path, hovers: int) -> dict[str, list[float]]:
    """Return the milliseconds of each hover, by what the index was doing."""
    places, source = _definitions(folder), random.Random(1)
    taken: dict[str, list[float]] = {}
    editor = Editor()
    await editor.launch(home)
    try:
        await editor.begin([folder], {"llm": {"runtime": "sources"}})
        await editor.until(lambda: editor.state_of(folder))
        for _ in range(hovers):
            state = editor.state_of(folder)
            if state is None or state.stage is Stage.IDLE:
                break
            taken.setdefault(state.stage.value, []).append(await _hover(editor, source.choice(places)))
            await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        await editor.leave()
    return taken


def _definitions(folder: Path) -> list[types.HoverParams]:
    return [
        types.HoverParams(types.TextDocumentIdentifier(file.as_uri()), types.Position(line, match.start(1)))
        for file in sorted(folder.rglob("*.py"))
        for line, text in enumerate(file.read_text().splitlines())
        if (match := _DEFINITION.search(text))
    ]


async def _hover(editor: Editor, place: types.HoverParams) -> float:
    began = time.perf_counter()
    await editor.text_document_hover_async(place)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--hovers", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, home = Path(place, "code"), Path(place, "home")
        write_code(folder, arguments.chunks)
        home.mkdir()
        (home / "models").symlink_to(DataPaths.default().models)
        measured = asyncio.run(measure(folder, home, arguments.hovers))
    for stage, taken in measured.items():
        ordered = sorted(taken)
        p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        print(  # noqa: T201
            f"while {stage}: {len(taken)} hovers, median {statistics.median(taken):.1f} ms, p95 {p95:.1f} ms, "
            f"longest {ordered[-1]:.1f} ms"
        )


if __name__ == "__main__":
    main()

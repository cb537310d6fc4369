"""Measures an index of any size: indexing speed, query latency, memory and disk space.

    npm run python -- tests/bench/scale.py [--files 100000] [--vectors N] [--keep DIR]

The files are generated, with ten chunks each on average. So are the vectors, which replace the embedding model.
Everything else is the product's code. A million vectors take an hour or more; with `--keep`, a stopped run can be
resumed. Prints a Markdown table, and progress to standard error.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generated_tree import write_tree
from measuring import Figure, Report, bytes_on_disk, megabytes, run_alone, say
from scale_rivals import ask_chroma, collect_vectors, compare_all
from scale_server import serve
from scale_stages import edit, embed, read_tree, search, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Measured


def main() -> None:
    """Run all stages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument(
        "--vectors", type=int, default=sys.maxsize, help="the number of chunks with vectors; 0 for none"
    )
    parser.add_argument("--keep", type=Path, help="keep all files here, so that the run can be resumed")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--edits", type=int, default=20)
    options = parser.parse_args()
    if options.keep:
        measure(options.keep, options)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            measure(Path(scratch), options)


def measure(root: Path, options: argparse.Namespace) -> None:
    """Create the index in this folder or resume its creation, measure it, and print the table."""
    root.mkdir(parents=True, exist_ok=True)
    report = Report(root / "figures.json")
    say("write_tree …")
    write_tree(root / "tree", options.files)
    _stage(report, "reading", read_tree, root)
    _stage(report, "starting", start, root)
    _stage(report, "serving", serve, root)
    nearest: list[set[str]] = []
    if _stage(report, "embedding", embed, root, options.vectors):
        _stage(report, "collecting", collect_vectors, root)
        nearest = _stage(report, "comparing all", compare_all, root, options.questions)
        _stage(report, "Chroma alone", ask_chroma, root, options.questions, nearest)
    _stage(report, "searching", search, root, options.questions, nearest)
    _stage(report, "editing", edit, root, options.files, options.edits)
    report.add(_sizes(root))
    print(f"On {platform.platform()}, {os.cpu_count()} processors:\n\n{report.table()}")  # noqa: T201


def _stage(report: Report, name: str, work: Callable[..., Measured], *arguments: Any) -> Any:
    """Run a stage, report its figures and its memory, and return its other result."""
    stage = run_alone(work, *arguments)
    if stage.figures:
        memory = [megabytes(f"memory: {name}", stage.memory)]
        helpers = [megabytes(f"memory: {name}, other processes", stage.helpers)] if stage.helpers else []
        report.add([*stage.figures, *memory, *helpers])
    return stage.result


def _sizes(root: Path) -> list[Figure]:
    return [
        megabytes("disk: catalog", bytes_on_disk(*root.glob("catalog.sqlite*"))),
        megabytes("disk: vectors", bytes_on_disk(root / "vectors")),
        megabytes("disk: embedding cache", bytes_on_disk(*root.glob("embeddings.sqlite*"))),
    ]


if __name__ == "__main__":
    main()

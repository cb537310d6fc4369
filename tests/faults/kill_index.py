"""Kill `sourcewise index` at random moments, let it finish, and compare with a run that nobody disturbed.

    npm run python -- tests/faults/kill_index.py [--kills 50] [--folder DIR] [--seed 1]

Everything is real: the process, the model, Chroma. Each kill is `kill -9`, half of them of the command alone and half
of its workers too. Exits with 1 if the two indexes differ in a file, a chunk or a vector.
"""

from __future__ import annotations

import argparse
import http
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from sourcewise.embedder import CPU_MODEL
from sourcewise.paths import DataPaths, workspace_folder
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.vector_store import VectorStores
from sourcewise.weights import WeightsStore

Contents = tuple[dict[str, Any], dict[str, Any], set[str]]


def main() -> int:
    """Run the comparison and report it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--folder", type=Path, default=Path(http.__file__).parent)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    WeightsStore(DataPaths.default().models).ensure(CPU_MODEL)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(options.folder, Path(scratch, "folder"), ignore=shutil.ignore_patterns("*.pyc")))
        calm = _data(scratch, "calm")
        start = time.monotonic()
        _index(folder, calm).wait()
        seconds = time.monotonic() - start
        expected = _contents(folder, calm)
        _say(f"An undisturbed run takes {seconds:.1f} s and ends with {_counts(expected)}.")
        return _torment(folder, Path(scratch), expected, seconds, options)


def _torment(folder: Path, scratch: Path, expected: Contents, seconds: float, options: argparse.Namespace) -> int:
    """Kill run after run; whenever one got to its end, compare it and begin anew. Return the exit code."""
    chance = random.Random(options.seed)
    kills = different = finished = 0
    while kills < options.kills:
        rough = _data(str(scratch), f"rough{finished}")
        complete = False
        while not complete and kills < options.kills:
            complete = not _kill_after(_index(folder, rough), chance.uniform(0, seconds), chance)
            kills += not complete
        if not complete:
            _index(folder, rough).wait()
        finished += 1
        found = _contents(folder, rough)
        different += found != expected
        _say(f"{kills} kills, {finished} indexes finished: {_counts(found)}, {different} differ")
    return 1 if different else 0


def _data(scratch: str, name: str) -> Path:
    """Make a data folder that shares the models of this user."""
    data = Path(scratch, name)
    data.mkdir()
    (data / "models").symlink_to(DataPaths.default().models)
    return data


def _index(folder: Path, data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "sourcewise", "index", "--folder", str(folder)]
    environment = {**os.environ, "SOURCEWISE_HOME": str(data)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill_after(process: subprocess.Popen[bytes], seconds: float, chance: random.Random) -> bool:
    """Kill a run unless it ends first, and tell whether it was killed."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        for worker in workers if chance.random() < 0.5 else ():
            worker.kill()
        process.wait()
        _, alive = psutil.wait_procs(workers, timeout=30)
        if alive:
            raise SystemExit(f"Workers outlived their parent: {alive}") from None
        return True
    return False


def _contents(folder: Path, data: Path) -> Contents:
    """Return all that an index holds: files, chunks with their lines, ids of vectors."""
    paths = DataPaths(data).index_of(workspace_folder(folder))
    catalog, stores = Catalog(paths.catalog), VectorStores()
    store = stores.open(paths.vectors)
    try:
        return catalog.known_files(), catalog.chunks(list(catalog.chunk_ids())), store.ids(CPU_MODEL)
    finally:
        stores.close()
        catalog.close()


def _counts(contents: Contents) -> str:
    return "{} files, {} chunks, {} vectors".format(*map(len, contents))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

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

import psutil

from sourcewise.embedder import CPU_MODEL
from sourcewise.paths import DataPaths, workspace_folder
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.vector_store import VectorStore
from sourcewise.weights import WeightsStore


def main() -> int:
    """Run the comparison and report it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--folder", type=Path, default=Path(http.__file__).parent)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    WeightsStore(DataPaths.default().models).ensure(CPU_MODEL)
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(options.folder, Path(scratch, "folder"), ignore=shutil.ignore_patterns("*.pyc")))
        calm, rough = _data(scratch, "calm"), _data(scratch, "rough")
        start = time.monotonic()
        _index(folder, calm).wait()
        seconds = time.monotonic() - start
        _say(f"An undisturbed run takes {seconds:.1f} s.")
        for kill in range(options.kills):
            _kill_after(_index(folder, rough), chance.uniform(0, seconds), chance)
            _say(f"kill {kill + 1}: {_embedded(folder, rough)} chunks embedded")
            if _is_complete(folder, rough):
                shutil.rmtree(rough)
                rough = _data(scratch, f"rough{kill}")
        finished = _index(folder, rough).wait()
        same = finished == 0 and _contents(folder, calm) == _contents(folder, rough)
    _say(f"{options.kills} kills; the indexes are {'equal' if same else 'DIFFERENT'}.")
    return 0 if same else 1


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


def _kill_after(process: subprocess.Popen[bytes], seconds: float, chance: random.Random) -> None:
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


def _embedded(folder: Path, data: Path) -> int:
    catalog = DataPaths(data).index_of(workspace_folder(folder)).catalog
    if not catalog.exists():
        return 0
    opened = Catalog(catalog)
    try:
        return opened.counts(CPU_MODEL).embedded
    finally:
        opened.close()


def _is_complete(folder: Path, data: Path) -> bool:
    catalog = DataPaths(data).index_of(workspace_folder(folder)).catalog
    if not catalog.exists():
        return False
    opened = Catalog(catalog)
    try:
        counts = opened.counts(CPU_MODEL)
        return counts.embedded == counts.chunks > 0
    finally:
        opened.close()


def _contents(folder: Path, data: Path) -> tuple[object, ...]:
    """Return all that an index holds: files, chunks with their lines, ids of vectors."""
    paths = DataPaths(data).index_of(workspace_folder(folder))
    catalog, store = Catalog(paths.catalog), VectorStore(paths.vectors)
    try:
        files = catalog.known_files()
        chunks = catalog.chunks(list(catalog.chunk_ids()))
        _say(f"{data.name}: {len(files)} files, {len(chunks)} chunks, {store.count(CPU_MODEL)} vectors")
        return files, chunks, store.ids(CPU_MODEL)
    finally:
        store.close()
        catalog.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

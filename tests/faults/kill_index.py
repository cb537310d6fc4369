"""Kills `sourcewise index` at random moments, lets it finish, and compares the index with that of an undisturbed run.

    npm run python -- tests/faults/kill_index.py [--kills 50] [--folder DIR] [--seed 1]

Everything is real: the process, the model, Chroma. Each kill is `kill -9`. Half of them kill only the command; the
others kill its workers too. Exits with 1 if the two indexes differ in a file, a chunk or a vector.
"""

from __future__ import annotations

import argparse
import http
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from index_contents import Contents, contents, data_folder, index_command

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore


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
        undisturbed = data_folder(Path(scratch), "undisturbed")
        start = time.monotonic()
        index_command(folder, undisturbed).wait()
        seconds = time.monotonic() - start
        expected = contents(folder, undisturbed)
        _say(f"An undisturbed run takes {seconds:.1f} s and ends with {expected}.")
        return _kill_repeatedly(folder, Path(scratch), expected, seconds, options)


def _kill_repeatedly(
    folder: Path, scratch: Path, expected: Contents, seconds: float, options: argparse.Namespace
) -> int:
    """Kill run after run. Compare each index that is finished and start a new one. Return the exit code."""
    chance = random.Random(options.seed)
    kills = different = finished = 0
    while kills < options.kills:
        data = data_folder(scratch, f"killed{finished}")
        complete = False
        while not complete and kills < options.kills:
            complete = not _kill_after(index_command(folder, data), chance.uniform(0, seconds), chance)
            kills += not complete
        if not complete:
            index_command(folder, data).wait()
        finished += 1
        found = contents(folder, data)
        different += found != expected
        _say(f"{kills} kills, {finished} indexes finished: {found}, {different} differ")
    return 1 if different else 0


def _kill_after(process: subprocess.Popen[bytes], seconds: float, chance: random.Random) -> bool:
    """Kill a run after some seconds unless it ends first, and return whether it was killed."""
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


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Replaces an index's vectors by those of an older Chroma, or damages them, and checks that they are restored.

    npm run python -- tests/faults/old_vectors.py [SCENARIO …] [--chroma 0.5.23 1.0.20]

Everything is real: Chroma and its older versions, each of which is temporarily installed into its own folder and needs
half a gigabyte. Compares the index after each scenario with a fresh one of the same tree. Exits with 1 if it differs or
if anything is embedded again, because all vectors are in the embedding cache.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import chromadb
from index_contents import index_command
from restless_folder import write_code
from scenarios import check, compared, parser, run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from live_index import LiveIndex

# Chroma writes a search graph from the thousandth vector on.
_FILES = 1200
_WRITE = """
import json, sys
import chromadb
folder, records = sys.argv[1:]
client = chromadb.PersistentClient(path=folder, settings=chromadb.Settings(anonymized_telemetry=False))
for name, content in json.load(open(records)).items():
    collection = client.create_collection(
        name, metadata={**content.pop("about"), "hnsw:space": "cosine"}, embedding_function=None
    )
    for start in range(0, len(content["ids"]), 100):
        collection.add(**{field: values[start : start + 100] for field, values in content.items()})
print(chromadb.__version__)
"""


async def older_chroma(index: LiveIndex, options: argparse.Namespace) -> str:
    """Vectors that an older Chroma wrote are used or restored from the cache; nothing is embedded."""
    if not options.chroma:
        return "skipped: pass versions with --chroma"
    _make(index)
    records = index.folder.parent / "records.json"
    records.write_text(json.dumps(_records(index.paths.vectors)))
    report = []
    for version in options.chroma:
        _replace_by_older(index.paths.vectors, records, version)
        report.append(f"{version}: {await _restored(index)}")
    return "; ".join(report)


async def half_deleted(index: LiveIndex, options: argparse.Namespace) -> str:
    """Vectors that are missing when the server starts are restored from the cache; nothing is embedded."""
    _make(index)
    report = []
    for damage, inflict in _DAMAGES.items():
        inflict(index.paths.vectors)
        report.append(f"{damage}: {await _restored(index)}")
    return "; ".join(report)


async def half_deleted_in_use(index: LiveIndex, options: argparse.Namespace) -> str:
    """Vectors that disappear while the server runs keep working, or are restored at once or at the next start."""
    _make(index)
    report = []
    for number, (damage, inflict) in enumerate(_DAMAGES.items()):
        async with index.served():
            before = await index.settled()
            check(await index.finds("number_8"), f"{damage}: nothing is found before the damage")
            await asyncio.to_thread(inflict, index.paths.vectors)
            (index.folder / "file_7.py").write_text(f"def edited_{number}():\n    return True\n")
            now = await index.settled()
            check(await index.finds(f"edited_{number}"), f"{damage}: the edit is not found")
            check(await index.finds("number_8"), f"{damage}: nothing is found after the damage")
        check(now.made - before.made <= 1, f"{damage}: {now.made - before.made} chunks were embedded for one edit")
        restored = now.reused - before.reused
        report.append(f"{damage}: {restored} restored at once; after a restart {await _restored(index)}")
    return "; ".join(report)


async def _restored(index: LiveIndex) -> str:
    """Start a server, check that its vectors are restored without embedding, and return a summary of its index."""
    async with index.served():
        contents = await compared(index)
        check(await index.finds("number_8"), "nothing is found")
        now = await index.idle()
    check(not now.made, f"{now.made} chunks were embedded again")
    return f"{contents}, {now.made} embedded, {now.reused} from the cache"


# --- the vectors ------------------------------------------------------------------------------------------


def _make(index: LiveIndex) -> None:
    write_code(index.folder, _FILES)
    index.mark()  # so that the marker file's embedding is in the cache too
    check(index_command(index.folder, index.data).wait() == 0, "could not create the index")


def _records(vectors: Path) -> dict[str, object]:
    """Return the contents of a Chroma folder by collection, as JSON values."""
    client = chromadb.PersistentClient(path=str(vectors), settings=chromadb.Settings(anonymized_telemetry=False))
    records = {}
    for collection in client.list_collections():
        found = collection.get(include=["embeddings", "metadatas"])
        embeddings = [[float(number) for number in row] for row in found["embeddings"]]
        content = {"ids": found["ids"], "embeddings": embeddings, "metadatas": found["metadatas"]}
        records[collection.name] = {"about": collection.metadata, **content}
    client.close()
    return records


def _replace_by_older(vectors: Path, records: Path, version: str) -> None:
    """Replace the vectors by a database that another version of Chroma writes from the records."""
    with tempfile.TemporaryDirectory() as place:
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", place, f"chromadb=={version}"]
        subprocess.run(install, check=True, capture_output=True)
        shutil.rmtree(vectors)
        environment = {**os.environ, "PYTHONPATH": place, "ANONYMIZED_TELEMETRY": "False"}
        write = [sys.executable, "-c", _WRITE, str(vectors), str(records)]
        wrote = subprocess.run(write, env=environment, check=True, capture_output=True, text=True).stdout.strip()
    check(wrote == version, f"version {wrote} wrote instead of {version}")


def _graph(vectors: Path) -> Path:
    """Return the folder of the search graph."""
    return next(place for place in vectors.iterdir() if place.is_dir())


def _lose_half_of_graph(vectors: Path) -> None:
    for place in sorted(_graph(vectors).iterdir())[::2]:
        place.unlink()


def _truncate_database(vectors: Path) -> None:
    database = vectors / "chroma.sqlite3"
    os.truncate(database, database.stat().st_size // 2)


_DAMAGES: dict[str, Callable[[Path], None]] = {
    "the database is gone": lambda vectors: (vectors / "chroma.sqlite3").unlink(),
    "the search graph is gone": lambda vectors: shutil.rmtree(_graph(vectors)),
    "half of the search graph's files are gone": _lose_half_of_graph,
    "the database is truncated to half": _truncate_database,
}


def main() -> int:
    """Parse the options and run the scenarios."""
    scenarios = (older_chroma, half_deleted, half_deleted_in_use)
    arguments = parser(__doc__, scenarios)
    arguments.add_argument("--chroma", nargs="*", default=[], metavar="VERSION")
    return run(scenarios, arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())

"""Put in place of an index's vectors what an older Chroma made of them, or half of them, and see that they come back.

    npm run python -- tests/faults/old_vectors.py [SCENARIO …] [--chroma 0.5.23 1.0.20]

Everything is real: Chroma, also the older ones, which are installed for it into a folder of their own; each takes half
a gigabyte for that time. After each scenario the index is compared with one that is made of the same tree from nothing.
Exits with 1 where it differs, or where anything is embedded again: all vectors are in the embedding cache.
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

# Chroma writes a search graph of its own from the thousandth vector on.
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
    """Vectors that an older Chroma wrote are used, or made anew from the cache; nothing is embedded."""
    if not options.chroma:
        return "not tried: name versions with --chroma"
    _make(index)
    records = index.folder.parent / "records.json"
    records.write_text(json.dumps(_records(index.paths.vectors)))
    told = []
    for version in options.chroma:
        _replace_by_older(index.paths.vectors, records, version)
        told.append(f"{version}: {await _comes_back(index)}")
    return "; ".join(told)


async def half_deleted(index: LiveIndex, options: argparse.Namespace) -> str:
    """Vectors of which a part is missing when the server starts come back from the cache; nothing is embedded."""
    _make(index)
    told = []
    for what, harm in _HARMS.items():
        harm(index.paths.vectors)
        told.append(f"{what}: {await _comes_back(index)}")
    return "; ".join(told)


async def half_deleted_in_use(index: LiveIndex, options: argparse.Namespace) -> str:
    """Vectors of which a part goes while the server runs still serve, or come back at once, or at the next start."""
    _make(index)
    told = []
    for number, (what, harm) in enumerate(_HARMS.items()):
        async with index.served():
            before = await index.settled()
            check(await index.finds("number_8"), f"{what}: nothing is found before")
            await asyncio.to_thread(harm, index.paths.vectors)
            (index.folder / "file_7.py").write_text(f"def edited_{number}():\n    return True\n")
            now = await index.settled()
            check(await index.finds(f"edited_{number}"), f"{what}: the edit is not found")
            check(await index.finds("number_8"), f"{what}: nothing is found after")
        check(now.made - before.made <= 1, f"{what}: {now.made - before.made} chunks were embedded for one edit")
        restored = now.reused - before.reused
        told.append(f"{what}: {restored} back at once; after a start {await _comes_back(index)}")
    return "; ".join(told)


async def _comes_back(index: LiveIndex) -> str:
    """Start a server and return how its index is; see the scenarios."""
    async with index.served():
        contents = await compared(index)
        check(await index.finds("number_8"), "nothing is found")
        now = await index.idle()
    check(not now.made, f"{now.made} chunks were embedded again")
    return f"{contents}, {now.made} embedded, {now.reused} from the cache"


# --- the vectors ------------------------------------------------------------------------------------------


def _make(index: LiveIndex) -> None:
    write_code(index.folder, _FILES)
    index.mark()  # so that what is written to wait for is in the cache as well
    check(index_command(index.folder, index.data).wait() == 0, "the index could not be made")


def _records(vectors: Path) -> dict[str, object]:
    """Return all that is in a folder of Chroma, by collection, as JSON has it."""
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
    """Have another version of Chroma write the records in place of the vectors."""
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


def _cut_database(vectors: Path) -> None:
    database = vectors / "chroma.sqlite3"
    os.truncate(database, database.stat().st_size // 2)


_HARMS: dict[str, Callable[[Path], None]] = {
    "the database is gone": lambda vectors: (vectors / "chroma.sqlite3").unlink(),
    "the search graph is gone": lambda vectors: shutil.rmtree(_graph(vectors)),
    "half of the search graph's files are gone": _lose_half_of_graph,
    "half of the database is cut off": _cut_database,
}


def main() -> int:
    """Run it."""
    scenarios = (older_chroma, half_deleted, half_deleted_in_use)
    arguments = parser(__doc__, scenarios)
    arguments.add_argument("--chroma", nargs="*", default=[], metavar="VERSION")
    return run(scenarios, arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())

"""Reads the contents of an index, to compare it with a fresh index of the same folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.paths import DataPaths, workspace_folder
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.vector_store import VectorStores

if TYPE_CHECKING:
    from pathlib import Path


class Contents(NamedTuple):
    """The contents of an index: files, chunks with their lines, ids of vectors."""

    files: dict[str, Any]
    chunks: dict[str, Any]
    vectors: set[str]

    def __str__(self) -> str:
        return f"{len(self.files)} files, {len(self.chunks)} chunks, {len(self.vectors)} vectors"

    def differences(self, expected: Contents) -> list[str]:
        """Return the first differences, one line each: unexpected, missing and changed items."""
        lines = []
        for kind, ours, theirs in (
            ("file", self.files, expected.files),
            ("chunk", self.chunks, expected.chunks),
            ("vector", dict.fromkeys(self.vectors), dict.fromkeys(expected.vectors)),
        ):
            lines += [f"unexpected {kind}: {key}" for key in sorted(ours.keys() - theirs.keys())]
            lines += [f"missing {kind}: {key}" for key in sorted(theirs.keys() - ours.keys())]
            lines += [f"{kind} differs: {key}" for key in ours.keys() & theirs.keys() if ours[key] != theirs[key]]
        return lines[:20]


def data_folder(scratch: Path, name: str) -> Path:
    """Create a data folder that shares this user's models."""
    data = scratch / name
    data.mkdir()
    link_models(data)
    return data


def link_models(data: Path) -> None:
    """Link this user's models into a data folder."""
    (data / "models").symlink_to(DataPaths.default().models)


def index_command(folder: Path, data: Path) -> subprocess.Popen[bytes]:
    """Start `sourcewise index`."""
    command = [sys.executable, "-m", "sourcewise", "index", "--folder", str(folder)]
    environment = {**os.environ, "SOURCEWISE_HOME": str(data)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def contents(folder: Path, data: Path) -> Contents:
    """Return the contents of an index that no process uses."""
    paths = DataPaths(data).index_of(workspace_folder(folder))
    catalog, stores = Catalog(paths.catalog), VectorStores()
    store = stores.open(paths.vectors)
    try:
        chunks = catalog.chunks(list(catalog.chunk_ids()))
        return Contents(catalog.known_files(), chunks, store.ids(CPU_MODEL))
    finally:
        stores.close()
        catalog.close()


def fresh_contents(folder: Path, scratch: Path, known: Path) -> Contents:
    """Index a folder from scratch, with the embedding cache of the data folder `known`, and return the contents."""
    data = data_folder(scratch, "fresh")
    for file in known.glob("embeddings.sqlite*"):
        shutil.copy(file, data)
    if index_command(folder, data).wait() != 0:
        raise RuntimeError("Could not create the index to compare with.")
    try:
        return contents(folder, data)
    finally:
        shutil.rmtree(data)

"""The service of the vector process, which has the vectors of all folders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sourcewise.storage.chroma.folder import ChromaFolder
from sourcewise.storage.chroma.server import ChromaServer
from sourcewise.storage.chroma.store import ChromaStore

if TYPE_CHECKING:
    from pathlib import Path


class ChromaService:
    """Opens the store of each folder once, and runs methods of it; see Worker."""

    def __init__(self) -> None:
        # A proxy is for the internet, and would see the vectors on their way to a server of the user's own.
        os.environ["NO_PROXY"] = "*"
        self._stores: dict[tuple[Path, str], ChromaStore] = {}

    def run(self, folder: Path, server: str, method: str, arguments: tuple[Any, ...]) -> Any:
        """Run a method of a folder's store and return its result."""
        store = self._stores.setdefault((folder, server), ChromaStore(_location(folder, server)))
        return getattr(store, method)(*arguments)

    def close(self, folder: Path, server: str) -> None:
        """Close the store of a folder."""
        store = self._stores.pop((folder, server), None)
        if store is not None:
            store.close()


def _location(folder: Path, server: str) -> ChromaFolder | ChromaServer:
    return ChromaServer(folder, server) if server else ChromaFolder(folder)

"""What lives in the process that the vectors of all folders are in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sourcewise.storage.chroma.folder import ChromaFolder
from sourcewise.storage.chroma.server import ChromaServer
from sourcewise.storage.chroma.store import ChromaStore

if TYPE_CHECKING:
    from pathlib import Path


class ChromaService:
    """The stores that were asked for, opened once."""

    def __init__(self) -> None:
        # A proxy is for the internet, and would see the code of whoever has a server of their own.
        os.environ["NO_PROXY"] = "*"
        self._stores: dict[tuple[Path, str], ChromaStore] = {}

    def run(self, folder: Path, server: str, method: str, arguments: tuple[Any, ...]) -> Any:
        """Run a method of the store of a folder."""
        store = self._stores.setdefault((folder, server), ChromaStore(_home(folder, server)))
        return getattr(store, method)(*arguments)

    def close(self, folder: Path, server: str) -> None:
        """Close a folder."""
        store = self._stores.pop((folder, server), None)
        if store is not None:
            store.close()


def _home(folder: Path, server: str) -> ChromaFolder | ChromaServer:
    return ChromaServer(folder, server) if server else ChromaFolder(folder)

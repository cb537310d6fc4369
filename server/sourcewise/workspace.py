"""The folders that are open and what they share: settings, one embedding process, one language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.embedder import Embedder, default_model
from sourcewise.index import Index, SharedParts, status_of
from sourcewise.llm.selection import choose_generator
from sourcewise.model import IndexStatus
from sourcewise.paths import workspace_folder
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sourcewise.llm.generator import Generator
    from sourcewise.paths import DataPaths
    from sourcewise.settings import Settings
    from sourcewise.weights import DownloadProgress


class Workspace:
    """What all folders share, and the folders that are open."""

    def __init__(
        self, settings: Settings, data: DataPaths, on_download: Callable[[DownloadProgress], None] | None = None
    ) -> None:
        """Join the parts; nothing is opened and nothing is loaded.

        Args:
            settings: for all folders.
            data: where things live.
            on_download: hears how far a model's download is.
        """
        self.settings = settings
        self.data = data
        self.weights = WeightsStore(data.models)
        self.model = default_model() if settings.embedding_model == "auto" else settings.embedding_model
        self.embedder = Embedder(self._weights_of, settings.embedding_threads, data.log)
        self.cache = EmbeddingCache(data.embedding_cache)
        self._on_download = on_download
        self._generator: Generator | None = None
        self._indexes: dict[Path, Index] = {}

    def open(self, path: Path) -> Index:
        """Return the index of a folder, which this process then owns.

        Raises:
            FolderError: the folder cannot be used.
            IndexBusyError: another process owns its index.
            StorageError: the index cannot be opened.
        """
        folder = workspace_folder(path)
        if folder not in self._indexes:
            shared = SharedParts(lambda: self.settings, self.model, self.embedder, self.cache, self.choose_generator)
            self._indexes[folder] = Index(folder, self.data.index_of(folder), shared)
        return self._indexes[folder]

    def close_folder(self, folder: Path) -> None:
        """Let go of a folder."""
        index = self._indexes.pop(folder, None)
        if index is not None:
            index.close()

    def close(self) -> None:
        """Let go of everything; what is being written is finished first."""
        for folder in list(self._indexes):
            self.close_folder(folder)
        self.embedder.close()
        self.cache.close()

    async def choose_generator(self) -> tuple[Generator, Sequence[str]]:
        """Return the language model that the settings and this machine allow.

        The one that answered before is kept while it is still the choice: it has its model in memory.
        """
        chosen, notices = await choose_generator(
            self.settings, lambda: self._weights_of(self.settings.embedded_model), self.data.log
        )
        if self._generator is not None and self._generator.name == chosen.name:
            return self._generator, notices
        await self.close_generator()
        self._generator = chosen
        return chosen, notices

    async def close_generator(self) -> None:
        """Give back the memory of the language model."""
        generator, self._generator = self._generator, None
        if generator is not None:
            await generator.close()

    def status(self, path: Path) -> IndexStatus:
        """Return the status of a folder's index without owning it; another process may be at work on it."""
        folder = workspace_folder(path)
        catalog_file = self.data.index_of(folder).catalog
        if not catalog_file.exists():
            return IndexStatus(str(folder), 0, 0, 0, 0, len(self.cache), self.model, "missing", {})
        catalog = Catalog(catalog_file)
        try:
            return status_of(folder, catalog, self.model, len(self.cache))
        finally:
            catalog.close()

    def _weights_of(self, model: str) -> Path:
        return self.weights.ensure(model, self._on_download)

"""Repairs the vector store of a folder: refills a missing, corrupt or inconsistent store from the cache.

The catalog records that the vectors are lost before the store is emptied, so that a crash in between is repaired too.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from sourcewise.domain.index_state import Stage
from sourcewise.domain.work_context import UNATTENDED, WorkContext
from sourcewise.errors import VectorStoreCorruptError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sourcewise.indexing.vectorizer import CodeVectorizer
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.vector_store import VectorStore

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# Under this key the catalog records that the vectors must be restored, and whether to empty the store first.
_VECTORS_LOST = "vectors lost"
_TO_EMPTY = "empty it"
_TO_FILL = "yes"
# If the share of removed vectors exceeds this, the search graph is rebuilt, since it never shrinks.
_MAX_WASTED = 0.5


class VectorRepair:
    """Keeps the vectors of one folder and model consistent with its catalog. Not thread-safe."""

    def __init__(
        self, folder: Path, catalog: Catalog, store: VectorStore, vectorizer: CodeVectorizer, model: str
    ) -> None:
        """Take the catalog and the store; checks nothing yet.

        Args:
            folder: the folder, for log messages.
            catalog: records which vectors should exist.
            store: holds the vectors.
            vectorizer: restores the vectors.
            model: the wanted embedding model.
        """
        self._folder = folder
        self._catalog = catalog
        self._store = store
        self._vectorizer = vectorizer
        self._model = model
        self._checked = False

    def request_rebuild(self) -> None:
        """Request that the next `restore_lost` empties and refills the store."""
        self._catalog.set_meta(_VECTORS_LOST, _TO_EMPTY)

    def restore_lost(self, context: WorkContext) -> int:
        """Refill a store that was deleted or is marked for a rebuild; return how many chunks got vectors.

        A complete store is not opened.
        """
        is_missing = self._store.is_missing and self._catalog.vectors.models()
        if is_missing or self._catalog.get_meta(_VECTORS_LOST) == _TO_EMPTY:
            self._empty()
        if self._catalog.get_meta(_VECTORS_LOST):
            return self.run(lambda: self._restore(context))
        return 0

    def check(self) -> None:
        """On the first call, compare the store with the catalog, and restore it if they differ."""
        if self._checked or not self._catalog.vectors.models():
            return
        self._checked = True
        self.run(lambda: self._vectorizer.settle(self._model))
        count = self.run(lambda: self._store.count(self._model))  # a repair changes what the catalog expects
        least, most = self._catalog.vectors.bounds(self._model)
        if not least <= count <= most:
            logger.warning("The vectors of %s do not match its catalog; restoring them.", self._folder)
            self._empty_and_restore()

    def run(self, work: Callable[[], Result]) -> Result:
        """Run work on the store; if the store proves to be corrupt, restore it and run the work again."""
        try:
            return work()
        except VectorStoreCorruptError:
            logger.exception("The vector store of %s is corrupt; restoring it.", self._folder)
            self._empty_and_restore()
            return work()

    def compact(self) -> None:
        """Rebuild the store if most of its search graph consists of removed vectors, and free disk space."""
        vectors = self._catalog.vectors
        if self._store.wasted(sum(map(vectors.count, vectors.models()))) > _MAX_WASTED:
            self._empty_and_restore()
        self._store.compact()

    def _empty_and_restore(self) -> None:
        self._empty()
        self._restore(UNATTENDED)

    def _empty(self) -> None:
        models = self._catalog.vectors.models()
        self._catalog.set_meta(_VECTORS_LOST, _TO_EMPTY)
        self._store.reset()
        for model in {*models, self._model}:
            self._catalog.vectors.forget(model)
        self._catalog.set_meta(_VECTORS_LOST, _TO_FILL)

    def _restore(self, context: WorkContext) -> int:
        restored = self._vectorizer.restore(self._model, context.for_stage(Stage.RESTORING))
        self._catalog.set_meta(_VECTORS_LOST, "")
        return restored

"""Embeds chunks and makes the vector store match the catalog's ledger.

Vectors come from the embedding cache, else from the model. A replacement is stored before the old vector is removed,
and the ledger is updated before and after the store, so a crash in between only repeats work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.domain.work_context import UNATTENDED
from sourcewise.embedding import EmbeddingText
from sourcewise.indexing.cached_embedder import CachedEmbedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.indexing.cached_embedder import TextEmbedder
    from sourcewise.indexing.throttle import Throttle
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.vector_store import VectorStore

_FETCHED_TOGETHER = 512
# Batches are taken from this many chunks sorted by length, so that little of a batch is padding.
_SORTED_TOGETHER = 128
# The fixed cost of embedding and storing a chunk, in characters.
_CHARACTERS_PER_CHUNK = 50


@dataclass(frozen=True, slots=True)
class VectorCount:
    """The numbers of chunks that were embedded, were cached (`reused`), or crash the model (`failed`)."""

    embedded: int = 0
    reused: int = 0
    failed: int = 0

    def __add__(self, other: VectorCount) -> VectorCount:
        return VectorCount(self.embedded + other.embedded, self.reused + other.reused, self.failed + other.failed)


def embedding_text(chunk: Chunk) -> EmbeddingText:
    """Return the text to embed for a chunk: its lines, and the definition to which they belong.

    The path is not included, so that a moved file keeps its vectors; keyword search includes the path.
    """
    head = f"{chunk.kind} {chunk.symbol}" if chunk.symbol else ""
    if chunk.signature and chunk.signature.split("(")[0] not in chunk.text:
        head = f"{head}: {chunk.signature}"  # a later part of a split definition does not contain it
    return EmbeddingText(chunk.text, head)


class CodeVectorizer:
    """Embeds chunks and stores their vectors.

    Attributes:
        made: counts the chunks of all calls, including calls that failed or were cancelled.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: VectorStore,
        cache: EmbeddingCache,
        embedder: TextEmbedder,
        batch_size: int,
        *,
        throttle: Throttle | None = None,
    ) -> None:
        """Nothing is loaded before the first call.

        Args:
            catalog: knows which vectors should exist.
            store: gets the vectors.
            cache: has vectors of all folders.
            embedder: computes vectors.
            batch_size: number of chunks that are embedded and stored together.
            throttle: delays `embed_pending`; None means full speed.
        """
        self._catalog = catalog
        self._store = store
        self._cache = cache
        self._embedder = CachedEmbedder(cache, embedder)
        self._batch_size = batch_size
        self._throttle = throttle
        self.made = VectorCount()

    def embed_pending(self, model: str, first: Sequence[str] = (), context: WorkContext = UNATTENDED) -> VectorCount:
        """Embed every pending chunk, those in `first` before the rest.

        Args:
            model: name of the embedding model.
            first: ids of chunks.
            context: its progress counts chunks of average length, since the time for a chunk depends on its length;
                cancelling stops the work after the current batch.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
        """
        result, meter, worked = VectorCount(), _Meter(self._catalog, model, context), 0.0
        while pending := self._catalog.vectors.pending(model, _FETCHED_TOGETHER, first):
            for batch in self._batches(pending, frozenset(first)):
                if self._throttle is not None:
                    self._throttle.wait(worked, context.cancelled, meter.report)
                begun = time.monotonic()
                result += self._embed_batch(model, batch, context)
                worked = time.monotonic() - begun
                meter.advance(batch)
        return result

    def embed_and_store(self, model: str, chunks: Sequence[Chunk], context: WorkContext = UNATTENDED) -> VectorCount:
        """Embed these chunks at full speed, without reporting progress; see `embed_pending`."""
        result = VectorCount()
        for batch in self._batches(chunks):
            result += self._embed_batch(model, batch, context)
        return result

    def restore(self, model: str, context: WorkContext = UNATTENDED) -> int:
        """Store the vectors of pending chunks that are in the embedding cache, without the model; return how many.

        Args:
            model: name of the embedding model.
            context: its progress counts chunks; cancelling stops the work after the current group of chunks.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
        """
        restored = 0
        pending = self._catalog.vectors.pending_ids(model)
        for start in range(0, len(pending), _FETCHED_TOGETHER):
            context.raise_if_cancelled()
            chunks = list(self._catalog.chunks(pending[start : start + _FETCHED_TOGETHER]).values())
            known = self._cache.get(model, [embedding_text(chunk).key for chunk in chunks])
            self._store_vectors(model, [(chunks[index], vectors) for index, vectors in known.items()])
            restored += len(known)
            self.made += VectorCount(reused=len(known))
            context.report(min(start + _FETCHED_TOGETHER, len(pending)), len(pending))
        return restored

    def is_settled(self, model: str) -> bool:
        """Return whether the vector store matches the ledger."""
        catalog = self._catalog
        due = (
            catalog.vectors.to_remove(model, 1),
            catalog.vectors.stale(model, 1),
            catalog.vectors.pending(model, 1),
        )
        others = [other for other in catalog.vectors.models() if other != model]
        return not any(due) and not others

    def settle(self, model: str) -> None:
        """Store the locations of moved chunks, and remove the vectors of deleted ones."""
        while stale := self._catalog.vectors.stale(model, _FETCHED_TOGETHER):
            self._store.update_metadata(model, stale)
            self._catalog.vectors.mark_fresh(model, [chunk for chunk, _ in stale])
        while gone := self._catalog.vectors.to_remove(model, _FETCHED_TOGETHER):
            self._store.remove(model, gone)
            self._catalog.vectors.mark_removed(model, [chunk_id for chunk_id, _ in gone])

    def _batches(self, chunks: Sequence[Chunk], urgent: frozenset[str] = frozenset()) -> Iterator[Sequence[Chunk]]:
        """Yield batches of similar length; urgent chunks share no batch with others."""
        hurried = [chunk for chunk in chunks if chunk.id in urgent]
        others = [chunk for chunk in chunks if chunk.id not in urgent]
        for ordered in (hurried, others):
            for start in range(0, len(ordered), _SORTED_TOGETHER):
                group = sorted(ordered[start : start + _SORTED_TOGETHER], key=lambda chunk: len(chunk.text))
                for first in range(0, len(group), self._batch_size):
                    yield group[first : first + self._batch_size]

    def _embed_batch(self, model: str, batch: Sequence[Chunk], context: WorkContext) -> VectorCount:
        context.raise_if_cancelled()
        texts = [embedding_text(chunk) for chunk in batch]
        vectors, reused, crashes = self._embedder.embed(model, texts)
        self._catalog.vectors.mark_failed(model, {batch[index].id: crash.message for index, crash in crashes.items()})
        self._store_vectors(model, [(batch[index], vectors[index]) for index in sorted(vectors)])
        count = VectorCount(len(vectors) - reused, reused, len(crashes))
        self.made += count
        return count

    def _store_vectors(self, model: str, items: Sequence[tuple[Chunk, Vectors]]) -> None:
        if not items:
            return
        self._catalog.vectors.mark_expected(model, {chunk.id: len(vectors) for chunk, vectors in items})
        self._store.add(model, items)
        self._catalog.vectors.mark_stored(model, [(chunk, len(vectors)) for chunk, vectors in items])


class _Meter:
    """Reports how much of the work is done; chunks that become pending meanwhile are added to the total."""

    def __init__(self, catalog: Catalog, model: str, context: WorkContext) -> None:
        self._catalog = catalog
        self._model = model
        self._context = context
        self._chunks = 0
        self._cost = 0

    def advance(self, batch: Sequence[Chunk]) -> None:
        """Add a finished batch."""
        self._chunks += len(batch)
        self._cost += _cost(len(batch), sum(len(chunk.text) for chunk in batch))
        self.report()

    def report(self) -> None:
        """Report the progress if there is a listener: it takes a query."""
        if self._context.progress is None:
            return
        pending = self._catalog.vectors.pending_work(self._model)
        chunks = self._chunks + pending.chunks
        cost = self._cost + _cost(pending.chunks, pending.characters)
        self._context.report(round(chunks * self._cost / cost) if cost else 0, chunks)


def _cost(chunks: int, characters: int) -> int:
    return characters + chunks * _CHARACTERS_PER_CHUNK

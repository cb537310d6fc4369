"""Gives every chunk its vectors: from the embedding cache, else from the model, into the vector store.

The catalog knows which vectors should exist; this module makes it so. What replaces a vector is stored before the
old one is removed, and the catalog is told after the store, so a crash in between only repeats work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.embedder import EmbeddingText
from sourcewise.errors import CancelledError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from sourcewise.embedder import Embedder, Vectors
    from sourcewise.model import Chunk
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.vector_store import VectorStore

    Progress = Callable[[int, int], None]

# Batches are cut from this many chunks sorted by length, so that little of a batch is padding.
_SORTED_TOGETHER = 512
_EVERYTHING = 2**31


@dataclass(frozen=True, slots=True)
class VectorCount:
    """Where the vectors of some chunks came from."""

    embedded: int = 0
    reused: int = 0

    def __add__(self, other: VectorCount) -> VectorCount:
        return VectorCount(self.embedded + other.embedded, self.reused + other.reused)


def embedding_text(chunk: Chunk) -> EmbeddingText:
    """Return what is embedded for a chunk: its lines, and the definition they belong to.

    The path stays out, so that a moved file keeps its vectors; keyword search knows the path.
    """
    head = f"{chunk.kind} {chunk.symbol}" if chunk.symbol else ""
    if chunk.signature and chunk.signature.split("(")[0] not in chunk.text:
        head = f"{head}: {chunk.signature}"  # a later part of a split definition does not show it
    return EmbeddingText(chunk.text, head)


class CodeVectorizer:
    """Embeds chunks and stores their vectors."""

    def __init__(
        self, catalog: Catalog, store: VectorStore, cache: EmbeddingCache, embedder: Embedder, batch_size: int
    ) -> None:
        """Join the parts; nothing is opened."""
        self._catalog = catalog
        self._store = store
        self._cache = cache
        self._embedder = embedder
        self._batch_size = batch_size

    def embed_pending(
        self,
        model: str,
        first: Sequence[str] = (),
        progress: Progress | None = None,
        cancelled: threading.Event | None = None,
    ) -> VectorCount:
        """Give every chunk that lacks vectors its vectors, those in `first` before the rest.

        Args:
            model: name of the embedding model.
            first: ids of chunks.
            progress: called with chunks done and chunks in all.
            cancelled: set it to stop after the batch under way.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
        """
        counts = self._catalog.counts(model)
        total = counts.chunks - counts.embedded
        done = 0
        result = VectorCount()
        while pending := self._catalog.pending_vectors(model, _SORTED_TOGETHER, first):

            def report(count: int, _: int, before: int = done) -> None:
                if progress:
                    progress(before + count, max(total, before + count))

            result += self.embed_and_store(model, pending, report, cancelled)
            done += len(pending)
        return result

    def embed_and_store(
        self,
        model: str,
        chunks: Sequence[Chunk],
        progress: Progress | None = None,
        cancelled: threading.Event | None = None,
    ) -> VectorCount:
        """Give these chunks their vectors; see embed_pending."""
        result, done = VectorCount(), 0
        for batch in self._batches(chunks):
            if cancelled is not None and cancelled.is_set():
                raise CancelledError
            result += self._embed_batch(model, batch)
            done += len(batch)
            if progress:
                progress(done, len(chunks))
        return result

    def restore(self, model: str, progress: Progress | None = None) -> int:
        """Store the vectors that the embedding cache has, without the model; return how many chunks had them."""
        restored = 0
        pending = self._catalog.pending_vectors(model, _EVERYTHING)
        for done, start in enumerate(range(0, len(pending), _SORTED_TOGETHER)):
            batch = pending[start : start + _SORTED_TOGETHER]
            known = self._cache.get(model, [embedding_text(chunk).key for chunk in batch])
            self._keep(model, [(batch[index], vectors) for index, vectors in known.items()])
            restored += len(known)
            if progress:
                progress(min((done + 1) * _SORTED_TOGETHER, len(pending)), len(pending))
        return restored

    def is_settled(self, model: str) -> bool:
        """Tell whether the catalog expects no change of the store."""
        catalog = self._catalog
        waiting = (
            catalog.vectors_to_remove(model, 1),
            catalog.stale_metadata(model, 1),
            catalog.pending_vectors(model, 1),
        )
        others = [other for other in catalog.models() if other != model]
        return not any(waiting) and not others

    def settle(self, model: str) -> None:
        """Bring the store up to what the catalog expects: lines that moved, vectors of chunks that are gone."""
        while stale := self._catalog.stale_metadata(model, _SORTED_TOGETHER):
            self._store.update_metadata(model, stale)
            self._catalog.mark_metadata_fresh(model, [chunk.id for chunk, _ in stale])
        while gone := self._catalog.vectors_to_remove(model, _SORTED_TOGETHER):
            self._store.remove(model, gone)
            self._catalog.mark_vectors_removed(model, [chunk_id for chunk_id, _ in gone])

    def _batches(self, chunks: Sequence[Chunk]) -> Iterator[Sequence[Chunk]]:
        ordered = sorted(chunks, key=lambda chunk: len(chunk.text))
        for start in range(0, len(ordered), self._batch_size):
            yield ordered[start : start + self._batch_size]

    def _embed_batch(self, model: str, batch: Sequence[Chunk]) -> VectorCount:
        texts = [embedding_text(chunk) for chunk in batch]
        known = self._cache.get(model, [text.key for text in texts])
        missing = [index for index in range(len(texts)) if index not in known]
        if missing:
            self._embed_missing(model, texts, missing, known)
        self._keep(model, [(chunk, known[index]) for index, chunk in enumerate(batch)])
        return VectorCount(len(missing), len(batch) - len(missing))

    def _keep(self, model: str, items: Sequence[tuple[Chunk, Vectors]]) -> None:
        self._store.add(model, items)
        self._catalog.mark_vectors_stored(model, {chunk.id: len(vectors) for chunk, vectors in items})

    def _embed_missing(
        self, model: str, texts: Sequence[EmbeddingText], missing: Sequence[int], known: dict[int, Vectors]
    ) -> None:
        made = self._embedder.embed_texts(model, [texts[index] for index in missing])
        self._cache.put(model, [(texts[index].key, vectors) for index, vectors in zip(missing, made, strict=True)])
        known.update(zip(missing, made, strict=True))

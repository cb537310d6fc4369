"""Embeds a summary of each file, which enables semantic search long before all chunks are embedded.

A file summary is the beginning of the file and the names that it defines. Embedding the summaries takes a twentieth of
the time of all chunks, and they distinguish files where single chunks do not: a question about how something works as a
whole is about a file. The path is left out, as for chunks, so that a moved file keeps its vector.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.domain.work_context import UNATTENDED
from sourcewise.embedding import EmbeddingText
from sourcewise.embedding.vectors import unit
from sourcewise.indexing.cached_embedder import CachedEmbedder
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.indexing.cached_embedder import TextEmbedder
    from sourcewise.indexing.throttle import Throttle
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.file_summary_vectors import FileVersion

# Limits of the beginning and of the whole summary. More improves no ranking, and takes longer.
_BEGINNING_CHARACTERS = 400
_MOST_TOKENS = 240
_FETCHED_TOGETHER = 512
_BATCH = 8


def file_summary(chunks: Sequence[Chunk]) -> str:
    """Return the summary of a file: its first docstring or its beginning, and the names that it defines.

    Args:
        chunks: of the file, in their order.
    """
    beginning = next((chunk.docstring for chunk in chunks if chunk.docstring), chunks[0].text if chunks else "")
    text = f"{beginning[:_BEGINNING_CHARACTERS].strip()}\n"
    room = _MOST_TOKENS - estimate_tokens(text)
    return f"{text}{', '.join(_names_within(room, chunks))}".strip()


def _names_within(room: int, chunks: Sequence[Chunk]) -> Iterator[str]:
    names = dict.fromkeys(definition.qualified_name for chunk in chunks for definition in chunk.definitions)
    for name in names:
        room -= estimate_tokens(f"{name},")
        if room < 0:
            return
        yield name


class FileSummaries:
    """Keeps the file summaries of one folder embedded."""

    def __init__(
        self,
        catalog: Catalog,
        cache: EmbeddingCache,
        embedder: TextEmbedder,
        *,
        throttle: Throttle | None = None,
    ) -> None:
        """Nothing is loaded before the first call; see CodeVectorizer."""
        self._catalog = catalog
        self._embedder = CachedEmbedder(cache, embedder)
        self._throttle = throttle

    def embed_pending(self, model: str, context: WorkContext = UNATTENDED) -> None:
        """Embed the summary of every new or changed file.

        Args:
            model: name of the embedding model.
            context: its progress counts files; cancelling stops the work after the current batch.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
            WeightsError: the model is missing and cannot be downloaded.
            WorkerError: the process of the model fails.
        """
        done, worked = 0, 0.0
        for files, total in self._batches(model):
            if self._throttle is not None:
                self._throttle.wait(worked, context.cancelled)
            context.raise_if_cancelled()
            begun = time.monotonic()
            self._embed(model, files)
            worked = time.monotonic() - begun
            done += len(files)
            context.report(done, max(done, total))

    def _batches(self, model: str) -> Iterator[tuple[Sequence[FileVersion], int]]:
        """Yield files to embed, with the number of all such files.

        The query scans all files of the folder, so it is not repeated after an incomplete group.
        """
        total, is_last = 0, False
        while not is_last and (group := self._catalog.file_summaries.due(model, _FETCHED_TOGETHER)):
            is_last = len(group) < _FETCHED_TOGETHER
            total = total or (len(group) if is_last else self._catalog.file_summaries.count_due(model))
            for start in range(0, len(group), _BATCH):
                yield group[start : start + _BATCH], total

    def _embed(self, model: str, files: Sequence[FileVersion]) -> None:
        summaries = {file: file_summary(self._catalog.chunks_of(file.path)) for file in files}
        summarized = [file for file, text in summaries.items() if text]
        embedded = self._embedder.embed(model, [EmbeddingText(summaries[file]) for file in summarized]).vectors
        vectors = {summarized[index]: unit(windows.mean(axis=0)) for index, windows in embedded.items()}
        empty = np.empty(0, np.float32)
        self._catalog.file_summaries.store(model, [(file, vectors.get(file, empty)) for file in files])

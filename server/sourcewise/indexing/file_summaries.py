"""What each file is about, as a vector: a first look at a whole folder, long before every chunk of it is embedded.

A synopsis is what a file says of itself: how it begins, and the names of what it defines. Embedding these takes a
twentieth of the time of all chunks, and they tell files apart that a chunk at a time would not: who asks how something
works as a whole means a file. The path stays out, as for chunks: a moved file keeps its vector.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.domain.work_context import UNATTENDED
from sourcewise.embedding import EmbeddingText
from sourcewise.embedding.vectors import unit
from sourcewise.indexing.cached_embedder import TextVectors
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.work_context import WorkContext
    from sourcewise.indexing.cached_embedder import TextEmbedder
    from sourcewise.indexing.throttle import Throttle
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.file_summary_vectors import FileAsRead

# Of the beginning of a file, and of all. More is found no better, and takes longer.
_BEGINNING_CHARACTERS = 400
_MOST_TOKENS = 240
_FETCHED_TOGETHER = 512
_BATCH = 8


def synopsis(chunks: Sequence[Chunk]) -> str:
    """Return what a file says of itself: its first docstring, or how it begins, and the names that it defines.

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
    """Keeps the synopses of one folder embedded."""

    def __init__(
        self,
        catalog: Catalog,
        cache: EmbeddingCache,
        embedder: TextEmbedder,
        *,
        consideration: Throttle | None = None,
    ) -> None:
        """Join the parts; nothing is opened. See CodeVectorizer."""
        self._catalog = catalog
        self._texts = TextVectors(cache, embedder)
        self._consideration = consideration

    def embed_pending(self, model: str, context: WorkContext = UNATTENDED) -> None:
        """Give every file its vector.

        Args:
            model: name of the embedding model.
            context: its progress counts files; cancelling stops the work after the current batch.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
            WeightsError: the model cannot be had.
            WorkerError: its process cannot do its work.
        """
        done, worked = 0, 0.0
        for files, total in self._batches(model):
            if self._consideration is not None:
                self._consideration.rest(worked, context.cancelled)
            context.raise_if_cancelled()
            begun = time.monotonic()
            self._embed(model, files)
            worked = time.monotonic() - begun
            done += len(files)
            context.report(done, max(done, total))

    def _batches(self, model: str) -> Iterator[tuple[Sequence[FileAsRead], int]]:
        """Yield files to embed, with how many there are in all.

        To find them takes a look at all files of the folder, so after a few of them nobody looks for more.
        """
        total, is_last = 0, False
        while not is_last and (group := self._catalog.file_summaries.due(model, _FETCHED_TOGETHER)):
            is_last = len(group) < _FETCHED_TOGETHER
            total = total or (len(group) if is_last else self._catalog.file_summaries.count_due(model))
            for start in range(0, len(group), _BATCH):
                yield group[start : start + _BATCH], total

    def _embed(self, model: str, files: Sequence[FileAsRead]) -> None:
        said = {file: synopsis(self._catalog.chunks_of(file.path)) for file in files}
        telling = [file for file, text in said.items() if text]
        made = self._texts.of(model, [EmbeddingText(said[file]) for file in telling]).vectors
        vectors = {telling[index]: unit(windows.mean(axis=0)) for index, windows in made.items()}
        nothing = np.empty(0, np.float32)
        self._catalog.file_summaries.store(model, [(file, vectors.get(file, nothing)) for file in files])

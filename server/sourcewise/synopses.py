"""What each file is about, as a vector: a first look at a whole folder, long before every chunk of it is embedded.

A synopsis is what a file says of itself: how it begins, and the names of what it defines. Embedding these takes a
twentieth of the time of all chunks, and they tell files apart that a chunk at a time would not: who asks how something
works as a whole means a file. The path stays out, as for chunks: a moved file keeps its vector.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from sourcewise.embedding import EmbeddingText
from sourcewise.embedding.frail_texts import embed_each
from sourcewise.errors import CancelledError, WorkerDiedError
from sourcewise.tokens import estimate_tokens

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from sourcewise.consideration import Consideration
    from sourcewise.embedding.frail_texts import TextEmbedder
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.model import Chunk
    from sourcewise.storage.catalog import Catalog
    from sourcewise.storage.embedding_cache import EmbeddingCache
    from sourcewise.storage.synopsis_vectors import FileAsRead

    Progress = Callable[[int, int], None]

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


class FileSynopses:
    """Keeps the synopses of one folder embedded."""

    def __init__(
        self,
        catalog: Catalog,
        cache: EmbeddingCache,
        embedder: TextEmbedder,
        *,
        consideration: Consideration | None = None,
    ) -> None:
        """Join the parts; nothing is opened. See CodeVectorizer."""
        self._catalog = catalog
        self._cache = cache
        self._embedder = embedder
        self._consideration = consideration

    def embed_pending(
        self, model: str, progress: Progress | None = None, cancelled: threading.Event | None = None
    ) -> None:
        """Give every file its vector.

        Args:
            model: name of the embedding model.
            progress: called with files done and files to do.
            cancelled: set it to stop after the batch under way.

        Raises:
            CancelledError: it was cancelled; what was stored stays.
            WeightsError: the model cannot be had.
            WorkerError: its process cannot do its work.
        """
        total, done, worked = self._catalog.synopses.count_due(model), 0, 0.0
        for files in self._batches(model):
            if self._consideration is not None:
                self._consideration.rest(worked, cancelled)
            if cancelled is not None and cancelled.is_set():
                raise CancelledError
            begun = time.monotonic()
            self._embed(model, files)
            worked = time.monotonic() - begun
            done += len(files)
            if progress is not None:
                progress(done, max(done, total))

    def _batches(self, model: str) -> Iterator[Sequence[FileAsRead]]:
        while files := self._catalog.synopses.due(model, _FETCHED_TOGETHER):
            for start in range(0, len(files), _BATCH):
                yield files[start : start + _BATCH]

    def _embed(self, model: str, files: Sequence[FileAsRead]) -> None:
        texts = [EmbeddingText(synopsis(self._catalog.chunks_of(file.path))) for file in files]
        known = self._cache.get(model, [text.key for text in texts])
        missing = [index for index, text in enumerate(texts) if text.text and index not in known]
        outcomes = zip(missing, embed_each(self._embedder, model, [texts[index] for index in missing]), strict=True)
        made = {index: vectors for index, vectors in outcomes if not isinstance(vectors, WorkerDiedError)}
        self._cache.put(model, [(texts[index].key, vectors) for index, vectors in made.items()])
        known |= made
        self._catalog.synopses.store(model, [(file, _of_unit_length(known.get(n))) for n, file in enumerate(files)])


def _of_unit_length(windows: Vectors | None) -> Vectors:
    """Return one vector for those of a text's windows, (windows, dimensions); an empty one where there is none."""
    if windows is None:
        return np.empty(0, np.float32)
    mean: Vectors = windows.mean(axis=0)
    unit: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit

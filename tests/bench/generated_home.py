"""Creates a generated folder, and a data folder for a server that opens it, with this user's downloaded models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generated_code import write_code
from generated_vectors import GeneratedVectors

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.embedding.model_names import default_model
from sourcewise.indexing.vectorizer import embedding_text
from sourcewise.mining.miner import CodeMiner
from sourcewise.paths import DataPaths
from sourcewise.storage.embedding_cache import EmbeddingCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.domain.code import Chunk


def make_home(root: Path, chunks: int) -> tuple[Path, Path]:
    """Return the folder of code and the data folder; creates them unless they exist."""
    folder, home = root / "code", root / "home"
    if not home.exists():
        write_code(folder, chunks)
        home.mkdir()
        (home / "models").symlink_to(DataPaths.default().models)
    return folder, home


def fill_cache(folder: Path, home: Path) -> None:
    """Fill the embedding cache with generated vectors for every chunk, so that the server stores them in a minute.

    The cost of embedding one more chunk does not depend on the vectors of the others.
    """
    cache, vectors, model = EmbeddingCache(DataPaths(home).embedding_cache), GeneratedVectors(), default_model()
    for chunks in _chunks_by_file(folder):
        texts = [embedding_text(chunk) for chunk in chunks]
        made = vectors.embed_texts(model, texts)
        cache.put(model, [(text.key, vector) for text, vector in zip(texts, made, strict=True)])
    cache.close()


def _chunks_by_file(folder: Path) -> Iterator[list[Chunk]]:
    miner, chunker = CodeMiner(), SmartCodeChunker()
    for stamp in miner.scan(folder):
        file = miner.read(folder, stamp) if isinstance(stamp, FileStamp) else None
        if isinstance(file, SourceFile):
            yield list(chunker.chunk_with_context(file))

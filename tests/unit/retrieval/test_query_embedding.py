"""The embedding of a query: blended with its context, and absent while the model or the store is unavailable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from sourcewise.domain.search import ConversationContext
from sourcewise.errors import StorageError, WorkerDiedError
from sourcewise.retrieval.query_embedding import QueryEmbedder
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.chunk_filter import ANY_CHUNK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sourcewise.embedding.vectors import Vectors
    from sourcewise.storage.vector_search import Hits, Vector

MODEL = "hashing"


class NoStore:
    """A vector store that is unavailable."""

    def search(self, _model: str, _vector: Vector, _limit: int, _within: Sequence[str] | None = None) -> Hits:
        raise StorageError("The vectors cannot be opened.")

    def neighbours(self, _model: str, _chunk_id: str, _limit: int) -> Hits:
        raise StorageError("The vectors cannot be opened.")


class NoModel:
    """An embedder whose process has ended."""

    def embed_question(self, _model: str, _question: str) -> Vectors:
        raise WorkerDiedError("The embedding process ended.")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def test_the_vector_moves_towards_its_context_by_the_weight(catalog: Catalog) -> None:
    embedder = QueryEmbedder(catalog, NoStore(), HashingEmbedder())
    topic = embedder.embed("certificates", MODEL)
    vectors = [
        embedder.embed("where is it called", MODEL, ConversationContext("certificates", weight))
        for weight in (0.0, 0.1, 0.6)
    ]
    assert topic is not None
    cosines = [float(found.vector @ topic.vector) for found in vectors if found is not None]
    assert cosines == sorted(cosines)
    assert len(set(cosines)) == 3
    assert all(np.linalg.norm(found.vector) == pytest.approx(1.0) for found in vectors if found is not None)


def test_without_a_model_there_is_no_embedding(catalog: Catalog) -> None:
    assert QueryEmbedder(catalog, NoStore(), NoModel()).embed("anything", MODEL) is None


def test_without_a_vector_store_nothing_is_found(catalog: Catalog) -> None:
    embedding = QueryEmbedder(catalog, NoStore(), HashingEmbedder()).embed("anything", MODEL)
    assert embedding is not None
    assert embedding.nearest(5, ANY_CHUNK) == {}
    assert embedding.of_chunks(["id"]) == {}
    assert embedding.of_files(["a.py"]) == {}


def test_the_model_of_the_embedded_chunks_takes_precedence(catalog: Catalog) -> None:
    embedder = QueryEmbedder(catalog, NoStore(), HashingEmbedder())
    assert embedder.model_for("older", MODEL) == "older"
    assert embedder.model_for(None, MODEL) is None

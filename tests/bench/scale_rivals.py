"""Baselines for vector search on the same vectors: brute force with numpy, and direct queries to Chroma."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from generated_tree import questions
from generated_vectors import DIMENSIONS, MODEL, GeneratedVectors
from measuring import Figure, megabytes, say, waits
from scale_stages import DEPTH, Home

from sourcewise.indexing.vectorizer import embedding_text

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Measured

_AT_ONCE = 5000


def collect_vectors(root: Path) -> Measured:
    """Write all stored vectors to one matrix file, and the ids of their chunks to another file."""
    home = Home(root)
    ids = sorted({vector_id.rpartition(":")[0] for vector_id in home.store.ids(MODEL)})
    matrix = np.lib.format.open_memmap(_matrix(root), "w+", np.float32, (len(ids), DIMENSIONS))
    for start in range(0, len(ids), _AT_ONCE):
        chunks = home.catalog.chunks(ids[start : start + _AT_ONCE])
        for row, chunk in enumerate(chunks.values(), start):
            matrix[row] = home.embedder.vector_of(embedding_text(chunk).key)
        say(f"  {start + len(chunks)} of {len(ids)} vectors collected")
    matrix.flush()
    _ids(root).write_text(json.dumps(ids))
    home.close()
    return [], None


def compare_all(root: Path, count: int) -> Measured:
    """Compare every vector with each question, and return the ids of the ten nearest to each."""
    before = psutil.Process().memory_info().rss
    matrix = np.load(_matrix(root))
    held = psutil.Process().memory_info().rss - before
    vector_of = GeneratedVectors().vector_of
    asked = [vector_of(question) for question in questions(count)]
    found: list[Any] = []
    figures = waits("brute force", lambda vector: found.append(_nearest(matrix, vector)), asked)
    figures.append(megabytes("memory: brute force, its matrix", held))
    ids = json.loads(_ids(root).read_text())
    return figures, [{ids[row] for row in rows[:10]} for rows in found]


def ask_chroma(root: Path, count: int, nearest: list[set[str]]) -> Measured:
    """Query Chroma directly, for as many results as our layers request."""
    import chromadb  # noqa: PLC0415 - only this stage may use memory for it

    client = chromadb.PersistentClient(str(root / "vectors"), chromadb.config.Settings(anonymized_telemetry=False))
    collection = client.get_collection(client.list_collections()[0].name, embedding_function=None)
    vector_of = GeneratedVectors().vector_of
    asked = [vector_of(question).tolist() for question in questions(count)]
    answers: list[list[str]] = []

    def ask(vector: list[float]) -> None:
        answer = collection.query(query_embeddings=[vector], n_results=2 * DEPTH, include=["distances"])
        answers.append(answer["ids"][0])

    ask(asked[0])  # loads the graph
    answers.clear()
    figures = waits("Chroma alone", ask, asked)
    found = [{vector_id.rpartition(":")[0] for vector_id in answer[:10]} for answer in answers]
    hits = sum(len(ours & truth) for ours, truth in zip(found, nearest, strict=True))
    client.close()
    return [*figures, Figure("Chroma alone: recall@10", f"{hits / (10 * count):.3f}")], None


def _nearest(matrix: Any, vector: Any) -> Any:
    similarities = matrix @ vector
    best = np.argpartition(-similarities, DEPTH)[:DEPTH]
    return best[np.argsort(-similarities[best])]


def _matrix(root: Path) -> Path:
    return root / "vectors.npy"


def _ids(root: Path) -> Path:
    return root / "vectors.json"

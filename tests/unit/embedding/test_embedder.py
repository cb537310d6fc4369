"""The real embedding models in both libraries: windows, vectors, nothing cut off."""

from __future__ import annotations

import json
import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import SourceFile
from sourcewise.embedding import Embedder, EmbeddingText
from sourcewise.embedding.model_names import CPU_MODEL, FAST_MODEL
from sourcewise.errors import WorkerError
from sourcewise.indexing.vectorizer import embedding_text
from sourcewise.mining.miner import CodeMiner
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sourcewise.domain.code import Chunk

# One model for sentence-transformers, one for ONNX Runtime; the second reserves eight tokens for a question's prompt.
WINDOWS = {FAST_MODEL: 256, CPU_MODEL: 504}
CODE = "\n".join(f"def function_{n}(argument):\n    return argument + {n}\n" for n in range(200))


def chunks_of_the_standard_library() -> Iterator[Chunk]:
    chunker = SmartCodeChunker()
    for file in CodeMiner().mine_all(Path(json.__file__).parents[1]):
        if isinstance(file, SourceFile):
            yield from chunker.chunk_with_context(file)


@pytest.fixture(scope="module", params=WINDOWS)
def model(request: pytest.FixtureRequest, models_folder: Path) -> str:
    WeightsStore(models_folder).ensure(request.param)
    return str(request.param)


@pytest.fixture(scope="module")
def embedder(models_folder: Path) -> Iterator[Embedder]:
    embedder = Embedder(lambda model: models_folder / model, threads=0)
    yield embedder
    embedder.close()


def test_vectors_have_unit_length_and_one_row_per_window(embedder: Embedder, model: str) -> None:
    short, long = embedder.embed_texts(model, [EmbeddingText("def f(): pass"), EmbeddingText(CODE)])
    assert short.shape == (1, 384)
    assert long.shape[0] > 2
    assert np.allclose(np.linalg.norm(long, axis=1), 1.0, atol=1e-5)


def test_a_question_is_nearer_to_its_code_than_to_other_code(embedder: Embedder, model: str) -> None:
    texts = [
        EmbeddingText("def save_to_disk(path, data): path.write_bytes(data)"),
        EmbeddingText("def area(r): return 3.14*r*r"),
    ]
    question = embedder.embed_question(model, "how is a file written?")
    write, area = (float(vectors[0] @ question) for vectors in embedder.embed_texts(model, texts))
    assert write > area


def test_a_question_that_cannot_wait_fails_and_the_model_is_loaded_for_the_next(
    models_folder: Path, model: str
) -> None:
    seconds: list[float | None] = [0.0]
    hasty = Embedder(lambda model: models_folder / model, threads=1, patience=lambda: seconds[0])
    try:
        with pytest.raises(WorkerError, match="still starting or busy"):
            hasty.embed_question(model, "how is a file written?")
        seconds[0] = None
        assert hasty.embed_question(model, "how is a file written?").shape == (384,)
    finally:
        hasty.close()


def test_a_question_longer_than_the_window_counts_to_its_end(embedder: Embedder, model: str) -> None:
    filler = "please tell me all about it in many words " * 60
    plain = embedder.embed_question(model, filler)
    ending = embedder.embed_question(model, filler + "how are passwords hashed? " * 20)
    assert float(plain @ ending) < 0.98


@pytest.mark.parametrize("context", ["", "method Session.get: def get(self, url)", "word " * 1000])
@pytest.mark.parametrize("text", [CODE, "x" * 5000, "a b " * 3000, "λ→∀" * 2000, "", "\n\n\n", "y"])
def test_joined_windows_are_the_text_and_each_fits_the_model(
    embedder: Embedder, model: str, text: str, context: str
) -> None:
    windows = embedder.windows(model, [EmbeddingText(text, context)])[0]
    assert "".join(window.text for window in windows) == text
    assert all(window.tokens <= window.limit == WINDOWS[model] for window in windows)


def test_windows_end_at_line_ends_if_lines_are_short(embedder: Embedder, model: str) -> None:
    windows = embedder.windows(model, [EmbeddingText(CODE)])[0]
    assert all(window.text.endswith("\n") for window in windows[:-1])


def test_no_token_of_a_thousand_real_chunks_is_dropped(embedder: Embedder, model: str) -> None:
    chunks = list(islice(chunks_of_the_standard_library(), 1000))
    texts = [embedding_text(chunk) for chunk in chunks]
    split = embedder.windows(model, texts)
    assert len(split) == 1000
    assert any(len(windows) > 1 for windows in split)
    for chunk, windows in zip(chunks, split, strict=True):
        assert "".join(window.text for window in windows) == chunk.text
        assert all(window.tokens <= window.limit for window in windows)


def test_an_unused_model_frees_its_memory(models_folder: Path, model: str) -> None:
    idle = Embedder(lambda model: models_folder / model, threads=1, idle_seconds=lambda: 0.0)
    try:
        assert idle.embed_question(model, "how is a file written?").shape == (384,)
        while idle._worker.running:
            os.sched_yield()
    finally:
        idle.close()


def test_the_worker_restarts_after_it_was_closed(embedder: Embedder, model: str) -> None:
    embedder.close()
    assert embedder.embed_question(model, "still there?").shape == (384,)

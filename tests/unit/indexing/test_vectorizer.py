"""Chunks get their vectors despite crashes of the model's process and moves of chunks, with accurate progress."""

from __future__ import annotations

import random
import threading
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import pytest
from mortal_service import POISON

from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.domain.work_context import WorkContext
from sourcewise.embedding import Embedder, EmbeddingText
from sourcewise.errors import CancelledError, WorkerDiedError, WorkerError
from sourcewise.indexing.throttle import MachineState, Throttle
from sourcewise.indexing.vectorizer import CodeVectorizer, VectorCount
from sourcewise.processes.worker import Worker
from sourcewise.settings import Settings
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.workspace.time_left import TimeLeft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sourcewise.domain.index_state import IndexProgress
    from sourcewise.embedding.vectors import Vectors

MODEL = "mini"


class FakeVectorStore:
    """A vector store in memory: chunk id to its number of windows and first line."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, int]] = {}
        self.before_adding: Callable[[], None] = lambda: None

    def add(self, model: str, items: Sequence[tuple[Chunk, Vectors]]) -> None:
        self.before_adding()
        self.kept |= {chunk.id: (len(vectors), chunk.first_line) for chunk, vectors in items}

    def update_metadata(self, model: str, chunks: Sequence[tuple[Chunk, int]]) -> None:
        self.before_adding()
        self.kept |= {chunk.id: (windows, chunk.first_line) for chunk, windows in chunks}

    def remove(self, model: str, gone: Sequence[tuple[str, int]]) -> None:
        for chunk_id, _ in gone:
            self.kept.pop(chunk_id, None)


class MortalEmbedder(Embedder):
    """Embeds in a real process that crashes on some texts."""

    def __init__(self, *, always_dies: bool = False) -> None:
        self.calls: list[list[str]] = []
        self._worker = Worker("mortal_service:MortalService", {"always_dies": always_dies}, "embedding")

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        self.calls.append([text.text for text in texts])
        return [np.array([[length, 1.0]], np.float32) for length in self._worker.call("embed", self.calls[-1])]


class InstantEmbedder(Embedder):
    """Embeds in no time."""

    def __init__(self, on_text: Callable[[EmbeddingText], object] = lambda text: None) -> None:
        self._on_text = on_text

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        for text in texts:
            self._on_text(text)
        return [np.ones((1, 2), np.float32) for _ in texts]


class VectorizerFixture:
    """A catalog with chunks, and a vectorizer with its dependencies."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "catalog.sqlite")
        self.cache = EmbeddingCache(root / "cache.sqlite")
        self.store = FakeVectorStore()

    def put(self, texts: Sequence[str], path: str = "a.py", first_line: int = 1) -> list[Chunk]:
        chunks = [
            Chunk(f"{path}:{n}:{text[:40]}", path, first_line + n, first_line + n, text, "python", n, len(texts))
            for n, text in enumerate(texts)
        ]
        self.catalog.replace_file(SourceFile(FileStamp(path, 1, first_line), "", "python", str(first_line)), chunks)
        return chunks

    def vectorizer(self, embedder: Embedder, batch: int = 8, throttle: Throttle | None = None) -> CodeVectorizer:
        return CodeVectorizer(
            self.catalog,
            self.store,
            self.cache,
            embedder,
            batch,
            throttle=throttle,  # type: ignore[arg-type]
        )

    def close(self) -> None:
        self.catalog.close()
        self.cache.close()


@pytest.fixture
def fixture(tmp_path: Path) -> Iterator[VectorizerFixture]:
    fixture = VectorizerFixture(tmp_path)
    yield fixture
    fixture.close()


@pytest.fixture
def mortal() -> Iterator[MortalEmbedder]:
    embedder = MortalEmbedder()
    yield embedder
    embedder.close()


# --- crashes ----------------------------------------------------------------------------------------------


def test_a_text_that_crashes_the_process_twice_is_isolated_and_all_others_are_embedded(
    fixture: VectorizerFixture, mortal: MortalEmbedder
) -> None:
    chunks = fixture.put(["one", "two", "three", POISON])
    assert fixture.vectorizer(mortal).embed_pending(MODEL) == VectorCount(embedded=3, failed=1)
    counts = fixture.catalog.counts(MODEL)
    assert (counts.embedded, counts.failed, counts.pending) == (3, 1, 0)
    assert set(fixture.store.kept) == {chunk.id for chunk in chunks[:3]}
    [(failed, reason)] = fixture.catalog.vectors.failed(MODEL, 9)
    assert failed == chunks[3]
    assert "stopped unexpectedly" in reason
    assert mortal.calls.count([POISON]) == 2


def test_a_failed_text_is_not_retried_before_its_vectors_are_forgotten(
    fixture: VectorizerFixture, mortal: MortalEmbedder
) -> None:
    fixture.put(["harmless", POISON])
    vectorizer = fixture.vectorizer(mortal)
    vectorizer.embed_pending(MODEL)
    calls = len(mortal.calls)
    assert vectorizer.embed_pending(MODEL) == VectorCount()
    assert len(mortal.calls) == calls
    fixture.catalog.vectors.forget(MODEL)
    assert vectorizer.embed_pending(MODEL) == VectorCount(reused=1, failed=1)


def test_a_process_that_is_killed_from_outside_marks_no_text_as_failed(fixture: VectorizerFixture) -> None:
    fixture.put(["one", "two"])
    deaths = iter([WorkerDiedError("The embedding process stopped unexpectedly (exit -9).")])

    def die_once(text: EmbeddingText) -> None:
        for death in deaths:
            raise death

    assert fixture.vectorizer(InstantEmbedder(die_once)).embed_pending(MODEL) == VectorCount(embedded=2)


def test_a_process_that_crashes_on_every_text_marks_no_text_as_failed(fixture: VectorizerFixture) -> None:
    fixture.put(["one", "two"])
    embedder = MortalEmbedder(always_dies=True)
    try:
        with pytest.raises(WorkerDiedError):
            fixture.vectorizer(embedder).embed_pending(MODEL)
    finally:
        embedder.close()
    counts = fixture.catalog.counts(MODEL)
    assert (counts.failed, counts.pending) == (0, 2)


def test_a_process_that_cannot_be_started_marks_no_text_as_failed(fixture: VectorizerFixture) -> None:
    fixture.put(["one"])

    def refuse(text: EmbeddingText) -> None:
        raise WorkerError("The embedding process cannot be started: no memory.")

    with pytest.raises(WorkerError, match="cannot be started"):
        fixture.vectorizer(InstantEmbedder(refuse)).embed_pending(MODEL)
    assert fixture.catalog.counts(MODEL).pending == 1


def test_vectors_left_by_a_crash_are_within_the_bounds_of_the_catalog(fixture: VectorizerFixture) -> None:
    fixture.put([f"text {n}" for n in range(4)])
    added = count()

    def crash() -> None:
        if next(added) == 1:
            raise KeyboardInterrupt

    fixture.store.before_adding = crash
    with pytest.raises(KeyboardInterrupt):
        fixture.vectorizer(InstantEmbedder(), batch=2).embed_pending(MODEL)
    assert fixture.catalog.vectors.bounds(MODEL) == (2, 4)
    fixture.store.before_adding = lambda: None
    fixture.vectorizer(InstantEmbedder()).embed_pending(MODEL)
    assert fixture.catalog.vectors.bounds(MODEL) == (4, 4)


def test_a_chunk_removed_after_a_crash_removes_the_vectors_that_may_exist(fixture: VectorizerFixture) -> None:
    fixture.put(["text"])

    def crash() -> None:
        raise KeyboardInterrupt

    fixture.store.before_adding = crash
    with pytest.raises(KeyboardInterrupt):
        fixture.vectorizer(InstantEmbedder()).embed_pending(MODEL)
    fixture.catalog.remove_files(["a.py"])
    assert len(fixture.catalog.vectors.to_remove(MODEL, 9)) == 1


# --- changes during embedding -----------------------------------------------------------------------------


def test_a_chunk_that_moves_while_it_is_embedded_gets_its_new_location(fixture: VectorizerFixture) -> None:
    [chunk] = fixture.put(["text"])
    fixture.store.before_adding = lambda: fixture.put(["text"], first_line=8) and None
    vectorizer = fixture.vectorizer(InstantEmbedder())
    vectorizer.embed_pending(MODEL)
    assert fixture.store.kept[chunk.id] == (1, 1)
    fixture.store.before_adding = lambda: None
    vectorizer.settle(MODEL)
    assert fixture.store.kept[chunk.id] == (1, 8)


def test_a_chunk_that_moves_while_its_location_is_stored_is_stored_again(fixture: VectorizerFixture) -> None:
    [chunk] = fixture.put(["text"])
    vectorizer = fixture.vectorizer(InstantEmbedder())
    vectorizer.embed_pending(MODEL)
    fixture.put(["text"], first_line=5)
    lines = iter([7, 9, 9])
    fixture.store.before_adding = lambda: fixture.put(["text"], first_line=next(lines)) and None
    vectorizer.settle(MODEL)
    assert fixture.store.kept[chunk.id] == (1, 9)
    assert vectorizer.is_settled(MODEL)


def test_a_chunk_that_vanishes_while_it_is_embedded_leaves_nothing(fixture: VectorizerFixture) -> None:
    fixture.put(["text"])
    fixture.store.before_adding = lambda: fixture.catalog.remove_files(["a.py"])
    vectorizer = fixture.vectorizer(InstantEmbedder())
    vectorizer.embed_pending(MODEL)
    vectorizer.settle(MODEL)
    assert fixture.store.kept == {}
    assert fixture.catalog.vectors.bounds(MODEL) == (0, 0)


# --- order and throttling ---------------------------------------------------------------------------------


def test_urgent_chunks_are_embedded_before_shorter_ones(fixture: VectorizerFixture) -> None:
    texts = ["x" * (n + 1) for n in range(40)]
    chunks = fixture.put(texts)
    seen: list[str] = []
    embedder = InstantEmbedder(lambda text: seen.append(text.text))
    fixture.vectorizer(embedder).embed_pending(MODEL, [chunks[30].id, chunks[20].id])
    assert set(seen[:2]) == {texts[20], texts[30]}
    assert sorted(seen) == sorted(texts)


def test_on_battery_files_wait_and_questions_do_not(fixture: VectorizerFixture) -> None:
    chunks = fixture.put(["one", "two"])
    cancelled = threading.Event()
    reported: list[tuple[int, int]] = []

    def progress(now: IndexProgress) -> None:
        reported.append((now.done, now.total))
        cancelled.set()

    throttle = Throttle(lambda: Settings(embedding_on_battery="pause"), lambda: MachineState(on_battery=True))
    vectorizer = fixture.vectorizer(InstantEmbedder(), throttle=throttle)
    with pytest.raises(CancelledError):
        vectorizer.embed_pending(MODEL, context=WorkContext(progress, cancelled))
    assert reported == [(0, 2)], "reported when the wait began"
    assert vectorizer.embed_and_store(MODEL, chunks[:1]) == VectorCount(embedded=1)


def test_restoring_uses_the_cache_only(fixture: VectorizerFixture) -> None:
    chunks = fixture.put(["known", "unknown"])
    fixture.vectorizer(InstantEmbedder()).embed_and_store(MODEL, chunks[:1])
    fixture.catalog.vectors.forget(MODEL)
    assert fixture.vectorizer(InstantEmbedder(pytest.fail)).restore(MODEL) == 1
    assert fixture.catalog.counts(MODEL).embedded == 1


# --- progress ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overhead", [0, 200])
@pytest.mark.parametrize("order", ["mixed", "short first", "long first"])
def test_the_time_left_is_right_within_a_factor_of_two_after_a_twentieth(
    fixture: VectorizerFixture, order: str, overhead: int
) -> None:
    chance = random.Random(5)
    lengths = [min(6000, max(10, int(chance.lognormvariate(6.2, 1.1)))) for _ in range(800)]
    if order != "mixed":
        lengths.sort(reverse=order == "long first")
    fixture.put([f"{n} ".ljust(length, "x") for n, length in enumerate(lengths)])
    clock, time_left, estimates = 0.0, TimeLeft(), []

    def work(text: EmbeddingText) -> None:
        nonlocal clock
        clock += (overhead + len(text.text)) / 5_000

    def progress(now: IndexProgress) -> None:
        time_left.record(clock, now.done, now.total)
        estimates.append((now.done / now.total, clock, time_left.seconds))

    time_left.record(0.0, 0, len(lengths))
    fixture.vectorizer(InstantEmbedder(work), batch=32).embed_pending(MODEL, context=WorkContext(progress))
    judged = [(clock - then, left) for share, then, left in estimates if 0.05 <= share <= 0.95]
    assert len(judged) > 15
    for truth, left in judged:
        assert left is not None
        assert truth / 2 <= left <= truth * 2


def test_progress_includes_added_chunks_and_ends_with_all(fixture: VectorizerFixture) -> None:
    fixture.put([f"text {n}" for n in range(20)])
    reported: list[tuple[int, int]] = []

    def progress(now: IndexProgress) -> None:
        if not reported:
            fixture.put([f"more {n}" for n in range(5)], "b.py")
        reported.append((now.done, now.total))

    fixture.vectorizer(InstantEmbedder()).embed_pending(MODEL, context=WorkContext(progress))
    assert reported[-1] == (25, 25)
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)

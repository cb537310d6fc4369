"""File summaries: their content, when they are embedded again, and ranking by them before chunks are embedded."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.domain.work_context import WorkContext
from sourcewise.embedding import EmbeddingText
from sourcewise.errors import CancelledError, WorkerDiedError
from sourcewise.indexing.cached_embedder import embed_each
from sourcewise.indexing.file_summaries import FileSummaries, file_summary
from sourcewise.retrieval.retriever import Retriever
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sourcewise.domain.code import Chunk
    from sourcewise.domain.index_state import IndexProgress
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.storage.vector_search import Hits, Vector

MODEL = "hashing"
POISON = "poison"


class CrashingEmbedder(HashingEmbedder):
    """Crashes on one word."""

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        if any(POISON in text.text for text in texts):
            raise WorkerDiedError("The process died.", "Try again.")
        return super().embed_texts(model, texts)


class NoVectors:
    """An empty vector store that must not be searched."""

    def search(self, model: str, vector: Vector, limit: int, chunk_ids: Sequence[str] | None = None) -> Hits:
        raise AssertionError

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        raise AssertionError


class SummaryFixture:
    """A catalog of files, and their summaries."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "catalog.sqlite")
        self.cache = EmbeddingCache(root / "cache.sqlite")
        self.embedder = CrashingEmbedder()
        self.summaries = FileSummaries(self.catalog, self.cache, self.embedder)

    def write(self, path: str, text: str) -> None:
        file = SourceFile(FileStamp(path, len(text), 1), text, "python", str(hash(text)))
        self.catalog.replace_file(file, SmartCodeChunker().chunk_with_context(file))

    def embed(self) -> list[str]:
        """Return the texts that the model embedded."""
        before = len(self.embedder.embedded)
        self.summaries.embed_pending(MODEL)
        return self.embedder.embedded[before:]

    def nearness(self, question: str, *paths: str) -> dict[str, float]:
        return self.catalog.file_summaries.cosines(MODEL, self.embedder.embed_question(MODEL, question), paths)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[SummaryFixture]:
    folder = SummaryFixture(tmp_path)
    yield folder
    folder.catalog.close()
    folder.cache.close()


def cut(text: str) -> tuple[Chunk, ...]:
    return SmartCodeChunker().chunk_with_context(SourceFile(FileStamp("a.py", 1, 1), text, "python", ""))


# --- content ----------------------------------------------------------------------------------------------


def test_a_summary_contains_the_files_beginning_and_its_definitions() -> None:
    summary = file_summary(cut('"""Sends mail."""\n\nclass Sender:\n    def send(self):\n        pass\n'))
    assert summary.startswith('"""Sends mail."""')
    assert summary.endswith("Sender, Sender.send")


def test_a_summary_has_as_many_names_as_fit_its_limit() -> None:
    summary = file_summary(cut("".join(f"def name_of_number_{n}():\n    pass\n\n\n" for n in range(400))))
    assert "name_of_number_0" in summary
    assert "name_of_number_399" not in summary
    assert estimate_tokens(summary) <= 256


def test_an_empty_file_has_an_empty_summary() -> None:
    assert not file_summary(())


# --- updates ----------------------------------------------------------------------------------------------


def test_summaries_distinguish_files_by_topic(folder: SummaryFixture) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.write("disk.py", "def write(): pass\n")
    folder.embed()
    near = folder.nearness("send", "mail.py", "disk.py", "unknown.py")
    assert near.keys() == {"mail.py", "disk.py"}
    assert near["mail.py"] > near["disk.py"]


def test_only_changed_summaries_are_embedded_again(folder: SummaryFixture) -> None:
    body = "".join(f"    step_{n} = {n}\n" for n in range(40))
    folder.write("mail.py", f"def send():\n{body}    return 1\n")
    folder.write("disk.py", "def write(): pass\n")
    assert len(folder.embed()) == 2
    assert folder.embed() == []
    folder.write("mail.py", f"def send():\n{body}    return 2\n")
    assert folder.embed() == [], "its body changed, but neither its beginning nor its names"
    folder.write("mail.py", f"def send():\n{body}    return 2\n\n\ndef receive(): pass\n")
    [embedded] = folder.embed()
    assert "receive" in embedded


def test_a_summary_is_embedded_again_if_the_same_content_has_other_chunks(folder: SummaryFixture) -> None:
    file = SourceFile(FileStamp("mail.py", 1, 1), "def send(): pass\n", "python", "digest")
    named = SmartCodeChunker().chunk_with_context(file)
    unnamed = [replace(chunk, definitions=()) for chunk in named]
    folder.catalog.replace_file(file, unnamed)
    assert folder.embed() == ["def send(): pass"]
    for chunks, embedded in ((unnamed, []), (named, ["def send(): pass\nsend"]), (named, [])):
        folder.catalog.replace_file(file, chunks)
        assert folder.embed() == embedded


def test_a_moved_file_keeps_its_vector(folder: SummaryFixture) -> None:
    folder.write("old.py", "def send(): pass\n")
    folder.embed()
    folder.catalog.remove_files(["old.py"])
    folder.write("new.py", "def send(): pass\n")
    assert folder.embed() == []
    assert folder.nearness("send", "old.py", "new.py").keys() == {"new.py"}


def test_a_changed_file_keeps_its_old_vector_until_it_is_embedded(folder: SummaryFixture) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.embed()
    folder.write("mail.py", "def receive(): pass\n")
    assert folder.nearness("send", "mail.py")["mail.py"] > 0.5


def test_an_empty_file_is_processed_once(folder: SummaryFixture) -> None:
    folder.write("empty.py", "")
    assert folder.embed() == []
    assert folder.catalog.file_summaries.due(MODEL, 9) == []
    assert folder.nearness("anything", "empty.py") == {}


def test_a_text_that_crashes_the_model_affects_only_its_own_file(folder: SummaryFixture) -> None:
    folder.write("good.py", "def send(): pass\n")
    folder.write("bad.py", f"def {POISON}(): pass\n")
    folder.embed()
    assert folder.nearness("send", "good.py", "bad.py").keys() == {"good.py"}
    assert folder.catalog.file_summaries.due(MODEL, 9) == [], "nor is it tried for ever"


def test_a_model_that_crashes_on_every_text_marks_no_text_as_failed() -> None:
    class Dead(HashingEmbedder):
        def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
            raise WorkerDiedError("The process died.", "Try again.")

    assert embed_each(Dead(), MODEL, []) == []
    with pytest.raises(WorkerDiedError):
        embed_each(Dead(), MODEL, [EmbeddingText("anything")])


def test_cancelled_work_resumes_where_it_stopped(folder: SummaryFixture) -> None:
    for number in range(20):
        folder.write(f"{number}.py", f"def function_{number}(): pass\n")
    stop = threading.Event()
    reported: list[tuple[int, int]] = []

    def report(progress: IndexProgress) -> None:
        reported.append((progress.done, progress.total))
        stop.set()

    with pytest.raises(CancelledError):
        folder.summaries.embed_pending(MODEL, WorkContext(report, stop))
    assert reported == [(8, 20)]
    assert len(folder.embed()) == 12


def test_the_vectors_of_other_models_are_removed_once_one_is_complete(folder: SummaryFixture) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.embed()
    folder.summaries.embed_pending("other")
    folder.catalog.file_summaries.forget_others("other")
    assert not folder.catalog.file_summaries.exist(MODEL)
    assert folder.catalog.file_summaries.exist("other")


def test_a_read_only_catalog_of_an_older_version_is_searched_without_summaries(
    folder: SummaryFixture, tmp_path: Path
) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.catalog.close()
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as connection:
        connection.execute("DROP TABLE synopses")
    with closing(Catalog(tmp_path / "catalog.sqlite", read_only=True)) as old:
        assert not old.file_summaries.exist(MODEL)
        assert old.file_summaries.cosines(MODEL, np.ones(2, np.float32), ["mail.py"]) == {}
        assert Retriever(old, NoVectors(), folder.embedder).search(SearchRequest("send", 3), MODEL).passages


# --- serving ----------------------------------------------------------------------------------------------


def test_summaries_rank_files_before_any_chunk_is_embedded(folder: SummaryFixture) -> None:
    body = "".join(f"    step_{n} = value + {n}\n" for n in range(4))
    folder.write("a.py", f"def handle(value):\n    # mail\n{body}\n\ndef other(): pass\n")
    folder.write("b.py", f"def handle(value):\n    # mail\n{body}\n\ndef deliver_letters(): pass\n")
    retriever = Retriever(folder.catalog, NoVectors(), folder.embedder)
    assert [p.chunk.path for p in retriever.search(SearchRequest("mail", 2), MODEL).passages] == ["a.py", "b.py"]
    folder.embed()
    folder.embedder.embed_question = lambda model, question: _unit_of(folder, "b.py")  # type: ignore[method-assign]
    found = retriever.search(SearchRequest("mail", 2), MODEL)
    assert [p.chunk.path for p in found.passages] == ["b.py", "a.py"]
    assert found.mode is SearchMode.KEYWORD
    assert any("file summary" in reason for reason in found.passages[0].reasons)


def _unit_of(folder: SummaryFixture, path: str) -> Vectors:
    """Return the vector of a file's summary, as that of a question about exactly that."""
    [vectors] = folder.embedder.embed_texts(MODEL, [EmbeddingText(file_summary(folder.catalog.chunks_of(path)))])
    mean: Vectors = vectors.mean(axis=0)
    unit: Vectors = mean / np.linalg.norm(mean)
    return unit

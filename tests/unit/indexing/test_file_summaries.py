"""What files are about: what is taken from them, when it is embedded again, and that it serves before all else."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hashing_embedder import HashingEmbedder

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.embedding import EmbeddingText
from sourcewise.errors import CancelledError, WorkerDiedError
from sourcewise.indexing.cached_embedder import embed_each
from sourcewise.indexing.file_summaries import FileSummaries, synopsis
from sourcewise.retrieval.retriever import Retriever
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.text.tokens import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sourcewise.domain.code import Chunk
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.storage.vector_search import Hits, Vector

MODEL = "hashing"
POISON = "poison"


class FrailEmbedder(HashingEmbedder):
    """Dies of one word."""

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        if any(POISON in text.text for text in texts):
            raise WorkerDiedError("The process died.", "Try again.")
        return super().embed_texts(model, texts)


class NoVectors:
    """A vector store with nothing in it that must not be asked."""

    def search(self, model: str, vector: Vector, limit: int, within: Sequence[str] | None = None) -> Hits:
        raise AssertionError

    def neighbours(self, model: str, chunk_id: str, limit: int) -> Hits:
        raise AssertionError


class Folder:
    """A catalog of texts, and their synopses."""

    def __init__(self, root: Path) -> None:
        self.catalog = Catalog(root / "catalog.sqlite")
        self.cache = EmbeddingCache(root / "cache.sqlite")
        self.embedder = FrailEmbedder()
        self.synopses = FileSummaries(self.catalog, self.cache, self.embedder)

    def write(self, path: str, text: str) -> None:
        file = SourceFile(FileStamp(path, len(text), 1), text, "python", str(hash(text)))
        self.catalog.replace_file(file, SmartCodeChunker().chunk_with_context(file))

    def embed(self) -> list[str]:
        """Return what went through the model."""
        before = len(self.embedder.embedded)
        self.synopses.embed_pending(MODEL)
        return self.embedder.embedded[before:]

    def nearness(self, question: str, *paths: str) -> dict[str, float]:
        return self.catalog.synopses.cosines(MODEL, self.embedder.embed_question(MODEL, question), paths)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    folder = Folder(tmp_path)
    yield folder
    folder.catalog.close()
    folder.cache.close()


def cut(text: str) -> tuple[Chunk, ...]:
    return SmartCodeChunker().chunk_with_context(SourceFile(FileStamp("a.py", 1, 1), text, "python", ""))


# --- what it says -----------------------------------------------------------------------------------------


def test_a_synopsis_is_how_a_file_begins_and_what_it_defines() -> None:
    said = synopsis(cut('"""Sends mail."""\n\nclass Sender:\n    def send(self):\n        pass\n'))
    assert said.startswith('"""Sends mail."""')
    assert said.endswith("Sender, Sender.send")


def test_of_many_names_as_many_are_taken_as_a_model_can_read() -> None:
    said = synopsis(cut("".join(f"def name_of_number_{n}():\n    pass\n\n\n" for n in range(400))))
    assert "name_of_number_0" in said
    assert "name_of_number_399" not in said
    assert estimate_tokens(said) <= 256


def test_a_file_without_anything_in_it_says_nothing() -> None:
    assert not synopsis(())


# --- keeping it true --------------------------------------------------------------------------------------


def test_files_are_told_apart_by_what_they_are_about(folder: Folder) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.write("disk.py", "def write(): pass\n")
    folder.embed()
    near = folder.nearness("send", "mail.py", "disk.py", "unknown.py")
    assert near.keys() == {"mail.py", "disk.py"}
    assert near["mail.py"] > near["disk.py"]


def test_only_what_says_something_else_is_embedded_again(folder: Folder) -> None:
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


def test_a_moved_file_keeps_its_vector(folder: Folder) -> None:
    folder.write("old.py", "def send(): pass\n")
    folder.embed()
    folder.catalog.remove_files(["old.py"])
    folder.write("new.py", "def send(): pass\n")
    assert folder.embed() == []
    assert folder.nearness("send", "old.py", "new.py").keys() == {"new.py"}


def test_while_a_file_is_not_embedded_anew_its_old_vector_serves(folder: Folder) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.embed()
    folder.write("mail.py", "def receive(): pass\n")
    assert folder.nearness("send", "mail.py")["mail.py"] > 0.5


def test_an_empty_file_is_asked_about_once(folder: Folder) -> None:
    folder.write("empty.py", "")
    assert folder.embed() == []
    assert folder.catalog.synopses.due(MODEL, 9) == []
    assert folder.nearness("anything", "empty.py") == {}


def test_a_text_that_kills_the_model_costs_only_its_own_file(folder: Folder) -> None:
    folder.write("good.py", "def send(): pass\n")
    folder.write("bad.py", f"def {POISON}(): pass\n")
    folder.embed()
    assert folder.nearness("send", "good.py", "bad.py").keys() == {"good.py"}
    assert folder.catalog.synopses.due(MODEL, 9) == [], "nor is it tried for ever"


def test_a_model_that_dies_of_everything_is_no_fault_of_a_text() -> None:
    class Dead(HashingEmbedder):
        def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
            raise WorkerDiedError("The process died.", "Try again.")

    assert embed_each(Dead(), MODEL, []) == []
    with pytest.raises(WorkerDiedError):
        embed_each(Dead(), MODEL, [EmbeddingText("anything")])


def test_it_stops_when_told_to_and_goes_on_from_there(folder: Folder) -> None:
    for number in range(20):
        folder.write(f"{number}.py", f"def function_{number}(): pass\n")
    stop = threading.Event()
    told: list[tuple[int, int]] = []

    def hear(done: int, total: int) -> None:
        told.append((done, total))
        stop.set()

    with pytest.raises(CancelledError):
        folder.synopses.embed_pending(MODEL, hear, stop)
    assert told == [(8, 20)]
    assert len(folder.embed()) == 12


def test_the_vectors_of_other_models_go_when_one_is_complete(folder: Folder) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.embed()
    folder.synopses.embed_pending("other")
    folder.catalog.synopses.forget_others("other")
    assert not folder.catalog.synopses.exist(MODEL)
    assert folder.catalog.synopses.exist("other")


def test_an_old_catalog_that_may_only_be_read_is_searched_without_synopses(folder: Folder, tmp_path: Path) -> None:
    folder.write("mail.py", "def send(): pass\n")
    folder.catalog.close()
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as connection:
        connection.execute("DROP TABLE synopses")
    with closing(Catalog(tmp_path / "catalog.sqlite", read_only=True)) as old:
        assert not old.synopses.exist(MODEL)
        assert old.synopses.cosines(MODEL, np.ones(2, np.float32), ["mail.py"]) == {}
        assert Retriever(old, NoVectors(), folder.embedder).search(SearchRequest("send", 3), MODEL).passages


# --- serving ----------------------------------------------------------------------------------------------


def test_what_files_are_about_ranks_before_any_chunk_is_embedded(folder: Folder) -> None:
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
    assert any("what the file is about" in reason for reason in found.passages[0].reasons)


def _unit_of(folder: Folder, path: str) -> Vectors:
    """Return the vector of what a file is about: a question that means just that."""
    [vectors] = folder.embedder.embed_texts(MODEL, [EmbeddingText(synopsis(folder.catalog.chunks_of(path)))])
    mean: Vectors = vectors.mean(axis=0)
    unit: Vectors = mean / np.linalg.norm(mean)
    return unit

"""A folder's index as a whole, with the real catalog, chunker, miner and Chroma; only the embedding model is fake."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from git_repository import git
from hashing_embedder import HashingEmbedder

from sourcewise.answering.index_knowledge import IndexKnowledge
from sourcewise.answering.query_engine import CodeQueryEngine
from sourcewise.chunking.code_at_cursor import Document, Excerpts
from sourcewise.domain.answer import AnswerReady, CitationState
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.search import Query, Scope, SearchMode, SearchRequest, Turn
from sourcewise.domain.work_context import WorkContext
from sourcewise.errors import CancelledError, CatalogCorruptError, QuestionError, StorageError
from sourcewise.folder_index.index import IndexServices
from sourcewise.folder_index.writable_index import WritableIndex
from sourcewise.indexing.throttle import MachineState, Throttle
from sourcewise.llm.sources_only import SourcesOnlyGenerator
from sourcewise.paths import DataPaths
from sourcewise.processes.lock import claim
from sourcewise.retrieval.follow_up_context import search_request
from sourcewise.settings import Settings
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.storage.vector_store import VectorStores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.answering.index_knowledge import TextOf
    from sourcewise.domain.answer import Answer
    from sourcewise.domain.search import SearchResult
    from sourcewise.llm.generator import Generator

MODEL = "hashing"


@dataclass
class IndexFixture:
    """A folder, the location of its data, and its open index."""

    folder: Path
    data: DataPaths
    embedder: HashingEmbedder
    stores: VectorStores
    model: str = MODEL
    settings: Settings = field(default_factory=Settings)
    index: WritableIndex | None = None

    def open(self) -> WritableIndex:
        self.close()
        paths = self.data.index_of(self.folder)
        self.ownership = claim(paths.lock)
        assert self.ownership is not None
        self.index = WritableIndex(self.folder, paths, self.shared(self.model))
        return self.index

    def shared(self, model: str) -> IndexServices:
        cache = EmbeddingCache(self.data.embedding_cache)
        return IndexServices(
            settings=lambda: self.settings,
            model=model,
            embedder=self.embedder,
            stores=self.stores,
            throttle=Throttle(lambda: self.settings, MachineState),
            cache=cache,
            fetch_model=lambda *_: None,
        )

    def close(self) -> None:
        if self.index is not None:
            self.index.close()
            self.ownership.release()
            self.index = None

    def refresh(self) -> WritableIndex:
        """Open and update the index, as a command does."""
        index = self.open()
        index.update()
        index.embed()
        return index


async def answered(index: WritableIndex, open_text_of: TextOf | None = None) -> Answer:
    """Return the answer to a question, without a language model."""

    async def no_model() -> tuple[Generator, Sequence[str]]:
        return SourcesOnlyGenerator(), ()

    knowledge = IndexKnowledge(index, open_text_of)
    engine = CodeQueryEngine(knowledge, knowledge.text_of, no_model, lambda _destination: False, 8)
    last = [event async for event in engine.ask(Query("where is the network send"))][-1]
    assert isinstance(last, AnswerReady)
    return last.answer


@pytest.fixture(scope="module")
def stores() -> Iterator[VectorStores]:
    stores = VectorStores()
    yield stores
    stores.close()


@pytest.fixture
def fixture(tmp_path: Path, stores: VectorStores) -> Iterator[IndexFixture]:
    folder = tmp_path / "project"
    folder.mkdir()
    for name, verb in (("disk", "write"), ("network", "send"), ("screen", "draw")):
        steps = [f"    step_{step} = {name}.{verb}(value, offset={step})\n" for step in range(12)]
        functions = [f"def {verb}_{n}(value):\n{''.join(steps)}    return step_{n}\n\n\n" for n in range(3)]
        (folder / f"{name}.py").write_text("".join(functions))
    fixture = IndexFixture(folder, DataPaths(tmp_path / "data"), HashingEmbedder(), stores)
    yield fixture
    fixture.close()


def found(result: SearchResult) -> list[tuple[str, int, int]]:
    return [(p.chunk.path, p.chunk.first_line, p.chunk.last_line) for p in result.passages]


def test_a_second_run_embeds_nothing_and_reads_nothing(fixture: IndexFixture) -> None:
    fixture.refresh()
    embedded = len(fixture.embedder.embedded)
    report = fixture.open().update()
    assert (report.added, report.changed, report.unchanged) == (0, 0, 3)
    assert fixture.index is not None
    assert fixture.index.embed().embedded == 0
    assert len(fixture.embedder.embedded) == embedded > 0


def test_a_search_result_states_whether_the_folder_was_fully_scanned(fixture: IndexFixture) -> None:
    index, cancelled = fixture.open(), threading.Event()
    with pytest.raises(CancelledError):
        index.update(context=WorkContext(lambda progress: cancelled.set() if progress.done else None, cancelled))
    assert not index.search(SearchRequest("send", 3)).fully_scanned
    index.update()
    assert index.search(SearchRequest("send", 3)).fully_scanned


def test_keyword_search_works_before_anything_is_embedded(fixture: IndexFixture) -> None:
    index = fixture.open()
    index.update()
    result = index.search(SearchRequest("where is send called on the network", 3))
    assert result.mode is SearchMode.KEYWORD
    assert result.passages[0].chunk.path == "network.py"
    assert result.passages[0].similarity is None


@pytest.mark.parametrize(
    ("question", "relevant"),
    [("How are values drawn while it is drawing on screens?", True), ("Who bakes bread at night?", False)],
)
def test_relevance_by_keywords_ignores_word_endings(fixture: IndexFixture, question: str, relevant: bool) -> None:
    index = fixture.open()
    index.update()
    assert index.search(SearchRequest(question, 3)).relevant is relevant


def test_vectors_are_used_once_they_exist(fixture: IndexFixture) -> None:
    result = fixture.refresh().search(SearchRequest("network send", 3))
    assert result.mode is SearchMode.HYBRID
    assert result.passages[0].chunk.path == "network.py"
    assert all(passage.similarity is not None for passage in result.passages)


def test_a_partly_embedded_folder_is_searched_by_keywords_and_vectors(fixture: IndexFixture) -> None:
    fixture.settings = Settings(embedding_batch=1)
    stop = threading.Event()
    index = fixture.open()
    index.update()
    with suppress(CancelledError):
        index.embed(index.keyword_candidates("network send", 1), context=WorkContext(lambda _: stop.set(), stop))
    result = index.search(SearchRequest("where does it draw or write or send", 20))
    assert result.mode is SearchMode.HYBRID
    assert result.embedded == 1 < result.chunks
    assert {passage.chunk.path for passage in result.passages} == {"disk.py", "network.py", "screen.py"}
    assert [passage.similarity is not None for passage in result.passages].count(True) == 1


def test_a_one_line_edit_embeds_two_chunks_at_most(fixture: IndexFixture) -> None:
    fixture.refresh()
    before = len(fixture.embedder.embedded)
    file = fixture.folder / "disk.py"
    file.write_text(file.read_text().replace("write_1(value)", "write_1(number)"))
    fixture.refresh()
    assert 1 <= len(fixture.embedder.embedded) - before <= 2


def test_moved_lines_embed_nothing_and_are_found_at_their_new_location(fixture: IndexFixture) -> None:
    fixture.refresh()
    before = set(fixture.embedder.embedded)
    file = fixture.folder / "disk.py"
    file.write_text("import network\n\n\n" + file.read_text())
    index = fixture.refresh()
    assert set(fixture.embedder.embedded) - before == {
        text for text in fixture.embedder.embedded if text.startswith("import network")
    }
    first = index.search(SearchRequest("write_2", 1)).passages[0].chunk
    assert "def write_2" in file.read_text().splitlines()[first.first_line - 1 : first.last_line][0]


def test_a_moved_file_embeds_nothing(fixture: IndexFixture) -> None:
    fixture.refresh()
    before = len(fixture.embedder.embedded)
    (fixture.folder / "io").mkdir()
    (fixture.folder / "disk.py").rename(fixture.folder / "io" / "disk.py")
    index = fixture.refresh()
    assert len(fixture.embedder.embedded) == before
    assert index.search(SearchRequest("write_1", 1)).passages[0].chunk.path == "io/disk.py"


def test_a_deleted_file_is_no_longer_found_and_leaves_no_vector(fixture: IndexFixture) -> None:
    fixture.refresh()
    (fixture.folder / "disk.py").unlink()
    index = fixture.refresh()
    assert all(passage.chunk.path != "disk.py" for passage in index.search(SearchRequest("disk write", 20)).passages)
    assert index.status().vectors == index._store.count(MODEL)


def test_a_deleted_vector_store_costs_no_embedding_and_no_result(fixture: IndexFixture) -> None:
    before = found(fixture.refresh().search(SearchRequest("disk write", 5)))
    embedded = len(fixture.embedder.embedded)
    fixture.close()
    shutil.rmtree(fixture.data.index_of(fixture.folder).vectors)
    index = fixture.open()
    index.update()
    assert index.embed().reused == index.status().chunks
    assert found(index.search(SearchRequest("disk write", 5))) == before
    assert len(fixture.embedder.embedded) == embedded


@pytest.mark.parametrize("damage", ["truncate", "garbage", "half"])
def test_a_damaged_vector_store_is_refilled_without_embedding(fixture: IndexFixture, damage: str) -> None:
    before = found(fixture.refresh().search(SearchRequest("disk write", 5)))
    embedded = len(fixture.embedder.embedded)
    fixture.close()
    vectors = fixture.data.index_of(fixture.folder).vectors
    for file in vectors.rglob("*"):
        if file.is_file() and (damage != "half" or file.suffix == ".bin"):
            file.write_bytes(b"" if damage == "truncate" else b"\x93garbage" * 1000)
    assert found(fixture.refresh().search(SearchRequest("disk write", 5))) == before
    assert len(fixture.embedder.embedded) == embedded


def test_damaged_vectors_are_restored_once_even_if_others_are_pending(fixture: IndexFixture) -> None:
    fixture.refresh()
    fixture.close()
    (fixture.data.index_of(fixture.folder).vectors / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    shutil.copy(fixture.folder / "disk.py", fixture.folder / "copy.py")
    index = fixture.refresh()
    assert (index.made.embedded, index.made.reused) == (0, index.status().chunks)


def test_a_corrupt_catalog_is_rebuilt_with_a_notice(fixture: IndexFixture) -> None:
    before = found(fixture.refresh().search(SearchRequest("disk write", 5)))
    embedded = len(fixture.embedder.embedded)
    fixture.close()
    fixture.data.index_of(fixture.folder).catalog.write_bytes(b"not a database" * 5000)
    index = fixture.refresh()
    assert "being rebuilt" in index.notice
    assert found(index.search(SearchRequest("disk write", 5))) == before
    assert len(fixture.embedder.embedded) == embedded


def test_a_catalog_found_damaged_in_use_is_rebuilt_by_the_next_run(fixture: IndexFixture) -> None:
    before = found(fixture.refresh().search(SearchRequest("disk write", 5)))
    embedded = len(fixture.embedder.embedded)
    fixture.close()
    catalog = fixture.data.index_of(fixture.folder).catalog
    pages = bytearray(catalog.read_bytes())
    pages[3 * 4096 :] = b"\xa5" * (len(pages) - 3 * 4096)
    catalog.write_bytes(pages)
    with suppress(CatalogCorruptError):
        fixture.refresh().search(SearchRequest("disk write", 5))
    index = fixture.refresh()
    assert found(index.search(SearchRequest("disk write", 5))) == before
    assert len(fixture.embedder.embedded) == embedded


def test_an_interrupted_run_is_resumed(fixture: IndexFixture) -> None:
    fixture.embedder.fail_after = 4
    index = fixture.open()
    index.update()
    with pytest.raises(KeyboardInterrupt):
        index.embed()
    fixture.embedder.fail_after = None
    index = fixture.refresh()
    status = index.status()
    assert status.embedded == status.chunks
    assert status.state == "ready"


def test_a_cancelled_run_keeps_what_it_stored(fixture: IndexFixture) -> None:
    index = fixture.open()
    stop = threading.Event()
    with pytest.raises(CancelledError):
        index.update(context=WorkContext(lambda progress: stop.set() if progress.done == 1 else None, stop))
    assert index.status().files == 1
    report = fixture.open().update()
    assert (report.added, report.unchanged) == (2, 1)


def test_another_chunk_size_cuts_every_file_again(fixture: IndexFixture) -> None:
    chunks = fixture.refresh().status().chunks
    fixture.settings = Settings(chunk_tokens=64, chunk_overlap=0)
    index = fixture.open()
    assert index.update().changed == 3
    assert index.status().chunks > chunks
    assert fixture.open().update().unchanged == 3


def test_other_settings_apply_to_an_open_index(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    before = index.status()
    fixture.settings = replace(fixture.settings, chunk_tokens=64, chunk_overlap=0)
    index.reconfigure(fixture.shared("another"))
    assert index.update().changed == 3
    assert index.status().chunks > before.chunks
    index.embed()
    status = index.status()
    assert (status.model, status.embedded) == ("another", status.chunks)


def test_a_rebuild_reads_every_file_and_fills_the_store_without_embedding(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    embedded = len(fixture.embedder.embedded)
    index.rebuild()
    report = index.update()
    assert (report.changed, report.unchanged) == (3, 0)
    assert index.update().unchanged == 3, "once is enough"
    assert index.embed().reused == index.status().chunks
    assert len(fixture.embedder.embedded) == embedded
    assert index.search(SearchRequest("network send", 3)).mode is SearchMode.HYBRID


def test_a_stopped_rebuild_is_resumed_after_a_restart(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    index.rebuild()
    stop = threading.Event()
    with pytest.raises(CancelledError):
        index.update(context=WorkContext(lambda _: stop.set(), stop))
    assert index.search(SearchRequest("network send", 3)).mode is SearchMode.HYBRID, "the old index is used until then"
    assert fixture.open().update().changed == 3


def test_an_index_that_was_never_built_is_missing(fixture: IndexFixture) -> None:
    assert fixture.open().status().state == "missing"


def test_another_model_gets_its_own_vectors_while_the_old_one_is_used(fixture: IndexFixture) -> None:
    fixture.refresh()
    fixture.model = "other"
    index = fixture.open()
    index.update()
    result = index.search(SearchRequest("disk write", 3))
    assert result.mode is SearchMode.HYBRID
    assert result.embedded == result.chunks
    index.embed()
    assert index.status().embedded == index.status().chunks
    assert index._store.count("other") == index.status().vectors
    assert index._catalog.vectors.models() == ["other"]


def test_a_data_folder_that_is_a_file_is_refused_with_a_hint(fixture: IndexFixture, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder must be")
    with pytest.raises(StorageError) as caught:
        replace(fixture, data=DataPaths(blocked)).open()
    assert caught.value.hint


async def test_an_answer_is_checked_against_the_current_file(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    (fixture.folder / "network.py").write_text("# rewritten\n")
    answer = await answered(index)
    states = {answer.sources[c.number - 1].passage.chunk.path: c.state for c in answer.citations}
    assert states["network.py"] is CitationState.CHANGED


async def test_a_source_replaced_by_a_link_to_the_same_text_is_gone(
    fixture: IndexFixture,
) -> None:
    fixture.folder.joinpath("sub").mkdir()
    fixture.folder.joinpath("network.py").rename(fixture.folder / "sub" / "network.py")
    index = fixture.refresh()
    fixture.folder.joinpath("sub").rename(fixture.folder.parent / "elsewhere")
    fixture.folder.joinpath("sub").symlink_to("../elsewhere")
    answer = await answered(index)
    states = {answer.sources[c.number - 1].passage.chunk.path: c.state for c in answer.citations}
    assert states["sub/network.py"] is CitationState.GONE
    assert index.text_of("../elsewhere/network.py") is None


def test_the_metadata_of_vectors_is_updated_with_moved_lines(fixture: IndexFixture) -> None:
    fixture.refresh()
    file = fixture.folder / "disk.py"
    file.write_text("import network\n\n\n" + file.read_text())
    index = fixture.refresh()
    index.close()
    fixture.index = None
    with sqlite3.connect(fixture.data.index_of(fixture.folder).vectors / "chroma.sqlite3") as database:
        rows = database.execute(
            "SELECT string_value, int_value, key FROM embedding_metadata WHERE id IN "
            "(SELECT id FROM embedding_metadata WHERE key = 'source_file' AND string_value = 'disk.py')"
        ).fetchall()
    starts = {number for _, number, key in rows if key == "start_line"}
    assert 1 in starts
    assert starts - {1}


def test_paths_narrow_keyword_and_vector_search(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    result = index.search(SearchRequest("where does it draw or write or send", 20, scope=Scope(("disk.py",))))
    assert result.mode is SearchMode.HYBRID
    assert {passage.chunk.path for passage in result.passages} == {"disk.py"}


def test_a_path_that_is_not_indexed_is_refused_with_a_hint(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    with pytest.raises(QuestionError, match=r"tape\.py") as caught:
        index.search(SearchRequest("write", 3, scope=Scope(("disk.py", "tape.py"))))
    assert caught.value.hint


def conversation_about(place: str, verb: str) -> tuple[Turn, ...]:
    return (Turn(f"How do I {verb} on the {place}?", f"Call `{verb}_1` for it [1].", (f"{verb}_1",)),)


@pytest.mark.parametrize("mode", SearchMode)
def test_a_follow_up_finds_the_topic_of_the_conversation(fixture: IndexFixture, mode: SearchMode) -> None:
    index = fixture.refresh()
    for place, verb in (("network", "send"), ("screen", "draw"), ("disk", "write")):
        result = index.search(search_request(Query("But why?", history=conversation_about(place, verb)), 1, mode))
        assert result.passages[0].chunk.path == f"{place}.py"
        assert result.relevant


@pytest.mark.parametrize("mode", SearchMode)
def test_a_new_topic_is_not_overridden_by_the_conversation(fixture: IndexFixture, mode: SearchMode) -> None:
    query = Query("And how do I draw on the screen?", history=conversation_about("network", "send"))
    assert fixture.refresh().search(search_request(query, 1, mode)).passages[0].chunk.path == "screen.py"


def test_the_conversation_does_not_make_an_unrelated_question_relevant(fixture: IndexFixture) -> None:
    index = fixture.open()
    index.update()
    assert not index.search(
        search_request(Query("Who bakes bread at night?", history=conversation_about("network", "send")), 3)
    ).relevant


def test_a_language_and_a_kind_narrow_keyword_and_vector_search(fixture: IndexFixture) -> None:
    (fixture.folder / "send.go").write_text(
        "package main\n\nfunc send_0(value int) int {\n\treturn network.send(value)\n}\n"
    )
    index = fixture.refresh()
    result = index.search(SearchRequest("send_0", 20, scope=Scope(languages=("Go",), kinds=("function",))))
    assert result.mode is SearchMode.HYBRID
    assert [passage.chunk.symbol for passage in result.passages] == ["send_0"]


def test_a_role_narrows_keyword_search_vector_search_and_unsaved_text(fixture: IndexFixture) -> None:
    (fixture.folder / "test_send.py").write_text("def test_send_0():\n    assert network.send(0)\n")
    index = fixture.refresh()
    tests = Scope(roles=("test",))
    result = index.search(SearchRequest("send_0", 20, scope=tests))
    assert result.mode is SearchMode.HYBRID
    assert [(passage.chunk.symbol, passage.role) for passage in result.passages] == [("test_send_0", FileRole.TEST)]
    typed = dict.fromkeys(("network.py", "test_send.py"), "def send_0_again():\n    return network.send(0)\n")
    unsaved = index.search(SearchRequest("send_0_again", 20, scope=tests, open_files=typed))
    assert {passage.chunk.path for passage in unsaved.passages} == {"test_send.py"}
    code = index.search(SearchRequest("send_0", 20, scope=Scope(roles=("code",))))
    assert code.passages
    assert {passage.role for passage in code.passages} == {FileRole.CODE}


def test_changed_files_narrow_keyword_search_vector_search_and_unsaved_text(fixture: IndexFixture) -> None:
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "work"]):
        git(fixture.folder, *command)
    (fixture.folder / "screen.py").write_text("def paint_value(canvas):\n    return canvas.draw(screen)\n")
    index = fixture.refresh()
    scope = Scope(changed_since="main")
    result = index.search(SearchRequest("where does it draw or write or send", 20, scope=scope))
    assert result.mode is SearchMode.HYBRID
    assert {passage.chunk.path for passage in result.passages} == {"screen.py"}

    open_files = {path: f"def unsaved_thing():\n    return '{path}'\n" for path in ("screen.py", "disk.py")}
    result = index.search(SearchRequest("unsaved_thing", 20, scope=scope, open_files=open_files))
    assert {passage.chunk.path for passage in result.passages} == {"screen.py"}
    result = index.search(replace(search_request(Query("unsaved_thing", scope), 20), open_files=open_files))
    assert {passage.chunk.path for passage in result.passages} == {"screen.py"}


def test_the_scope_applies_to_named_definitions_and_locations(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    question = "What is wrong with `write_1` at network.py:3?"
    assert {"disk.py", "network.py"} <= {
        passage.chunk.path for passage in index.search(SearchRequest(question, 20)).passages
    }
    inside = index.search(SearchRequest(question, 20, scope=Scope(("network.py", "screen.py")))).passages
    assert "disk.py" not in {passage.chunk.path for passage in inside}
    assert any("is named in the question" in reason for reason in inside[0].reasons)


def test_a_selection_is_the_first_source_and_is_not_repeated(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    selected = Excerpts(Document("disk.py", (fixture.folder / "disk.py").read_text())).named("write_1", 1)
    assert selected is not None
    result = index.search(search_request(Query("What does this do?", excerpt=selected), 5))
    first, *others = result.passages
    assert first.chunk == selected
    assert [passage.rank for passage in result.passages] == [1, 2, 3, 4, 5]
    assert all(not passage.chunk.overlaps(selected) for passage in others)


@pytest.mark.parametrize("embedded", [True, False])
def test_similar_code_is_found_by_vectors_or_else_by_keywords(fixture: IndexFixture, embedded: bool) -> None:
    index = fixture.refresh() if embedded else fixture.open()
    index.update()
    code = Excerpts(Document("disk.py", (fixture.folder / "disk.py").read_text())).named("write_1", 1)
    assert code is not None
    result = index.similar(code, 3)
    assert result.mode is (SearchMode.HYBRID if embedded else SearchMode.KEYWORD)
    assert result.passages[0].chunk.path == "disk.py"
    assert all(not passage.chunk.overlaps(code) for passage in result.passages)


async def test_a_citation_is_checked_against_the_unsaved_text(fixture: IndexFixture) -> None:
    index = fixture.refresh()
    open_text_of = {"network.py": "# being rewritten\n"}.get
    answer = await answered(index, open_text_of)
    states = {answer.sources[c.number - 1].passage.chunk.path: c.state for c in answer.citations}
    assert states["network.py"] is CitationState.CHANGED


def test_an_index_of_an_older_version_is_used_without_embedding(fixture: IndexFixture, tmp_path: Path) -> None:
    """The stored index was built from the files next to it by a version whose modules were not in packages yet."""
    stored = Path(__file__).parents[1] / "data" / "index_before_packages.zip"
    shutil.unpack_archive(stored, tmp_path / "stored")
    shutil.rmtree(fixture.folder)
    shutil.move(tmp_path / "stored" / "project", fixture.folder)
    shutil.copytree(tmp_path / "stored" / "index", fixture.data.index_of(fixture.folder).root)
    index = fixture.refresh()
    assert fixture.embedder.embedded == []
    assert (index.status().files, index.status().chunks, index.status().vectors) == (3, 3, 3)
    found = index.search(SearchRequest("send a request again", 3))
    assert found.mode is SearchMode.HYBRID
    assert found.passages[0].chunk.path == "network.py"

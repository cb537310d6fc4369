"""Search results with the unsaved text of open files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.search import Passage, SearchMode, SearchRequest, SearchResult
from sourcewise.retrieval.unsaved_files import UnsavedFiles
from sourcewise.storage.chunk_filter import ANY_CHUNK, ChunkFilter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.code import Chunk

SAVED = '''def send(request):
    """Send a request over the network."""
    return network.send(request)


def read(name):
    """Read a file of the disk."""
    return disk.read(name)
'''
PAINT = '''def paint(colour):
    """Fill the canvas with one colour."""
    return canvas.fill(colour)'''
QUESTION = "How is a request sent over the network?"


def unsaved(text: str) -> UnsavedFiles:
    return UnsavedFiles([SourceFile(FileStamp("io.py", 0, 0), text, "python", "")], 40, 0)


def result(chunks: Sequence[Chunk], *, relevant: bool = True) -> SearchResult:
    passages = tuple(
        Passage(chunk, rank, 1 / rank, 0.5, (f"similarity #{rank}",)) for rank, chunk in enumerate(chunks, 1)
    )
    return SearchResult(QUESTION, passages, SearchMode.HYBRID, len(chunks), len(chunks), relevant)


def merged(
    text: str,
    found: Sequence[Chunk] | None = None,
    *,
    top: int = 5,
    chunk_filter: ChunkFilter = ANY_CHUNK,
    relevant: bool = True,
) -> SearchResult:
    indexed = unsaved(SAVED).chunks
    chunks = list(indexed.values()) if found is None else found
    return unsaved(text).merged(
        result(chunks, relevant=relevant), SearchRequest(QUESTION, top), chunk_filter, indexed.keys()
    )


def places(found: SearchResult) -> list[tuple[str, int]]:
    return [(passage.chunk.symbol, passage.chunk.first_line) for passage in found.passages]


def test_unchanged_passages_stay() -> None:
    assert merged(SAVED) == result(list(unsaved(SAVED).chunks.values()))


def test_moved_passages_get_their_new_lines() -> None:
    send, between, read = SAVED.partition("\n\n\n")
    found = merged(f"{send}{between}{PAINT}{between}{read}")
    assert places(found) == [("send", 1), ("read", 11)]
    assert [passage.similarity for passage in found.passages] == [0.5, 0.5]


def test_a_rewritten_definition_replaces_the_indexed_one() -> None:
    found = merged(SAVED.replace("network.send(request)", "radio.transmit(request)"))
    assert places(found) == [("send", 1), ("read", 6)]
    first = found.passages[0]
    assert "radio.transmit" in first.chunk.text
    assert first.similarity is None, "the vector belongs to the saved text"
    assert first.reasons == ("similarity #1", "has unsaved changes")


def test_deleted_passages_are_dropped() -> None:
    assert places(merged(SAVED.partition("\n\n\n")[2])) == [("read", 1)]


def test_new_code_ranks_before_passages_with_fewer_keywords() -> None:
    new = 'def resend(request, network):\n    """Send a request over the network again."""\n    return send(request)\n'
    found = merged(f"{SAVED}\n\n{new}")
    assert {symbol for symbol, _ in places(found)} == {"send", "read", "resend"}
    assert places(found).index(("resend", 11)) < places(found).index(("read", 6))
    assert [passage.rank for passage in found.passages] == [1, 2, 3]


def test_new_code_without_keywords_is_left_out() -> None:
    assert places(merged(f"{SAVED}\n\n{PAINT}\n")) == [("send", 1), ("read", 6)]


def test_new_code_can_make_an_empty_result_relevant() -> None:
    new = "def request_over_network(value):\n    return radio.transmit(value)\n"
    found = merged(new, found=[], relevant=False)
    assert places(found) == [("request_over_network", 1)]
    assert found.relevant


def test_the_scope_and_the_limit_apply_to_new_code() -> None:
    new = f"{SAVED}\n\ndef resend(request, network):\n    return send(request)\n"
    assert len(merged(new, top=2).passages) == 2
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(("docs/",)))) == []
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(("io.py",), ("python",), ("function",)))) == [
        ("resend", 11)
    ]
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(languages=("go",)))) == []
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(kinds=("class",)))) == []
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(files={"test_io.py": 1}))) == []
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(files={"io.py": 1}))) == [("resend", 11)]

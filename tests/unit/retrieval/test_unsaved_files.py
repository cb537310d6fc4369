"""What is shown and not saved, in the passages of a search."""

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
    passages = tuple(Passage(chunk, rank, 1 / rank, 0.5, (f"meaning #{rank}",)) for rank, chunk in enumerate(chunks, 1))
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


def test_what_is_as_it_was_saved_stays() -> None:
    assert merged(SAVED) == result(list(unsaved(SAVED).chunks.values()))


def test_what_moved_takes_its_new_lines() -> None:
    send, between, read = SAVED.partition("\n\n\n")
    found = merged(f"{send}{between}{PAINT}{between}{read}")
    assert places(found) == [("send", 1), ("read", 11)]
    assert [passage.similarity for passage in found.passages] == [0.5, 0.5]


def test_what_was_rewritten_takes_the_place_of_what_it_was() -> None:
    found = merged(SAVED.replace("network.send(request)", "radio.transmit(request)"))
    assert places(found) == [("send", 1), ("read", 6)]
    first = found.passages[0]
    assert "radio.transmit" in first.chunk.text
    assert first.similarity is None, "the vector is that of the saved text"
    assert first.reasons == ("meaning #1", "as the editor shows it")


def test_what_is_gone_goes() -> None:
    assert places(merged(SAVED.partition("\n\n\n")[2])) == [("read", 1)]


def test_what_is_new_joins_by_its_words_before_what_has_fewer() -> None:
    new = 'def resend(request, network):\n    """Send a request over the network again."""\n    return send(request)\n'
    found = merged(f"{SAVED}\n\n{new}")
    assert {symbol for symbol, _ in places(found)} == {"send", "read", "resend"}
    assert places(found).index(("resend", 11)) < places(found).index(("read", 6))
    assert [passage.rank for passage in found.passages] == [1, 2, 3]


def test_what_is_new_and_about_something_else_does_not() -> None:
    assert places(merged(f"{SAVED}\n\n{PAINT}\n")) == [("send", 1), ("read", 6)]


def test_what_is_new_may_be_the_answer_where_nothing_was_found() -> None:
    new = "def request_over_network(value):\n    return radio.transmit(value)\n"
    found = merged(new, found=[], relevant=False)
    assert places(found) == [("request_over_network", 1)]
    assert found.relevant


def test_the_scope_and_the_limit_hold() -> None:
    new = f"{SAVED}\n\ndef resend(request, network):\n    return send(request)\n"
    assert len(merged(new, top=2).passages) == 2
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(("docs/",)))) == []
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(("io.py",), ("python",), ("function",)))) == [
        ("resend", 11)
    ]
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(languages=("go",)))) == []
    assert places(merged(new, found=[], chunk_filter=ChunkFilter(kinds=("class",)))) == []

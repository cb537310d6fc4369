"""Scoring: fusion, priors, spread over files, reasons."""

from __future__ import annotations

from sourcewise.model import Chunk
from sourcewise.ranking import Candidate, rank


def chunk(identity: str, path: str = "src/app.py", symbol: str = "run") -> Chunk:
    return Chunk(identity, path, 1, 9, "text", "python", symbol=symbol, kind="function")


def order(question: str, candidates: dict[str, Candidate], chunks: list[Chunk], top: int = 8) -> list[str]:
    passages = rank(question, candidates, {c.id: c for c in chunks}, top)
    return [passage.chunk.id for passage in passages]


def test_a_chunk_in_two_lists_beats_the_first_of_one() -> None:
    candidates = {"one": Candidate(keyword=1), "two": Candidate(keyword=3, vector=3)}
    assert order("anything", candidates, [chunk("one", "a.py"), chunk("two", "b.py")]) == ["two", "one"]


def test_the_definition_that_was_asked_for_comes_first() -> None:
    candidates = {
        "user": Candidate(keyword=1, vector=1),
        "definition": Candidate(keyword=5, vector=5, definition=1, asked=["Session"]),
    }
    chunks = [chunk("user", "a.py"), chunk("definition", "b.py", "Session")]
    assert order("what does `Session` do", candidates, chunks)[0] == "definition"


def test_words_of_the_path_count() -> None:
    candidates = {"far": Candidate(vector=1), "near": Candidate(vector=2)}
    chunks = [chunk("far", "a.py"), chunk("near", "http/server.py")]
    assert order("how does the http server start", candidates, chunks)[0] == "near"


def test_tests_come_later_unless_they_are_asked_for() -> None:
    candidates = {"test": Candidate(vector=1), "code": Candidate(vector=5)}
    chunks = [chunk("test", "tests/test_login.py"), chunk("code", "core.py")]
    assert order("where do users enter", candidates, chunks)[0] == "code"
    assert order("where is the test of users", candidates, chunks)[0] == "test"


def test_one_file_does_not_fill_the_list() -> None:
    many = [chunk(f"a{n}", "a.py") for n in range(20)]
    other = chunk("b", "b.py")
    candidates = {c.id: Candidate(vector=n + 1) for n, c in enumerate([*many, other])}
    found = order("anything", candidates, [*many, other], top=10)
    assert found[0] == "a0"
    assert "b" in found
    assert len(found) == 10


def test_a_folder_of_one_file_still_fills_the_list() -> None:
    many = [chunk(f"a{n}", "a.py") for n in range(6)]
    candidates = {c.id: Candidate(vector=n + 1) for n, c in enumerate(many)}
    assert order("anything", candidates, many, top=5) == ["a0", "a1", "a2", "a3", "a4"]


def test_chunks_that_the_catalog_lost_are_left_out() -> None:
    assert order("anything", {"gone": Candidate(vector=1)}, []) == []


def test_every_passage_says_why() -> None:
    candidates = {"x": Candidate(keyword=2, vector=1, definition=1, similarity=0.5, asked=["Session.get"])}
    passage = rank("Session.get in the app", candidates, {"x": chunk("x", "tests/app.py")}, 8)[0]
    assert passage.reasons == (
        "keywords #2",
        "meaning #1",
        "definitions #1",
        "defines Session.get",
        "path has app",
        "is a test",
    )
    assert passage.similarity == 0.5

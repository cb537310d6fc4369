"""The file with the hits of an evaluation, which an interrupted evaluation resumes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import QuestionError
from sourcewise.evaluation.hits_file import HitsFile
from sourcewise.evaluation.search import KnownQuestion, Outcome, Place

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = [KnownQuestion(name, "tree", "where?", "all", "any", "code", (Place("a.py"),)) for name in "123"]
FIRST = Outcome((Place("a.py", 1, 9), Place("b.py", 2, 3)), 1.25)
SECOND = Outcome((), 2.5, 12.5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with the hits of the first two questions."""
    file = tmp_path / "hits.jsonl"
    hits_file = HitsFile(file, "full", QUESTIONS, resume=False)
    hits_file.append("1", FIRST)
    hits_file.append("2", SECOND)
    hits_file.close()
    return file


def resumed(file: Path, way: str = "full") -> HitsFile:
    return HitsFile(file, way, QUESTIONS, resume=True)


def kept(file: Path) -> dict[str, Outcome]:
    hits_file = resumed(file)
    hits_file.close()
    return hits_file.kept


def test_hits_are_in_the_file_before_it_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "hits.jsonl"
    hits_file = HitsFile(file, "keywords", QUESTIONS, resume=False)
    hits_file.append("1", Outcome((Place("a.py", 1, 9),), 1.256))
    hits = [{"path": "a.py", "start_line": 1, "end_line": 9}]
    assert json.loads(file.read_text()) == {"id": "1", "by": "keywords", "hits": hits, "latency_ms": 1.26}
    hits_file.close()


def test_the_duration_with_embedding_is_written_if_it_is_known(file: Path) -> None:
    second = json.loads(file.read_text().splitlines()[1])
    assert (second["latency_ms"], second["latency_with_embedding_ms"]) == (2.5, 12.5)


def test_a_resumed_file_keeps_its_hits_and_gets_the_others(file: Path) -> None:
    before = file.read_text()
    hits_file = resumed(file)
    assert hits_file.kept == {"1": FIRST, "2": SECOND}
    hits_file.append("3", FIRST)
    hits_file.close()
    assert file.read_text().startswith(before)
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["1", "2", "3"]


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_an_interrupted_last_line_is_dropped(file: Path, cut: int) -> None:
    file.write_bytes(file.read_bytes()[:-cut])
    hits_file = resumed(file)
    assert hits_file.kept.keys() == {"1"}
    hits_file.append("2", SECOND)
    hits_file.close()
    assert kept(file) == {"1": FIRST, "2": SECOND}


@pytest.mark.parametrize("content", [None, b"", b'{"id'])
def test_a_file_without_a_complete_line_is_resumed_from_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "hits.jsonl"
    if content is not None:
        file.write_bytes(content)
    hits_file = resumed(file)
    hits_file.append("1", FIRST)
    hits_file.close()
    assert kept(file) == {"1": FIRST}


def test_without_resuming_the_file_is_replaced(file: Path) -> None:
    hits_file = HitsFile(file, "keywords", QUESTIONS[:1], resume=False)
    assert (hits_file.kept, file.read_bytes()) == ({}, b"")
    hits_file.close()


def test_hits_of_other_questions_are_reported_and_kept(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(QuestionError, match="other questions, for example 2") as caught:
        HitsFile(file, "full", QUESTIONS[:1], resume=True)
    assert "omit --resume" in caught.value.hint
    assert file.read_bytes() == before


def test_hits_of_another_way_of_searching_are_reported(file: Path) -> None:
    with pytest.raises(QuestionError, match="by full, not by keywords"):
        resumed(file, "keywords")


def test_hits_of_an_unknown_way_of_searching_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "hits.jsonl"
    file.write_text('{"id": "1", "hits": [], "latency_ms": 3}\n')
    assert kept(file) == {"1": Outcome((), 3.0)}


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"3", b"\xff", b'{"id": "1", "hits": []}', b'{"id": "1", "hits": [{"path": 1}], "latency_ms": 1}'],
)
def test_a_line_that_has_no_hits_is_reported_with_its_number(file: Path, line: bytes) -> None:
    file.write_bytes(file.read_bytes() + line + b"\n")
    with pytest.raises(QuestionError, match="Line 3"):
        resumed(file)


def test_a_file_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="cannot be written"):
        HitsFile(tmp_path / "missing" / "hits.jsonl", "full", QUESTIONS, resume=True)
    with pytest.raises(QuestionError, match="cannot be written"):
        resumed(tmp_path)

"""The measures of a search, with questions whose answers are known."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sourcewise.errors import QuestionError
from sourcewise.evaluation.search import KnownQuestion, Outcome, Place, read_questions, scores, summary

if TYPE_CHECKING:
    from pathlib import Path


def question(*relevant: Place, source: str = "docstring") -> KnownQuestion:
    return KnownQuestion("q", "tree", "where is it?", source, "python", "code", relevant)


def test_the_first_hit_scores_everything() -> None:
    result = scores(question(Place("a.py", 5, 9)), [Place("a.py", 1, 6), Place("b.py", 1, 9)])
    assert result == {"NDCG@10": 1.0, "file NDCG@10": 1.0, "Recall@10": 1.0, "MRR@10": 1.0, "Span400L": 1.0}


def test_later_hits_are_discounted() -> None:
    hits = [Place("x.py", 1, 2), Place("y.py", 1, 2), Place("a.py", 1, 2)]
    result = scores(question(Place("a.py")), hits)
    assert result["NDCG@10"] == 1 / math.log2(4)
    assert result["MRR@10"] == 1 / 3
    assert "Span400L" not in result


def test_many_hits_of_one_file_waste_ranks_but_not_files() -> None:
    hits = [*(Place("x.py", n, n) for n in range(1, 12)), Place("a.py", 1, 2)]
    result = scores(question(Place("a.py")), hits)
    assert result["NDCG@10"] == 0.0
    assert result["file NDCG@10"] == 1 / math.log2(3)


def test_each_of_several_answers_counts() -> None:
    result = scores(question(Place("a.py"), Place("b.py")), [Place("a.py"), Place("x.py")])
    assert result["Recall@10"] == 0.5
    assert result["NDCG@10"] == pytest.approx(1 / (1 + 1 / math.log2(3)))


def test_questions_with_lines_count_hits_on_those_lines() -> None:
    hits = [Place("a.py", 50, 60), Place("a.py", 1, 9)]
    wanted = Place("a.py", 5, 6)
    assert scores(question(wanted, source="semble-dev"), hits)["NDCG@10"] == 1 / math.log2(3)
    assert scores(question(wanted), hits)["NDCG@10"] == 1.0


def test_lines_count_up_to_a_budget_and_the_last_hit_is_cut() -> None:
    wanted = Place("a.py", 390, 399)
    assert scores(question(wanted), [Place("a.py", 1, 1000)])["Span400L"] == 1.0
    assert scores(question(Place("a.py", 401, 402)), [Place("a.py", 1, 1000)])["Span400L"] == 0.0
    assert scores(question(wanted), [Place("x.py", 1, 400), Place("a.py", 390, 399)])["Span400L"] == 0.0
    assert scores(question(wanted), [Place("x.py")])["Span400L"] == 0.0


def test_no_hits_score_zero() -> None:
    assert set(scores(question(Place("a.py", 1, 2)), []).values()) == {0.0}


def test_a_summary_has_all_sources_and_languages_and_counts_missing_outcomes() -> None:
    asked = [
        KnownQuestion("1", "t", "q", "one", "python", "code", (Place("a.py"),)),
        KnownQuestion("2", "t", "q", "one", "go", "test", (Place("a.go"),)),
        KnownQuestion("3", "t", "q", "two", "go", "code", (Place("b.go", 1, 2),)),
    ]
    found = {"1": Outcome((Place("a.py", 1, 2),), 10.0), "3": Outcome((Place("b.go", 1, 2),), 30.0)}
    rows = summary(asked, found)
    groups = ["one", "one: go", "one: python", "two", "two: go", "role: code", "role: test"]
    assert list(rows) == ["all", "mean of sources", *groups]
    assert rows["all"]["questions"] == 3
    assert rows["one"]["MRR@10"] == 0.5
    assert rows["all"]["ms p50"] == 20.0
    assert "ms p50" not in rows["one: go"]
    assert rows["role: code"]["MRR@10"] == 1.0
    assert rows["mean of sources"] == {
        "questions": 3,
        "NDCG@10": 0.75,
        "file NDCG@10": 0.75,
        "Recall@10": 0.75,
        "MRR@10": 0.75,
        "Span400L": 1.0,
    }


def test_durations_with_embedding_are_summarized_where_they_are_known() -> None:
    asked = [replace(question(Place("a.py")), id=name) for name in "12"]
    found = {"1": Outcome((), 10.0, 30.0), "2": Outcome((), 20.0, 50.0)}
    row = summary(asked, found)["all"]
    assert (row["ms p50"], row["with embedding ms p50"], row["with embedding ms p95"]) == (15.0, 40.0, 49.0)
    assert "with embedding ms p50" not in summary(asked, {"1": Outcome((), 10.0)})["all"]


def test_one_source_has_no_mean_of_sources() -> None:
    assert "mean of sources" not in summary([question(Place("a.py"))], {})


@pytest.mark.parametrize("line", ["{}", '{"source": "all"}', '{"source": "all", "lang": "go"}'])
def test_a_question_without_a_source_counts_once(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    base = {"id": 1, "repo": "t", "query": "where?", "relevant": [{"path": "a.py"}]}
    other = {**base, "id": 2, "source": "one", "lang": "go"}
    file.write_text(f"{json.dumps(base | json.loads(line))}\n{json.dumps(other)}\n")
    rows = summary(read_questions(file), {})
    assert rows["all"]["questions"] == 2
    assert sum(row["questions"] for name, row in rows.items() if ": " in name and "role" not in name) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_questions_may_have_any_unicode_encoding_and_line_separators_in_strings(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "questions.jsonl"
    line = {"id": 1, "repo": "t", "query": "wo\u2028größe?", "relevant": [{"path": "a.py"}]}
    file.write_bytes(f"{json.dumps(line, ensure_ascii=False)}\r\n".encode(encoding))
    assert [question.query for question in read_questions(file)] == ["wo\u2028größe?"]


def test_questions_are_read_with_defaults(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    line = {"id": 1, "repo": "t", "query": "where?", "relevant": [{"path": "a.py", "start_line": 3, "end_line": 4}]}
    file.write_text(json.dumps(line) + "\n\n")
    [read] = read_questions(file)
    assert (read.id, read.tree, read.relevant) == ("1", "t", (Place("a.py", 3, 4),))
    assert (read.source, read.language, read.role) == ("all", "any", "code")


@pytest.mark.parametrize(
    ("fields", "role"),
    [({"role": "docs"}, "docs"), ({}, "test"), ({"role": None}, "test"), ({"role": ""}, "test")],
)
def test_a_question_without_a_role_has_that_of_its_first_relevant_file(
    tmp_path: Path, fields: dict[str, str | None], role: str
) -> None:
    file = tmp_path / "questions.jsonl"
    relevant = [{"path": "tests/test_a.py"}, {"path": "a.py"}]
    file.write_text(json.dumps({"id": 1, "repo": "t", "query": "where?", "relevant": relevant, **fields}))
    [read] = read_questions(file)
    assert read.role == role


def test_questions_with_the_same_id_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"id": 7, "repo": "t", "query": "q", "relevant": [{"path": "a.py"}]}\n' * 2)
    with pytest.raises(QuestionError, match="the ID 7"):
        read_questions(file)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        '{"id": "1"}',
        '{"id": 1, "repo": "t", "query": "q", "relevant": 3}',
        '{"id": 1, "repo": "t", "query": "q", "relevant": []}',
    ],
)
def test_an_invalid_line_is_reported_with_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(f'{{"id": "1", "repo": "t", "query": "q", "relevant": [{{"path": "a.py"}}]}}\n{line}\n')
    with pytest.raises(QuestionError, match="Line 2") as caught:
        read_questions(file)
    assert "relevant" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\xe4", b"\n\n"])
def test_a_file_without_questions_is_reported(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(content)
    with pytest.raises(QuestionError):
        read_questions(file)

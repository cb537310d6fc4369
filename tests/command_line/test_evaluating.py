"""Tests of `sourcewise eval` as a user runs it: as a process with output and an exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

CIRCLE = {"id": "1", "repo": "project", "query": "area of a circle", "relevant": [{"path": "shapes.py"}]}
LOGIN = {
    "id": "2",
    "repo": "project",
    "query": "who may log in",
    "relevant": [{"path": "auth.py", "start_line": 4, "end_line": 6}],
}


def questions_file(folder: Path, asked: Sequence[dict[str, object]]) -> Path:
    file = folder / "questions.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in asked))
    return file


def test_eval_measures_search_on_questions_with_known_answers(run: Run, project: Path, tmp_path: Path) -> None:
    questions = questions_file(tmp_path, [CIRCLE, LOGIN])
    summaries = json.loads(run("eval", questions, "--trees", project.parent, "--json").stdout)
    assert set(summaries) == {"keywords", "vectors", "keywords and vectors"}
    assert summaries["keywords and vectors"]["all"]["MRR@10"] == 1.0
    assert summaries["vectors"]["role: code"]["with embedding ms p50"] > summaries["vectors"]["all"]["ms p50"]
    assert "with embedding ms p50" not in summaries["keywords"]["all"]


def test_eval_writes_the_hits_of_one_way_of_searching(run: Run, project: Path, tmp_path: Path) -> None:
    questions, out = questions_file(tmp_path, [CIRCLE, LOGIN]), tmp_path / "hits.jsonl"
    done = run("eval", questions, "--trees", project.parent, "--by", "full", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "with embedding ms p95" in done.stdout
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == ["1", "2"]
    assert lines[0]["hits"][0]["path"] == "shapes.py"
    assert lines[0]["latency_with_embedding_ms"] > lines[0]["latency_ms"] > 0


def test_eval_by_keywords_embeds_nothing_and_needs_no_model(run: Run, project: Path, tmp_path: Path) -> None:
    questions, data = questions_file(tmp_path, [CIRCLE, LOGIN]), tmp_path / "without models"
    done = run("eval", questions, "--trees", project.parent, "--by", "keywords", data=data)
    assert done.returncode == 0, done.stderr
    assert "By keywords" in done.stdout
    assert "vectors" not in done.stdout
    assert "mbedding" not in done.stdout + done.stderr
    assert not (data / "models").exists()
    assert not (data / "embedder").exists()


def test_an_interrupted_eval_is_resumed(run: Run, project: Path, home: Path, tmp_path: Path) -> None:
    asked = [{**CIRCLE, "id": str(number)} for number in range(1000)]
    questions, out = questions_file(tmp_path, asked), tmp_path / "hits.jsonl"
    arguments = ["eval", str(questions), "--trees", str(project.parent), "--by", "keywords", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcewise", *arguments],
        env={**os.environ, "SOURCEWISE_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not (out.exists() and out.stat().st_size):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, shown = process.communicate(timeout=60)
    answered = out.read_text().count("\n")
    assert process.returncode == 130, shown
    assert 0 < answered < len(asked)
    assert f"Answered {answered} of 1000 questions. To resume, run the same command with --resume." in shown
    resumed = run(*arguments, "--resume", "--json")
    assert f"already has the hits of {answered} of 1000 questions" in resumed.stderr
    assert f"project: {1000 - answered} questions" in resumed.stderr
    assert json.loads(resumed.stdout)["keywords"]["all"]["MRR@10"] == 1.0
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [line["id"] for line in asked]


def test_a_resumed_eval_counts_the_hits_in_the_file_and_asks_an_interrupted_question_again(
    run: Run, project: Path, tmp_path: Path
) -> None:
    questions, out = questions_file(tmp_path, [LOGIN, CIRCLE]), tmp_path / "hits.jsonl"
    kept = '{"id": "2", "by": "keywords", "hits": [], "latency_ms": 1.0}\n'
    out.write_text(kept + '{"id": "1", "by": "keyw')
    arguments = ["eval", questions, "--trees", project.parent, "--by", "keywords", "--out", out, "--resume", "--json"]
    assert json.loads(run(*arguments).stdout)["keywords"]["all"]["MRR@10"] == 0.5
    assert out.read_text().startswith(kept)
    assert json.loads(out.read_text().splitlines()[1])["hits"][0]["path"] == "shapes.py"
    again = run(*arguments)
    assert json.loads(again.stdout)["keywords"]["all"]["MRR@10"] == 0.5
    assert "1/1" not in again.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "hits.jsonl"], "--out needs exactly one --by: keywords, vectors or full."),
        (["--out", "hits.jsonl", "--by", "full", "--by", "keywords"], "exactly one --by: keywords or full."),
        (["--resume"], "--resume needs --out"),
        (["--by", "full", "--out", "hits.jsonl", "--resume"], "hits of a search by keywords, not by full"),
        (["--by", "keywords", "--out", "hits.jsonl", "--resume"], "hits of other questions, for example 7"),
        (["--by", "keywords", "--out", "../questions.jsonl"], "would replace QUESTIONS"),
        (["--by", "keywords", "--out", "missing/hits.jsonl"], "cannot be written"),
    ],
)
def test_eval_explains_a_wrong_hits_file_and_changes_nothing(
    run: Run, project: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    questions, out = questions_file(tmp_path, [CIRCLE]), project / "hits.jsonl"
    before = (
        '{"id": "1", "by": "keywords", "hits": [], "latency_ms": 1.0}\n{"id": "7", "hits": [], "latency_ms": 1.0}\n'
    )
    out.write_text(before)
    done = run("eval", questions, "--trees", project.parent, *options)
    assert (done.returncode, out.read_text()) == (2, before)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_eval_names_missing_trees(run: Run, project: Path, tmp_path: Path) -> None:
    questions, out = questions_file(tmp_path, [{**CIRCLE, "repo": "nowhere"}]), tmp_path / "hits.jsonl"
    out.write_text("hits of another evaluation\n")
    done = run("eval", questions, "--trees", project.parent, "--by", "keywords", "--out", out)
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert out.read_text() == "hits of another evaluation\n"

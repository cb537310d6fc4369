"""Tests of the command line as a user runs it: as a process with output and an exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from ollama_server import OllamaServer, Script

from sourcewise.paths import DataPaths, workspace_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run

REMOTE = "https://ollama.example"


def test_ask_shows_sources_before_the_answer(run: Run) -> None:
    done = run("ask", "Who makes the token?")
    assert done.returncode == 0, done.stderr
    assert "auth.py:1" in done.stdout
    assert done.stdout.index("def login(user, password):") < done.stdout.index("No language model")


def test_a_character_that_the_output_cannot_encode_is_replaced(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    (project / "解析.py").write_text("# 解析\ndef parse_settings(path):\n    return {}\n", "utf-8")
    for arguments in (("search", "parse_settings"), ("ask", "parse_settings"), ("chunks", "解析.py"), ("doctor",)):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
    assert "\\u89e3\\u6790.py" in run("search", "parse_settings").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="uses a shell with pipes")
@pytest.mark.parametrize("command", ["search area", "search area --json", "doctor", "status 2>&1"])
def test_a_reader_that_closes_the_output_is_not_an_error(project: Path, home: Path, command: str) -> None:
    line = f"{sys.executable} -m sourcewise {command} | true; exit ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "SOURCEWISE_HOME": str(home)}
    done = subprocess.run(
        ["bash", "-c", line], env=environment, cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Broken" not in done.stderr


def test_ask_json_prints_one_object_with_checked_citations(run: Run) -> None:
    answer = json.loads(run("ask", "Who makes the token?", "--json").stdout)
    assert answer["sources"][0]["passage"]["chunk"]["path"] == "auth.py"
    assert {citation["state"] for citation in answer["citations"]} == {"current"}
    assert answer["trace"]["search"]["mode"] == "keywords and vectors"


def test_ask_with_a_real_model_answers_and_cites_only_its_sources(run: Run, home: Path, small_model: str) -> None:
    (home / "settings.toml").write_text(f'[embedded]\nmodel = "{small_model}"\nmaxAnswerTokens = 40\n')
    done = run("ask", "Who makes the token?", "--model", "embedded", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"] == {"runtime": "embedded", "name": small_model}
    assert answer["text"].strip()
    assert {citation["number"] for citation in answer["citations"]} <= {s["number"] for s in answer["sources"]}
    assert 0 < answer["trace"]["usage"]["answer_tokens"] <= 40


@pytest.fixture
def remote(home: Path) -> Iterator[OllamaServer]:
    """Configure a model that Ollama runs on another machine."""
    with OllamaServer(Script(models={"mycoder:latest": 384}, listed_hosts={"mycoder:latest": REMOTE})) as ollama:
        ollama.script.answering_host = REMOTE
        (home / "settings.toml").write_text(f'[llm]\nmodel = "mycoder"\nendpoint = "{ollama.endpoint}"\n')
        yield ollama


def test_without_a_terminal_ask_sends_nothing_to_another_machine(run: Run, remote: OllamaServer) -> None:
    done = run("ask", "Who makes the token?")
    assert done.returncode == 6
    assert "auth.py:1" in done.stdout
    assert REMOTE in done.stderr
    assert "--allow-remote" in done.stderr
    assert prompts_of(remote) == 0
    held = json.loads(run("ask", "Who makes the token?", "--json").stdout)
    assert held["needs_consent"] == {"model": "mycoder:latest", "host": REMOTE}
    assert prompts_of(remote) == 0


def test_allow_remote_applies_to_one_question(run: Run, remote: OllamaServer) -> None:
    done = run("ask", "Who makes the token?", "--allow-remote")
    assert done.returncode == 0, done.stderr
    assert "The answer is 42" in done.stdout
    assert f"sent to {REMOTE}" in done.stderr
    assert prompts_of(remote) == 1
    assert run("ask", "Who makes the token?").returncode == 6
    assert prompts_of(remote) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_terminal_asks_for_consent_once_until_it_is_revoked(
    run: Run, remote: OllamaServer, project: Path, home: Path
) -> None:
    refused = ask_at_terminal(project, home, "n\n")
    assert (refused.returncode, prompts_of(remote)) == (6, 0)
    assert f"mycoder:latest runs at {REMOTE}" in refused.stdout
    assert "Type y to send them." in refused.stdout
    allowed = ask_at_terminal(project, home, "y\n")
    assert (allowed.returncode, prompts_of(remote)) == (0, 1)
    assert run("ask", "Who makes the token?").returncode == 0
    assert prompts_of(remote) == 2
    assert run("revoke").returncode == 0
    assert run("ask", "Who makes the token?").returncode == 6


def ask_at_terminal(project: Path, home: Path, typed: str) -> subprocess.CompletedProcess[str]:
    """Ask a question in a pseudo-terminal, and type the text when the consent prompt appears."""
    terminal, ours = os.openpty()
    environment = {**os.environ, "SOURCEWISE_HOME": str(home), "COLUMNS": "200", "TERM": "xterm"}
    command = [sys.executable, "-m", "sourcewise", "ask", "Who makes the token?"]
    process = subprocess.Popen(command, env=environment, cwd=project, stdin=ours, stdout=ours, stderr=ours)
    os.close(ours)
    shown = b""
    try:
        while part := _read(terminal):
            if b"Type y" not in shown and b"Type y" in shown + part:
                os.write(terminal, typed.encode())
            shown += part
    finally:
        os.close(terminal)
    return subprocess.CompletedProcess(command, process.wait(60), shown.decode())


def _read(terminal: int) -> bytes:
    """Return the terminal's next output, or nothing when its last process has ended."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def prompts_of(ollama: OllamaServer) -> int:
    return sum(request.path == "/api/chat" for request in ollama.requests)


def test_search_json_prints_a_list_with_the_best_hit_first(run: Run) -> None:
    hits = json.loads(run("search", "area of a circle", "--json").stdout)
    assert hits[0]["path"] == "shapes.py"
    assert {"path", "start_line", "end_line", "score", "symbol", "reasons"} <= hits[0].keys()
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_search_in_is_restricted_to_the_given_paths(run: Run, project: Path) -> None:
    hits = json.loads(run("search", "area of a circle", "--in", "./shapes.py", "--json").stdout)
    assert {hit["path"] for hit in hits} == {"shapes.py"}
    hits = json.loads(run("search", "area of a circle", "--in", project / "shapes.py", "--json").stdout)
    assert {hit["path"] for hit in hits} == {"shapes.py"}
    everywhere = json.loads(run("search", "area of a circle", "--in", ".", "--json").stdout)
    assert {hit["path"] for hit in everywhere} >= {"auth.py", "shapes.py"}
    refused = run("search", "area", "--in", "missing/")
    assert refused.returncode == 2
    assert "Not in the index: missing" in refused.stderr


def test_search_filters_by_language_kind_role_and_path(run: Run, project: Path) -> None:
    (project / "guide.md").write_text("# The area of a circle\n\nAsk for it.\n")
    hits = json.loads(
        run(
            "search",
            "area of a circle",
            "--language",
            "markdown",
            "--language",
            "python",
            "--kind",
            "section",
            "--json",
        ).stdout
    )
    assert {hit["path"] for hit in hits} == {"guide.md"}
    hits = json.loads(run("search", "area of a circle", "--kind", "function", "--in", "shapes.py", "--json").stdout)
    assert [hit["symbol"] for hit in hits] == ["area"]
    hits = json.loads(run("search", "area of a circle", "--role", "documentation", "--json").stdout)
    assert {(hit["path"], hit["role"]) for hit in hits} == {("guide.md", "documentation")}
    refused = run("search", "area", "--role", "tests")
    assert refused.returncode == 2
    assert "The index has: code, configuration, documentation." in refused.stderr
    refused = run("ask", "Where is the area?", "--changed-since", "main")
    assert refused.returncode == 2
    assert "not in a git working tree" in refused.stderr


def test_search_explain_shows_the_scores(run: Run) -> None:
    assert "keywords +" in run("search", "area", "--explain").stdout


def test_indexing_again_embeds_nothing(run: Run) -> None:
    first = json.loads(run("index", "--json").stdout)
    second = json.loads(run("index", "--json").stdout)
    # A chunk with the same text as its file's summary reuses the summary's vector.
    assert first["run"]["embedded"] + first["run"]["reused"] == first["chunks"] > 0
    assert (second["run"]["embedded"], second["run"]["reused"], second["run"]["unchanged"]) == (0, 0, first["files"])


def test_status_before_and_after_indexing(run: Run) -> None:
    assert json.loads(run("status", "--json").stdout)["state"] == "missing"
    run("index")
    status = json.loads(run("status", "--json").stdout)
    assert status["state"] == "ready"
    assert status["vectors"] >= status["embedded"] == status["chunks"]
    assert status["cached"] >= status["embedded"], "the cache also holds file summaries"
    assert status["skipped"] == {"ignored": 1}


def test_why_shows_the_rule_and_its_line(run: Run) -> None:
    assert "*.log (.gitignore:1)" in run("why", "debug.log").stdout
    assert "auth.py belongs to the index as code." in run("why", "auth.py").stdout


def test_why_names_the_role_of_a_file(run: Run, project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests/test_auth.py").write_text("def test_login(): ...\n")
    assert "tests/test_auth.py belongs to the index as a test." in run("why", "tests/test_auth.py").stdout
    assert "tests belongs to the index." in run("why", "tests").stdout
    answers = {
        path: json.loads(run("why", path, "--json").stdout)["role"] for path in ("tests/test_auth.py", "debug.log")
    }
    assert answers == {"tests/test_auth.py": "test", "debug.log": None}


def test_results_show_the_role_of_files_that_are_not_code(run: Run, project: Path) -> None:
    (project / "guide.md").write_text("# The area of a circle\n\nAsk for it.\n")
    shown = run("search", "area of a circle").stdout
    heads = {line.partition(":")[0]: line for line in shown.splitlines() if line[:1].isalpha()}
    assert "  documentation" in heads["guide.md"]
    assert "  code" not in heads["shapes.py"]


def test_chunks_shows_the_chunks_of_a_file(run: Run, project: Path) -> None:
    run("index")
    shown = run("chunks", "auth.py").stdout
    assert "auth.py:1-11  login  function" in shown
    assert "1 vector" in shown
    assert "token of" not in shown
    found = json.loads(run("chunks", "auth.py", "--text", "--json").stdout)
    lines = [line for chunk in found["chunks"] for line in range(chunk["start_line"], chunk["end_line"] + 1)]
    assert sorted(lines) == list(range(1, len((project / "auth.py").read_text().splitlines()) + 1))
    assert {chunk["vectors"] for chunk in found["chunks"]} == {1}
    assert "token of {user}" in "".join(chunk["text"] for chunk in found["chunks"])


def test_a_file_that_crashes_its_grammar_is_indexed_as_plain_lines(run: Run, project: Path) -> None:
    (project / "deep.yaml").write_text("".join(f"{' ' * level}k{level}:\n" for level in range(300)))
    note = "Its yaml grammar crashed (signal 11), so it is indexed as plain lines."
    found = run("search", "login", "--json")
    assert (found.returncode, json.loads(found.stdout)[0]["path"]) == (0, "auth.py")
    assert note in " ".join(run("why", "deep.yaml").stdout.split())
    assert json.loads(run("chunks", "deep.yaml", "--json").stdout)["note"] == note
    assert f"deep.yaml  {note}" in run("skipped").stdout


def test_chunks_explains_why_a_file_is_not_indexed(run: Run) -> None:
    done = run("chunks", "debug.log")
    assert done.returncode == 2
    assert "it is ignored: *.log (.gitignore:1)" in done.stderr
    assert "has not been read yet" in run("chunks", "auth.py").stderr


def test_skipped_shows_the_counts_and_then_each_rule_with_its_line(run: Run, project: Path) -> None:
    (project / "logo.png").write_bytes(b"\x89PNG\0")
    for number in range(9):
        (project / f"noise{number}.log").write_text("noise\n")
    run("index")
    counts, *groups = run("skipped").stdout.splitlines()
    assert counts == "Not indexed: 10 ignored, 1 binary."
    assert "  debug.log, noise0.log, noise1.log and 7 more  *.log (.gitignore:1)" in groups
    assert run("skipped", "--reason", "ignored").stdout.count(".gitignore:1") == 10
    listed = json.loads(run("skipped", "--reason", "binary", "--json").stdout)
    assert [(entry["path"], entry["reason"]) for entry in listed] == [("logo.png", "binary")]


def test_prune_lists_indexes_of_deleted_folders_and_removes_them_with_yes(
    run: Run, project: Path, home: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    shutil.copytree(project, gone)
    run("index", "--folder", gone)
    run("index")
    shutil.rmtree(gone)
    shown = run("index", "--prune")
    assert f"{gone}: " in shown.stdout
    assert "--prune --yes" in shown.stdout
    assert str(project) not in shown.stdout
    removed = json.loads(run("index", "--prune", "--yes", "--json").stdout)
    assert [entry["folder"] for entry in removed["removed"]] == [str(gone)]
    assert removed["bytes"] > 0
    assert run("index", "--prune").stdout == "There are no indexes to delete.\n"
    assert json.loads(run("status", "--json").stdout)["state"] == "ready"


def test_doctor_reports_findings_with_next_steps(run: Run) -> None:
    findings = json.loads(run("doctor", "--json").stdout)
    assert {"Python", "Data folder", "Embedding model", "Ollama"} <= {finding["subject"] for finding in findings}
    assert all(finding["good"] or finding["next_step"] for finding in findings)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", ""], 2, "question is empty"),
        (["ask", "a" * 100_000], 2, "100,000 characters"),
        (["ask", "hello", "--folder", "nowhere"], 2, "does not exist"),
        (["ask", "hello", "--folder", "auth.py"], 2, "is a file"),
        (["index", "--folder", "nowhere"], 2, "does not exist"),
        (["search", "  "], 2, "question is empty"),
        (["dance"], 2, "No such command"),
    ],
)
def test_bad_input_prints_a_message_and_sets_the_exit_code(
    run: Run, arguments: list[str], code: int, words: str
) -> None:
    done = run(*arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_reported(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run("index", "--folder", empty)
    assert done.returncode == 0
    assert "Found no files to index" in done.stderr
    asked = run("ask", "What is here?", "--folder", empty)
    assert "No matching code found in this folder" in asked.stdout


def test_an_unknown_model_shows_a_hint_and_the_sources(run: Run) -> None:
    done = run("ask", "Who makes the token?", "--model", "no-such-model")
    assert done.returncode == 6
    assert "auth.py" in done.stdout
    assert "ollama" in done.stderr.lower()


def test_an_unknown_embedding_model_falls_back_to_keyword_search(run: Run, home: Path) -> None:
    (home / "settings.toml").write_text('[embedding]\nmodel = "nobody/no-such-model"\n[llm]\nruntime = "sources"\n')
    done = run("ask", "Who makes the token?")
    assert "no-such-model" in done.stderr
    assert "auth.py" in done.stdout


def test_an_invalid_setting_is_named(run: Run, home: Path) -> None:
    (home / "settings.toml").write_text('[retrieval]\ntop = 0\n[llm]\nruntime = "sources"\n')
    assert "retrieval.top" in run("search", "token").stderr


def test_a_deleted_vector_store_is_restored_without_embedding(run: Run, project: Path, home: Path) -> None:
    before = json.loads(run("ask", "Who makes the token?", "--json").stdout)
    shutil.rmtree(DataPaths(home).index_of(workspace_folder(project)).vectors)
    report = json.loads(run("index", "--json").stdout)
    assert (report["run"]["embedded"], report["embedded"]) == (0, report["chunks"])
    after = json.loads(run("ask", "Who makes the token?", "--json").stdout)
    assert [s["passage"]["chunk"]["id"] for s in after["sources"]] == [
        s["passage"]["chunk"]["id"] for s in before["sources"]
    ]


def test_ctrl_c_exits_with_130_and_indexing_can_be_resumed(project: Path, home: Path, run: Run) -> None:
    environment = {**os.environ, "SOURCEWISE_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcewise", "index", "--folder", str(project)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # the first progress line: indexing has begun
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    assert "Traceback" not in rest
    assert json.loads(run("index", "--json").stdout)["state"] == "ready"


@pytest.fixture
def small_disk(tmp_path: Path, models_folder: Path) -> Iterator[Path]:
    """Return a data folder on its own disk of 300 kilobytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root on Linux")
    (disk / "models").symlink_to(models_folder)
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_reported_and_indexing_resumes_when_there_is_space(run: Run, small_disk: Path) -> None:
    full = run("index", data=small_disk)
    assert full.returncode == 4
    assert "is full" in full.stderr
    assert "Traceback" not in full.stderr
    subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)
    assert json.loads(run("index", "--json", data=small_disk).stdout)["state"] == "ready"


def test_output_to_a_closed_pipe_is_not_an_error(run: Run, project: Path, home: Path) -> None:
    environment = {**os.environ, "SOURCEWISE_HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "sourcewise", "search", "token", "--folder", str(project)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(60)

"""Tests of the end of a session, and that standard output carries only the protocol until then."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from typing import IO, TYPE_CHECKING, Any

import pytest
from client import REAL_SERVER
from pygls.exceptions import JsonRpcRequestCancelled
from test_start import INSTRUMENTED_SERVER

from conftest import SOURCES_ONLY, embedded_model, write_files
from sourcewise import protocol
from sourcewise.domain.index_state import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Start


pytestmark = pytest.mark.usefixtures("own_embedder")


@pytest.fixture
def large_project(tmp_path: Path) -> Path:
    """Return a folder that takes some time to index."""
    body = "".join(f"def function_{{n}}_{i}(a, b):\n    return a * {i} + b\n\n\n" for i in range(40))
    return write_files(tmp_path / "large", {f"m{n}/file{n}.py": body.replace("{n}", str(n)) for n in range(400)})


@pytest.mark.parametrize("stage", [Stage.READING, Stage.EMBEDDING])
async def test_shutdown_during_indexing_takes_under_three_seconds(
    start: Start, large_project: Path, stage: Stage
) -> None:
    editor = await start(large_project)
    await editor.until(lambda: (state := editor.state_of(large_project)) and state.stage is stage)
    begun = time.perf_counter()
    await editor.leave()
    assert time.perf_counter() - begun < 3


async def test_shutdown_during_an_answer_takes_under_three_seconds(
    start: Start, project: Path, small_model: str
) -> None:
    editor = await start(project, options=embedded_model(small_model, answer_tokens=4000))
    asked = asyncio.create_task(editor.ask("How are requests sent again after a failure?"))
    await editor.until(lambda: any(isinstance(event, protocol.AnswerDelta) for event in editor.received))
    begun = time.perf_counter()
    await editor.leave()
    assert time.perf_counter() - begun < 3
    [outcome] = await asyncio.gather(asked, return_exceptions=True)
    assert isinstance(outcome, JsonRpcRequestCancelled | RuntimeError) or outcome.failure


async def test_files_indexed_before_a_shutdown_are_kept(start: Start, large_project: Path) -> None:
    editor = await start(large_project)
    state = await editor.until(lambda: (state := editor.state_of(large_project)) and state.files > 50 and state)
    await editor.leave()
    editor = await start(large_project)
    again = await editor.until(lambda: (state := editor.state_of(large_project)) and state.files and state)
    assert again.files >= state.files


def test_the_server_exits_when_the_editor_is_gone(home: Path, large_project: Path) -> None:
    with _server(home, REAL_SERVER) as process:
        _greet(process, large_project)
        _read_until(process.stdout, lambda message: message.get("method") == "sourcewise/index/state")
        begun = time.perf_counter()
        process.stdin.close()
        process.wait(10)
        assert time.perf_counter() - begun < 3


def test_an_editor_that_reads_late_receives_every_reply(home: Path, project: Path) -> None:
    with _server(home, REAL_SERVER) as process:
        _greet(process, project)
        waiting = set(range(100, 600))  # their replies exceed the buffer of a pipe
        for number in sorted(waiting):
            _write(process, {"id": number, "method": protocol.INDEX_STATUS.method, "params": {}})

        def is_last(message: dict[str, Any]) -> bool:
            waiting.discard(message.get("id", 0))
            return not waiting

        _read_until(process.stdout, is_last)
        process.stdin.close()
        process.wait(10)


def test_standard_output_carries_only_the_protocol(home: Path, project: Path) -> None:
    with _server(home, INSTRUMENTED_SERVER) as process:
        _greet(process, project)
        _write(process, {"id": 2, "method": "test/noise", "params": None})
        _read_until(process.stdout, lambda message: message.get("result") == "done")
        _write(process, {"id": 3, "method": "shutdown"})
        _read_until(process.stdout, lambda message: message.get("id") == 3)
        _write(process, {"method": "exit"})
        assert process.stdout.read() == b""
        process.wait(10)
        noise = process.stderr.read()
        assert b"printed" in noise
        assert b"written" in noise
        assert b"child" in noise


def _server(home: Path, command: Any) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "SOURCEWISE_HOME": str(home)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)


def _greet(process: subprocess.Popen[bytes], folder: Path) -> None:
    folders = [{"uri": folder.as_uri(), "name": folder.name}]
    params = {"capabilities": {}, "workspaceFolders": folders, "initializationOptions": SOURCES_ONLY}
    _write(process, {"id": 1, "method": "initialize", "params": params})
    _read_until(process.stdout, lambda message: message.get("id") == 1)
    _write(process, {"method": "initialized", "params": {}})


def _write(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    process.stdin.flush()


def _read_until(stream: IO[bytes], wanted: Any) -> None:
    """Read messages up to the wanted one, and assert that nothing is between them."""
    while True:
        header = b""
        while not header.endswith(b"\r\n\r\n"):
            piece = stream.read(1)
            assert piece, f"the stream ended after {header!r}"
            header += piece
        assert header.startswith(b"Content-Length: "), header
        length = int(header.splitlines()[0].partition(b":")[2])
        message = json.loads(stream.read(length))
        assert "error" not in message, message
        if wanted(message):
            return

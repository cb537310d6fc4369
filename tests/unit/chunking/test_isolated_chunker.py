"""Grammars run in another process: the effect of a crash, and failures that are not crashes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hostile_files import DEEP_YAML

from sourcewise.chunking import isolated_chunker
from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.chunking.code_at_cursor import Document, Excerpts
from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.chunking.limits import limited_time
from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.errors import WorkerDiedError, WorkerError
from sourcewise.processes.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CODE = "def send(request):\n    return network.send(request)\n"


def file_of(path: str, text: str, language: str) -> SourceFile:
    return SourceFile(FileStamp(path, len(text), 1), text, language, "digest")


GOOD = file_of("good.py", CODE, "python")
DEEP = file_of("deep.yaml", DEEP_YAML, "yaml")


class FrailService:
    """Dies by the signal in the text of a file; if `broken`, it also dies without a grammar."""

    def __init__(self, deaths: str = "", *, broken: bool = False) -> None:
        self._deaths, self._broken = deaths, broken

    def by_syntax(self, file: SourceFile, *_: int) -> tuple[tuple[Chunk, ...], str]:
        if self._deaths:  # a file with one byte for each death
            with open(self._deaths, "a") as deaths:
                deaths.write("x")
            if os.path.getsize(self._deaths) > 1:
                return (), ""
        os.kill(os.getpid(), int(file.text))
        return (), ""

    def by_lines(self, *_: object) -> tuple[Chunk, ...]:
        if self._broken:
            os.kill(os.getpid(), signal.SIGKILL)
        return ()


class SlowService:
    """Never returns."""

    def by_syntax(self, *_: object) -> None:
        with limited_time():
            while True:
                pass


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def use_service(name: str, **arguments: object) -> Worker:
        worker = Worker(f"test_isolated_chunker:{name}", arguments, "parsing")
        workers.append(worker)
        monkeypatch.setattr(isolated_chunker, "_worker", lambda: worker)
        return worker

    yield use_service
    for worker in workers:
        worker.close()


def test_chunks_equal_those_of_the_chunker_in_this_process() -> None:
    assert IsolatedChunker(40, 5).chunk_with_context(GOOD) == SmartCodeChunker(40, 5).chunk_with_context(GOOD)


def test_a_file_that_crashes_its_grammar_is_cut_as_plain_lines_with_a_note() -> None:
    chunks, note = IsolatedChunker().cut(DEEP)
    assert note == "Its yaml grammar crashed (signal 11), so it is indexed as plain lines."
    assert "\n".join(chunk.text for chunk in chunks).splitlines() == DEEP_YAML.splitlines()
    assert {chunk.language for chunk in chunks} == {"yaml"}
    assert IsolatedChunker().cut(GOOD).note == ""


def test_a_text_that_crashed_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    again = file_of("copy.yaml", DEEP_YAML, "yaml")
    note = IsolatedChunker().cut(DEEP).note
    monkeypatch.setattr(IsolatedChunker, "_by_syntax", None)
    assert IsolatedChunker().cut(again).note == note


def test_a_file_is_tried_again_after_one_crash(use: Callable[..., Worker], tmp_path: object) -> None:
    use("FrailService", deaths=f"{tmp_path}/deaths")
    assert IsolatedChunker().cut(file_of("x.c", str(int(signal.SIGSEGV)), "c")).note == ""


def test_a_process_ended_from_outside_is_not_blamed_on_the_file(use: Callable[..., Worker]) -> None:
    use("FrailService")
    with pytest.raises(WorkerDiedError):
        IsolatedChunker().cut(file_of("x.c", str(int(signal.SIGTERM)), "c"))


def test_a_machine_that_cannot_chunk_at_all_is_not_blamed_on_the_file(use: Callable[..., Worker]) -> None:
    use("FrailService", broken=True)
    with pytest.raises(WorkerError):
        IsolatedChunker().cut(file_of("x.c", str(int(signal.SIGSEGV)), "c"))


def test_lack_of_memory_is_not_blamed_on_each_file(use: Callable[..., Worker]) -> None:
    use("FrailService")
    files = [file_of(f"{number}.c", f"{int(signal.SIGKILL)}{' ' * number}", "c") for number in range(10)]
    with pytest.raises(WorkerError, match="operating system keeps ending"):
        list(map(IsolatedChunker().cut, files))


def test_a_closed_process_raises_and_does_not_blame_the_file(use: Callable[..., Worker]) -> None:
    worker = use("SlowService")
    threading.Timer(0.5, worker.close).start()
    with pytest.raises(WorkerError) as failure:
        IsolatedChunker().cut(GOOD)
    assert not isinstance(failure.value, WorkerDiedError)


def test_a_document_is_shown_as_lines_if_no_process_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker("test_isolated_chunker:FrailService", name="parsing")
    monkeypatch.setattr(worker, "_start", lambda: (_ for _ in ()).throw(WorkerError("No more processes.")))
    monkeypatch.setattr(isolated_chunker, "_worker", lambda: worker)
    found = Excerpts(Document("good.py", CODE)).enclosing(2)
    assert found is not None
    assert "network.send" in found.text


def test_the_time_limit_stops_an_endless_file() -> None:
    script = (
        "from sourcewise.chunking import limits\nlimits.SECONDS = 1\nwith limits.limited_time():\n    while True: pass"
    )
    ended = subprocess.run([sys.executable, "-c", script], timeout=60, check=False)
    assert ended.returncode == isolated_chunker._OUT_OF_TIME


def test_this_process_loads_no_grammar() -> None:
    script = """if True:
        import sys
        from sourcewise.chunking.isolated_chunker import IsolatedChunker
        from sourcewise.chunking.code_at_cursor import Document, Excerpts
        from sourcewise.domain.code import FileStamp, SourceFile
        code = sys.argv[1]
        file = SourceFile(FileStamp("good.py", len(code), 1), code, "python", "digest")
        assert IsolatedChunker().chunk_with_context(file)[0].symbol == "send"
        assert Excerpts(Document("good.py", code)).named("send", 1)
        print([name for name in sys.modules if name.startswith("tree_sitter")])"""
    ended = subprocess.run([sys.executable, "-c", script, CODE], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "[]\n"


def test_the_parsing_process_ends_on_request_and_starts_again_on_demand() -> None:
    file = SourceFile(FileStamp("a.py", 0, 0), "def a():\n    return 1\n", "python", "")
    for _ in range(2):
        assert IsolatedChunker().cut(file).chunks
        assert isolated_chunker._worker().running
        isolated_chunker.end_parsing()
        assert not isolated_chunker._worker().running

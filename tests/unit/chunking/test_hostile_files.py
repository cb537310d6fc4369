"""No content of a file keeps the chunker busy for long."""

from __future__ import annotations

import time
from contextlib import nullcontext

import pytest
from hostile_files import HOSTILE

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.chunking.service import ChunkingService
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines

_CRASHES = {"deep.yaml"}
# A file of 20 kB takes milliseconds; quadratic time on ten times the text would be minutes.
_SECONDS = 10.0


@pytest.mark.parametrize("path", sorted(HOSTILE.keys() - _CRASHES))
def test_a_hostile_file_takes_seconds(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The limits apply to the process and would later end this one.
    monkeypatch.setattr("sourcewise.chunking.service.limit_memory", lambda: None)
    monkeypatch.setattr("sourcewise.chunking.service.limited_time", nullcontext)
    monkeypatch.setattr("sourcewise.chunking.parsing._PARSE_SECONDS", 0.4)  # shorter, to keep the test fast
    text = HOSTILE[path]
    file = SourceFile(FileStamp(path, len(text), 1), text, language_of(path), "digest")
    begin = time.process_time()
    chunks, note = ChunkingService().by_syntax(file, 1500, 200)
    assert time.process_time() - begin < _SECONDS
    assert not note or "took too long" in note
    assert chunks[-1].last_line == len(split_lines(text)) or not text.strip()


def test_a_file_that_takes_too_long_to_parse_gets_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.chunking.service.limit_memory", lambda: None)
    monkeypatch.setattr("sourcewise.chunking.service.limited_time", nullcontext)
    monkeypatch.setattr("sourcewise.chunking.parsing._PARSE_SECONDS", 0.2)
    log = "".join(f"2024-01-01 12:00 [INFO] worker-{n}: request (id={n}) took {n}ms {{'a': {n}}}\n" for n in range(600))
    for language, text, note in (
        ("lua", log, "Its lua grammar took too long, so it is indexed as plain lines."),
        ("lua", "local x = 1\n", ""),
        ("text", log, ""),
    ):
        file = SourceFile(FileStamp("a", len(text), 1), text, language, "digest")
        assert ChunkingService().by_syntax(file, 1500, 200)[1] == note


def test_a_normal_file_is_chunked_after_a_hostile_one() -> None:
    deep = HOSTILE["deep.yaml"]
    assert IsolatedChunker().cut(SourceFile(FileStamp("d.yaml", 1, 1), deep, "yaml", "a")).note
    good = IsolatedChunker().cut(SourceFile(FileStamp("a.py", 1, 1), "def a():\n    pass\n", "python", "b"))
    assert (good.chunks[0].symbol, good.note) == ("a", "")

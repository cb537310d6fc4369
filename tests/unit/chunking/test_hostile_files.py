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
    chunks, error = ChunkingService().by_syntax(file, 1500, 200)
    assert time.process_time() - begin < _SECONDS
    assert not error
    assert chunks[-1].last_line == len(split_lines(text)) or not text.strip()


def test_a_normal_file_is_chunked_after_a_hostile_one() -> None:
    deep = HOSTILE["deep.yaml"]
    assert IsolatedChunker().cut(SourceFile(FileStamp("d.yaml", 1, 1), deep, "yaml", "a")).note
    good = IsolatedChunker().cut(SourceFile(FileStamp("a.py", 1, 1), "def a():\n    pass\n", "python", "b"))
    assert (good.chunks[0].symbol, good.note) == ("a", "")

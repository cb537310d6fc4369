"""Inspection of an index by any process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import Chunk, FileStamp, SkippedFile, SkipReason, SourceFile
from sourcewise.domain.file_role import FileRole
from sourcewise.folder_index.inspection import IndexInspector, SkipGroup, counts_by_reason, grouped, owner_of
from sourcewise.paths import IndexPaths
from sourcewise.processes.rpc import RpcServer
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODEL = "mini"
FIRST = Chunk("1", "src/a.py", 1, 1, "import os", "python", 0, 2)
SECOND = Chunk("2", "src/a.py", 3, 4, "def f():\n    pass", "python", 1, 2, "f", "function")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text("import os\n\ndef f():\n    pass\n")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "run.log").write_text("started\n")
    return folder


@pytest.fixture
def inspector(folder: Path, tmp_path: Path) -> IndexInspector:
    return IndexInspector(folder, tmp_path / "catalog.sqlite", MODEL, 1_000_000)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Catalog]:
    """The catalog, opened by its owner."""
    catalog = Catalog(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def skipped(path: str, reason: SkipReason, rule: str = "") -> SkippedFile:
    return SkippedFile(FileStamp(path, 1, 1), reason, rule)


@pytest.mark.parametrize("absolute", [False, True])
def test_chunks_and_their_vectors_are_listed_while_the_owner_has_the_index_open(
    inspector: IndexInspector, owner: Catalog, folder: Path, absolute: bool
) -> None:
    owner.replace_file(SourceFile(FileStamp("src/a.py", 1, 1), "", "python", "d"), (FIRST, SECOND))
    owner.vectors.mark_stored(MODEL, [(SECOND, 3)])
    owner.vectors.mark_stored("another model", [(FIRST, 1)])
    assert owner.vectors.pending(MODEL, 1) == [FIRST]
    owner.vectors.mark_failed(MODEL, {"1": "it broke the model twice"})
    found = inspector.file(str(folder / "src/a.py") if absolute else "./src/a.py")
    assert (found.path, found.sentence) == ("src/a.py", "")
    assert [(entry.chunk, entry.vectors, entry.problem) for entry in found.chunks] == [
        (FIRST, 0, "it broke the model twice"),
        (SECOND, 3, ""),
    ]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("src/a.py", "src/a.py belongs to the index. It has not been read yet, or has no content to index."),
        ("run.log", "run.log stays out of the index because it is ignored: *.log (.gitignore:1)."),
        ("gone.py", "gone.py stays out of the index because it is not there: No such file or directory."),
        ("../x.py", "../x.py stays out of the index because it is ignored: outside the folder."),
    ],
)
def test_a_file_without_chunks_has_a_sentence_instead(inspector: IndexInspector, path: str, sentence: str) -> None:
    found = inspector.file(path)
    assert (found.chunks, found.sentence) == ((), sentence)


def test_a_file_has_a_role_and_a_folder_has_none(inspector: IndexInspector, folder: Path) -> None:
    assert inspector.role("src/a.py") is FileRole.CODE
    assert inspector.role(str(folder / "src/test_a.py")) is FileRole.TEST
    assert inspector.role("src") is None


def test_inspection_does_not_create_an_index(inspector: IndexInspector, tmp_path: Path) -> None:
    assert inspector.skipped() == []
    assert not (tmp_path / "catalog.sqlite").exists()


def test_the_owner_of_an_index_is_known_while_it_runs(tmp_path: Path) -> None:
    paths = IndexPaths(tmp_path)
    assert owner_of(paths) is None
    server = RpcServer(paths.address, {})
    assert owner_of(paths) == os.getpid()
    server.close()
    assert owner_of(paths) is None


def test_a_killed_process_owns_nothing(tmp_path: Path) -> None:
    paths = IndexPaths(tmp_path)
    killed = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    address = {"place": "nowhere", "secret": "", "version": "", "pid": int(killed.stdout)}
    paths.address.write_text(json.dumps(address))
    assert owner_of(paths) is None


def test_skipped_files_are_listed_by_path(inspector: IndexInspector, owner: Catalog) -> None:
    owner.skipped.record([skipped("logo.png", SkipReason.BINARY)])
    owner.skipped.replace_scanned([skipped("build/", SkipReason.IGNORED, "built-in")])
    assert [(file.path, file.reason) for file in inspector.skipped()] == [
        ("build/", SkipReason.IGNORED),
        ("logo.png", SkipReason.BINARY),
    ]


def test_skipped_files_are_grouped_by_rule_with_the_largest_group_first() -> None:
    files = [
        skipped("a.bin", SkipReason.BINARY),
        skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:1)"),
        skipped("b.log", SkipReason.IGNORED, "*.log (.gitignore:1)"),
        skipped("node_modules/", SkipReason.IGNORED, "built-in"),
    ]
    assert grouped(files) == [
        SkipGroup(SkipReason.IGNORED, "*.log (.gitignore:1)", ("a.log", "b.log")),
        SkipGroup(SkipReason.IGNORED, "built-in", ("node_modules/",)),
        SkipGroup(SkipReason.BINARY, "", ("a.bin",)),
    ]
    assert counts_by_reason(files) == {SkipReason.IGNORED: 3, SkipReason.BINARY: 1}

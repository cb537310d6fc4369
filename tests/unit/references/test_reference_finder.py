"""Tests of candidates, order, limits and notes of a search for references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.domain.references import OccurrenceKind
from sourcewise.errors import WorkerError
from sourcewise.references import isolated_parser, reference_finder
from sourcewise.references.isolated_parser import IsolatedParser
from sourcewise.references.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_folder import ReferenceFolder

    FolderOf = Callable[[dict[str, str]], ReferenceFolder]

FILES = {
    "a.py": "def run():\n    pass\n\n\ndef use():\n    return run()\n",
    "tests/test_a.py": "from a import run\n\n\ndef test_run():\n    run()\n    run()\n",
}


def test_product_code_comes_first_with_its_symbols(folder_of: FolderOf) -> None:
    places = folder_of(FILES).found("run").places
    assert [(place.role.value, place.line, place.symbol) for place in places] == [
        ("code", 1, "run"),
        ("code", 6, "use"),
        ("test", 1, ""),
        ("test", 5, "test_run"),
        ("test", 6, "test_run"),
    ]
    assert places[1].code == "return run()"


def test_the_summary_counts_code_and_tests(folder_of: FolderOf) -> None:
    folder = folder_of(FILES)
    calls = folder.finder.find("run", [OccurrenceKind.CALL])
    assert summary(calls) == "`run` is called in 1 place, and in 2 tests."
    assert summary(folder.found("missing")) == "`missing` occurs nowhere in the index."
    unused = folder_of({"a.py": "def run():\n    pass\n", "b.md": "run\n"})
    assert summary(unused.found("run")) == (
        "`run` is defined, but no use of it was found. The same name occurs in 1 more place."
    )


def test_a_changed_file_is_read_again_and_a_vanished_one_is_left_out(folder_of: FolderOf) -> None:
    folder = folder_of({**FILES, "b.py": "from a import run\n\nrun()\n"})
    folder.texts["b.py"] = "# moved\nfrom a import run\n\n\nrun()\n"
    del folder.texts["tests/test_a.py"]
    assert [(place.path, place.line) for place in folder.found("run").places] == [
        ("a.py", 1),
        ("a.py", 6),
        ("b.py", 2),
        ("b.py", 5),
    ]


def test_places_beyond_the_limit_are_counted(folder_of: FolderOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_finder, "MOST_PLACES", 3)
    folder = folder_of({**FILES, "b.py": "from a import run\n\nrun()\nrun()\n", "c.txt": "run run\n"})
    found = folder.found("run")
    assert (len(found.places), found.more) == (5, 5)


def test_one_of_many_definitions_can_be_chosen(folder_of: FolderOf) -> None:
    texts = {f"m{number}.py": "class A:\n    def get(self):\n        return self.get()\n" for number in range(40)}
    folder = folder_of(texts)
    assert len(folder.found("get").definitions) == 40
    assert folder.found("m7.A.get").definitions == ("m7.py:2",)
    chosen = folder.finder.find("get", definition=("m7.py", 2))
    assert [place.path for place in chosen.places if place.certainty.value == "certain"] == ["m7.py", "m7.py"]


def test_unknown_definitions_and_unparsed_files_are_noted(folder_of: FolderOf) -> None:
    folder = folder_of({"a.py": "print(1\n", "b.py": "class A:\n    def run(self):\n        pass\n"})
    notes = folder.found("print").notes
    assert "no definition of `print`" in notes[0]
    assert notes[1].startswith("1 python file could not be parsed completely")
    assert "no definition of `B.run`" in folder.found("B.run").notes[0]


@pytest.mark.parametrize(
    "name", ["get", "value", "type", "self", "if", "return", "x", "a.b.c.d", "::", "operator<<", "…"]
)
def test_odd_names_end_with_an_answer(folder_of: FolderOf, name: str) -> None:
    folder = folder_of(
        {"a.py": "class A:\n    def get(self, value, type):\n        return type if value else self.x\n"}
    )
    assert folder.found(name).name == name


def test_names_with_letters_of_other_scripts_are_found(folder_of: FolderOf) -> None:
    folder = folder_of({"a.py": "def größe():\n    pass\n\n\nx = 'ü'; größe()\ny = 解析()\n"})
    assert [(place.line, place.column) for place in folder.found("größe").places] == [(1, 5), (5, 10)]
    assert len(folder.found("解析").places) == 1


class _DeadWorker:
    def call(self, *_: object, **__: object) -> None:
        raise WorkerError("It ended.", "")


def test_a_file_that_ends_the_parsing_process_is_searched_by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated_parser, "_worker", _DeadWorker)
    file = SourceFile(FileStamp("a.py", 1, 1), "run()\n# run\n", "python", "1")
    found = IsolatedParser().occurrences(file, "run")
    assert ([place.kind.value for place in found.occurrences], found.parsed) == (["reference", "comment"], False)
    assert IsolatedParser().facts(file) is None


def test_the_parsing_process_returns_occurrences_and_facts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    file = SourceFile(FileStamp("a.py", 1, 1), "def run():\n    run()\n", "python", "1")
    parser = IsolatedParser()
    try:
        found, facts = parser.occurrences(file, "run"), parser.facts(file)
    finally:
        isolated_parser.end_parsing()
    monkeypatch.setattr(isolated_parser, "_worker", _DeadWorker)
    assert [place.kind.value for place in found.occurrences] == ["definition", "call"]
    assert parser.occurrences(file, "run") is found
    assert parser.facts(file) is facts
    assert facts is not None
    assert list(facts.members) == ["run"]

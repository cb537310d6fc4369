"""The conversion of a scope to a filter on chunks, and the errors for names that the index lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from git_repository import git

from sourcewise.domain.code import Chunk, FileStamp, SkipReason, SourceFile
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.search import EVERYTHING, Scope, ScopeChoices
from sourcewise.errors import QuestionError
from sourcewise.mining.reasons import inclusion_note
from sourcewise.retrieval.scope import chunk_filter_of, scope_choices
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.chunk_filter import ANY_CHUNK, ChunkFilter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {"src/a.py": ("python", "class"), "src/b.go": ("go", "struct"), "docs/guide.md": ("markdown", "section")}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit on `main`."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = tmp_path / "project"
    for path in FILES:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "work"]):
        git(folder, *command)
    return folder


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    for path, (language, kind) in FILES.items():
        chunk = Chunk(path, path, 1, 1, "x", language, kind=kind)
        catalog.replace_file(SourceFile(FileStamp(path, 0, 0), "", language, ""), [chunk])
    yield catalog
    catalog.close()


def test_an_empty_scope_passes_any_chunk(tmp_path: Path, catalog: Catalog) -> None:
    assert chunk_filter_of(EVERYTHING, tmp_path / "not even there", catalog) is ANY_CHUNK


def test_names_are_case_insensitive(folder: Path, catalog: Catalog) -> None:
    scope = Scope(("src/",), ("Python", "go"), ("CLASS",))
    assert chunk_filter_of(scope, folder, catalog) == ChunkFilter(("src/",), ("python", "go"), ("class",))


@pytest.mark.parametrize(
    ("scope", "message", "hint"),
    [
        (
            Scope(roles=("code", "tests")),
            "Nothing in the index is in a file with the role tests.",
            "The index has: code, documentation.",
        ),
        (Scope(("src/", "lib/")), "Not in the index: lib/.", "Use paths relative"),
        (Scope(languages=("go", "cobol")), "Nothing in the index is in cobol.", "The index has: go, markdown, python."),
        (Scope(kinds=("klass",)), "Nothing in the index is a klass.", "The index has: class, section, struct."),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_names(
    folder: Path, catalog: Catalog, scope: Scope, message: str, hint: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        chunk_filter_of(scope, folder, catalog)
    assert caught.value.message == message
    assert hint in caught.value.hint


def test_the_error_for_an_empty_index_says_that_it_is_empty(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "new.sqlite")
    with pytest.raises(QuestionError, match="still empty"):
        chunk_filter_of(Scope(languages=("python",)), tmp_path, catalog)
    catalog.close()


def test_changed_since_selects_the_changed_and_indexed_files_in_scope(folder: Path, catalog: Catalog) -> None:
    for path in ("src/a.py", "docs/guide.md", "src/not_indexed.py"):
        (folder / path).write_text("changed")
    changed = Scope(changed_since="main")
    assert set(chunk_filter_of(changed, folder, catalog).paths or ()) == {"src/a.py", "docs/guide.md"}
    inside = Scope(("src/",), changed_since="main")
    assert chunk_filter_of(inside, folder, catalog) == ChunkFilter(("src/a.py",))


def test_roles_select_the_indexed_files_that_have_them(folder: Path, catalog: Catalog) -> None:
    keys = {path: key for path, key, _ in catalog.file_keys()}
    documents = chunk_filter_of(Scope(roles=("Documentation",)), folder, catalog)
    assert documents == ChunkFilter(files={"docs/guide.md": keys["docs/guide.md"]})
    both = chunk_filter_of(Scope(("src/",), roles=("code", "documentation")), folder, catalog)
    assert both == ChunkFilter(("src/",), files=keys)
    assert catalog.chunk_ids(both) == ["src/a.py", "src/b.go"]


def test_the_note_on_a_file_decides_about_its_role(folder: Path, catalog: Catalog) -> None:
    note = inclusion_note("!/src/a.py (.sourcewiseignore:1)", SkipReason.GENERATED, "protobuf")
    catalog.replace_file(SourceFile(FileStamp("src/a.py", 0, 0), "", "python", ""), [], note)
    assert set(chunk_filter_of(Scope(roles=("generated",)), folder, catalog).files or ()) == {"src/a.py"}


@pytest.mark.parametrize("paths", [(), ("src/",)])
def test_a_scope_without_changed_files_is_refused(folder: Path, catalog: Catalog, paths: tuple[str, ...]) -> None:
    (folder / "docs/guide.md").write_text("changed" if paths else "docs/guide.md")
    with pytest.raises(QuestionError, match=f"No indexed file of {paths[0] if paths else 'this folder'} has") as caught:
        chunk_filter_of(Scope(paths, changed_since="main"), folder, catalog)
    assert caught.value.hint


def test_an_unknown_branch_is_refused(folder: Path, catalog: Catalog) -> None:
    with pytest.raises(QuestionError, match="no branch, tag or commit named missing"):
        chunk_filter_of(Scope(changed_since="missing"), folder, catalog)


def test_the_choices_are_the_languages_kinds_roles_and_branches_present(folder: Path, catalog: Catalog) -> None:
    assert scope_choices(folder, catalog) == ScopeChoices(
        languages=("go", "markdown", "python"),
        kinds=("class", "section", "struct"),
        roles=(FileRole.CODE, FileRole.DOCUMENTATION),
        branches=("main",),
    )

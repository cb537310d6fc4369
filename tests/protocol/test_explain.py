"""Tests of the responses to "Explain This" and "Find Similar Code", for saved and unsaved text."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from pygls.exceptions import JsonRpcException

from conftest import write_files
from sourcewise import protocol
from sourcewise.domain.answer import CitationState

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import Start

CALLER = '''from auth import check_password


def enter(name, password):
    """Let a user in."""
    if not check_password(name, password):
        raise PermissionError(name)
'''


@pytest.fixture
def folder(project: Path) -> Path:
    """Return the project with an additional file that calls its functions."""
    return write_files(project, {"login.py": CALLER})


async def explain(editor: Editor, selection: protocol.Selection) -> protocol.AskResult:
    return await editor.request(protocol.EXPLAIN, protocol.ExplainParams("e", selection))


def lines(uri: str, first: int, last: int) -> protocol.Selection:
    return protocol.Selection(uri, first, last, 0, 80)


def cursor(uri: str, line: int, character: int) -> protocol.Selection:
    return protocol.Selection(uri, line, line, character, character)


async def test_the_sources_are_the_selection_then_its_callers_and_callees(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    uri = (folder / "auth.py").as_uri()
    answer = await explain(editor, lines(uri, 4, 6))
    first, *others = answer.sources
    assert (first.uri, first.start_line, first.end_line, first.symbol) == (uri, 4, 6, "check_password")
    reasons = {reason: source.path for source in others for reason in source.reasons}
    assert reasons["uses check_password"] == "login.py"
    assert any(isinstance(event, protocol.AnswerSources) and event.ask_id == "e" for event in editor.received)
    assert answer.failure == ""
    assert answer.follow_ups
    assert protocol.Citation(1, CitationState.CURRENT) in answer.citations


async def test_explain_at_a_cursor_on_a_name_explains_its_definition(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    uri = (folder / "login.py").as_uri()
    begin = CALLER.splitlines()[5].index("check_password")
    end = begin + len("check_password")
    for first, last in ((begin, begin), (begin + 5, begin + 5), (end, end), (begin, end)):
        source = (await explain(editor, protocol.Selection(uri, 6, 6, first, last))).sources[0]
        assert (source.path, source.symbol) == ("auth.py", "check_password")


async def test_explain_at_a_cursor_without_a_name_explains_the_surrounding_code(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    source = (await explain(editor, cursor((folder / "login.py").as_uri(), 5, 0))).sources[0]
    assert (source.path, source.symbol) == ("login.py", "enter")


async def test_explain_uses_the_unsaved_text(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    uri = (folder / "auth.py").as_uri()
    editor.show(uri, "\n\n\x0c\ndef brand_new(key):\n    return hash_of(key)\n")
    answer = await explain(editor, cursor(uri, 4, 6))
    assert answer.sources[0].preview == "def brand_new(key):\n    return hash_of(key)"
    assert answer.sources[0].start_line == 4
    assert protocol.Citation(1, CitationState.CURRENT) in answer.citations

    editor.change(uri, "def newer():\n    pass\n")
    assert (await explain(editor, cursor(uri, 1, 6))).sources[0].symbol == "newer"


async def test_an_untitled_document_is_explained_under_its_name(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    editor.show("untitled:Untitled-1", "def mine(word):\n    return hash_of(word)\n", "python")
    answer = await explain(editor, lines("untitled:Untitled-1", 1, 2))
    first, *others = answer.sources
    assert (first.path, first.uri, first.symbol) == ("Untitled-1", "untitled:Untitled-1", "mine")
    assert "defines hash_of, which it calls" in {reason for source in others for reason in source.reasons}
    assert protocol.Citation(1, CitationState.CURRENT) in answer.citations


async def test_a_selection_that_cannot_be_explained_is_refused_with_a_hint(start: Start, folder: Path) -> None:
    editor = await start(folder)
    for uri, words in (
        ("file:///elsewhere/x.py", "is not in an open folder"),
        ("git:/project/auth.py", "not a file on this machine"),
        ("untitled:Untitled-9", "not open"),
        ("auth.py", "not a file on this machine"),
        ((folder / "login.py").as_uri(), "no code at line 2"),
    ):
        with pytest.raises(JsonRpcException, match=words) as caught:
            await explain(editor, lines(uri, 2, 3))
        assert caught.value.code == protocol.USER_ERROR_CODE
        assert caught.value.data["hint"]


async def test_a_uri_outside_the_folder_is_refused(start: Start, folder: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"outside.py": "def outside_secret(): pass\n"})
    editor = await start(folder)
    await editor.until_read(folder, 4)
    root = folder.as_uri()
    for uri in (
        f"{root}/../outside.py",
        f"{root}/%2e%2e/outside.py",
        f"{root}/..%2foutside.py",
        f"{root}/docs/../../outside.py",
        f"{root}//..//outside.py?query#fragment",
        f"{root}/../project-of-another/x.py",
        f"file://host{folder}/auth.py",
        f"{root}/a%00.py",
    ):
        with pytest.raises(JsonRpcException, match="is not in an open folder"):
            await explain(editor, lines(uri, 1, 1))
    editor.show(f"{root}/../outside.py", "def outside_secret(): pass\n")
    with pytest.raises(JsonRpcException, match="is not in an open folder"):
        await explain(editor, lines(f"{root}/../outside.py", 1, 1))
    assert (await explain(editor, lines(f"{root}/docs/../auth.py", 4, 6))).sources[0].path == "auth.py"


@pytest.mark.skipif(os.name == "nt", reason="creating links needs a privilege on Windows")
async def test_a_file_behind_a_link_is_never_read_but_explained_from_the_editor(
    start: Start, folder: Path, tmp_path: Path
) -> None:
    write_files(tmp_path, {"elsewhere/s.py": "def outside_secret(): pass\n"})
    (folder / "linked").symlink_to("../elsewhere")
    (folder / "loop").symlink_to("loop")
    (folder / "file.py").symlink_to("../elsewhere/s.py")
    (folder / "root").symlink_to("/")
    editor = await start(folder)
    await editor.until_read(folder, 4)
    for path in ("linked/s.py", "file.py", "loop/s.py", f"root{tmp_path.as_posix()}/elsewhere/s.py"):
        with pytest.raises(JsonRpcException, match="is not open and cannot be read"):
            await explain(editor, lines(f"{folder.as_uri()}/{path}", 1, 1))
    uri = f"{folder.as_uri()}/linked/s.py"
    editor.show(uri, "def shown(): pass\n")
    assert (await explain(editor, lines(uri, 1, 1))).sources[0].preview == "def shown(): pass"


async def test_similar_code_excludes_the_selection(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_idle(folder)
    selection = lines((folder / "auth.py").as_uri(), 4, 6)
    result = await editor.request(protocol.SIMILAR, protocol.SimilarParams(selection, 3))
    assert 0 < len(result.passages) <= 3
    assert all(p.path != "auth.py" or p.start_line > 6 or p.end_line < 4 for p in result.passages)
    assert all(passage.similarity is not None for passage in result.passages)


async def test_a_document_that_crashes_its_grammar_is_explained_as_plain_lines(start: Start, folder: Path) -> None:
    deep = "".join(f"{' ' * level}k{level}:\n" for level in range(300))
    editor = await start(write_files(folder, {"deep.yaml": deep}))
    uri = (folder / "deep.yaml").as_uri()
    editor.show(uri, f"changed:\n{deep}", "yaml")
    answer = await explain(editor, cursor(uri, 20, 19))
    assert answer.sources[0].path == "deep.yaml"
    why = await editor.request(protocol.INDEX_WHY, protocol.WhyParams(uri))
    assert "Its yaml grammar crashed (signal 11)" in why.sentence

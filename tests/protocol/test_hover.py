"""Tests of hovers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from client import within
from lsprotocol import types

from conftest import SOURCES_ONLY, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import Start

CALLER = "from auth import check_password\n\n\ndef enter(name, password):\n    return check_password(name, password)\n"


@pytest.fixture
def folder(project: Path) -> Path:
    """Return the project with an additional file that calls its functions."""
    return write_files(project, {"login.py": CALLER})


async def hover(editor: Editor, uri: str, line: int, character: int) -> str | None:
    position = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
    found = await within(editor.text_document_hover_async(position))
    return found.contents.value if found else None


async def test_a_hover_shows_the_symbol_with_links_to_its_locations(start: Start, folder: Path) -> None:
    editor = await start(folder, options={**SOURCES_ONLY, "hover": {"timeoutMs": 5000}})
    await editor.until_idle(folder)
    uri = (folder / "login.py").as_uri()
    editor.show(uri, CALLER)
    text = await hover(editor, uri, 4, 14)
    assert text is not None
    assert "def check_password(name, password)" in text
    assert "Compare a password with the stored hash of a user" in text
    assert f"({(folder / 'auth.py').as_uri()}#L4-L6)" in text
    assert f"`enter`]({uri}#L5)" in text
    assert "Similar code" in text
    command = text.rpartition("command:sourcewise.explain?")[2].rstrip(")")
    assert json.loads(unquote(command)) == [
        {"uri": uri, "startLine": 5, "endLine": 5, "startCharacter": 14, "endCharacter": 14}
    ]


async def test_an_unknown_name_has_no_hover_and_causes_no_error(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    uri = (folder / "login.py").as_uri()
    editor.show(uri, CALLER)
    assert await hover(editor, uri, 4, 14) is not None
    for line, character in ((0, 1), (1, 0), (4, 6), (99, 0), (4, 999)):
        assert await hover(editor, uri, line, character) is None
    for other in ("file:///elsewhere/x.py", "untitled:Untitled-9", "git:/x.py"):
        assert await hover(editor, other, 0, 0) is None


async def test_hovers_can_be_turned_off(start: Start, folder: Path) -> None:
    editor = await start(folder, options={**SOURCES_ONLY, "hover": {"enabled": False}})
    await editor.until_read(folder, 4)
    uri = (folder / "login.py").as_uri()
    editor.show(uri, CALLER)
    assert await hover(editor, uri, 4, 14) is None


async def test_untitled_documents_have_hovers(start: Start, folder: Path) -> None:
    editor = await start(folder)
    await editor.until_read(folder, 4)
    editor.show("untitled:Untitled-1", "x = '\U0001f600' + hash_of(y)\n", "python")
    text = await hover(editor, "untitled:Untitled-1", 0, 15)
    assert text is not None
    assert "hash_of" in text

"""Tests that invalid requests are answered with an error message and the server keeps running."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs
import pytest
from client import within
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcMethodNotFound

from sourcewise import protocol

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Start


WRONG_QUESTIONS = (
    ({"question": "Who?"}, "askId"),
    ({"question": None, "askId": "1"}, "question"),
    ({"question": 7, "askId": "1"}, "question"),
    ({"question": ["Who?"], "askId": "1"}, "question"),
    ({"question": "Who?", "askId": "1", "folder": 3}, "folder"),
    (None, "sourcewise/ask"),
    ("Who?", "sourcewise/ask"),
)


async def test_wrong_parameters_are_answered_with_an_error(start: Start, project: Path) -> None:
    editor = await start(project)
    for params, word in WRONG_QUESTIONS:
        with pytest.raises(JsonRpcInvalidParams, match=word):
            await editor.raw_request(protocol.ASK.method, params)


async def test_every_request_answers_any_parameters(start: Start, project: Path) -> None:
    editor = await start(project)
    for request in protocol.REQUESTS:
        for params in ("nothing", 7, [], None):
            with suppress(JsonRpcException):  # an error is an answer too
                await editor.raw_request(request.method, params)
        if wrong := {name: [["?"]] for name in wire_names(request)}:
            with pytest.raises(JsonRpcInvalidParams, match=request.method):
                await editor.raw_request(request.method, wrong)
    assert (await editor.search("check_password")).passages


def wire_names(request: protocol.Request) -> list[str]:
    """Return the names of a request's parameters in JSON."""
    words = [field.name.split("_") for field in attrs.fields(request.params)]
    return [first + "".join(map(str.capitalize, rest)) for first, *rest in words]


async def test_an_invalid_limit_is_answered_with_an_error(start: Start, project: Path) -> None:
    editor = await start(project)
    for limit in (0, -1, 51, "many", True, 2.5):
        with pytest.raises(JsonRpcInvalidParams, match="limit"):
            await editor.raw_request(protocol.SEARCH.method, {"query": "password", "limit": limit})


async def test_an_unknown_method_is_answered_with_an_error_and_the_server_keeps_running(
    start: Start, project: Path
) -> None:
    editor = await start(project)
    with pytest.raises(JsonRpcMethodNotFound):
        await within(editor.protocol.send_request_async("sourcewise/fly", {}))
    assert (await editor.search("check_password")).passages


async def test_an_invalid_question_is_answered_with_a_message_and_a_hint(start: Start, project: Path) -> None:
    editor = await start(project)
    for question in ("", " \n ", "why " * 6000):
        for request in (editor.ask(question), editor.search(question)):
            with pytest.raises(JsonRpcException) as refusal:
                await request
            assert refusal.value.code == protocol.USER_ERROR_CODE
            assert refusal.value.data["kind"] == "QuestionError"
            assert refusal.value.message.endswith(refusal.value.data["hint"])


async def test_with_two_folders_a_request_must_name_one(start: Start, project: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    editor = await start(project, tmp_path / "other")
    with pytest.raises(JsonRpcException) as refusal:
        await editor.search("anything")
    assert refusal.value.data["kind"] == "FolderError"
    assert project.as_uri() in refusal.value.message


async def test_a_search_without_an_open_folder_or_in_another_folder_is_refused(
    start: Start, project: Path, tmp_path: Path
) -> None:
    editor = await start()
    with pytest.raises(JsonRpcException, match="No folder is open"):
        await editor.search("anything")
    editor = await start(project)
    with pytest.raises(JsonRpcException, match="not an open folder"):
        await editor.search("anything", tmp_path / "elsewhere")


async def test_a_remote_folder_is_refused_and_the_others_are_served(start: Start, project: Path) -> None:
    editor = await start("vscode-remote://ssh-remote+box/home/me/code", project)
    assert (await editor.search("check_password", project)).passages
    state = await editor.until(lambda: editor.state_of("vscode-remote://ssh-remote+box/home/me/code"))
    assert "not a folder on this machine" in state.message


async def test_a_missing_folder_is_reported_and_the_others_are_served(
    start: Start, project: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "missing"
    editor = await start(missing, project)
    state = await editor.until_idle(missing)
    assert "does not exist" in state.message
    assert (await editor.search("check_password", project)).passages
    with pytest.raises(JsonRpcException, match="does not exist"):
        await editor.search("anything", missing)


async def test_without_the_embedding_model_keyword_search_works_and_the_state_explains_why(
    start: Start, project: Path, tmp_path: Path
) -> None:
    settings = {"llm": {"runtime": "sources"}, "embedding": {"model": str(tmp_path / "no-model")}}
    editor = await start(project, options=settings)
    state = await editor.until_idle(project)
    assert "no-model" in state.message
    assert (await editor.search("check_password")).passages[0].path == "auth.py"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not restrict root")
async def test_an_unreadable_folder_is_reported(start: Start, project: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    editor = await start(closed, project)
    assert "no permission to read" in (await editor.until_idle(closed)).message


LINK = "[Finish the set-up](command:workbench.action.quit)"


async def test_no_message_contains_a_link_from_the_workspace(start: Start, project: Path) -> None:
    (project / f"{LINK}.py").write_text("def a():\n    return 1\n")
    editor = await start(project, options={"llm": {"runtime": LINK}, "retrieval": {"top": LINK}})
    await editor.search("check_password")
    messages = [message.message for message in editor.messages]
    assert "Setting llm.runtime" in "".join(messages)
    uri = (project / f"{LINK}.py").as_uri()
    messages.append((await editor.request(protocol.INDEX_WHY, protocol.WhyParams(uri))).sentence)
    for selection in (protocol.Selection(uri, 70, 70), protocol.Selection(f"{uri}.gone", 1, 1)):
        with pytest.raises(JsonRpcException) as refused:
            await editor.request(protocol.EXPLAIN, protocol.ExplainParams("1", selection))
        messages += [refused.value.message, refused.value.data["hint"]]
    with pytest.raises(JsonRpcInvalidParams) as refused:
        await editor.raw_request(protocol.ASK.method, {"question": [LINK], "askId": LINK})
    messages.append(refused.value.message)
    assert [message for message in messages if "](" in message] == []

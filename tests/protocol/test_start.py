"""Tests of the start of a session: fast, without heavy imports, with the editor's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from client import within
from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from conftest import Launch, Start

INSTRUMENTED_SERVER = (sys.executable, str(Path(__file__).with_name("instrumented_server.py")))
HEAVY = {
    "torch",
    "onnxruntime",
    "tokenizers",
    "chromadb",
    "sentence_transformers",
    "transformers",
    "ollama",
    "httpx",
    "numpy",
    "tree_sitter",
}


async def test_initialize_is_answered_before_anything_heavy_is_imported(launch: Launch) -> None:
    editor = await launch(INSTRUMENTED_SERVER)
    await editor.greet()
    modules = await within(editor.protocol.send_request_async("test/modules", None))
    assert "pygls.lsp.server" in modules
    assert not HEAVY.intersection(modules)


async def test_the_server_itself_never_imports_torch_chroma_or_a_grammar(launch: Launch, project: Path) -> None:
    editor = await launch(INSTRUMENTED_SERVER)
    await editor.begin([project])
    await editor.until_idle(project)
    assert (await editor.search("How are requests retried?")).search.embedded
    modules = await within(editor.protocol.send_request_async("test/modules", None))
    heavy = {"chromadb", "torch", "sentence_transformers", "transformers", "tree_sitter", "tree_sitter_python"}
    assert not heavy.intersection(modules)


def test_the_real_command_answers_initialize_without_heavy_imports(tmp_path: Path) -> None:
    initialize = {"processId": None, "rootUri": None, "capabilities": {}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sourcewise", "lsp"],
        input=b"".join(map(framed, messages)),
        env={**os.environ, "SOURCEWISE_HOME": str(tmp_path)},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert b'"capabilities"' in done.stdout
    lines = [line for line in done.stderr.decode().splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert {"pygls", "sourcewise"} <= imported
    assert not HEAVY & imported


def framed(message: object) -> bytes:
    """Return a message with its LSP header."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_capabilities_announce_the_notifications_that_the_server_handles(launch: Launch, project: Path) -> None:
    editor = await launch()
    result = await editor.begin([project])
    folders = result.capabilities.workspace.workspace_folders
    assert result.server_info.name == "sourcewise"
    assert folders.supported
    assert folders.change_notifications
    assert result.capabilities.text_document_sync.save


async def test_an_invalid_setting_is_shown_once_and_its_default_is_used(start: Start, project: Path) -> None:
    editor = await start(project, options={"llm": {"runtime": "sources", "temperature": "hot"}})
    await editor.until(lambda: editor.state_of(project))
    [message] = editor.messages
    assert "llm.temperature" in message.message
    assert message.type is types.MessageType.Warning


async def test_the_editors_configuration_overrides_the_initialization_options(launch: Launch, project: Path) -> None:
    editor = await launch()
    editor.set_configuration({"llm": {"runtime": "sources"}, "trace": {"server": "off"}}, section="sourcewise")
    options = {"llm": {"runtime": "ollama", "endpoint": "http://127.0.0.1:9"}}
    await editor.begin([project], options, configuration=True)
    await editor.until(lambda: (state := editor.state_of(project)) and state.chunks)
    answer = await editor.ask("How are requests retried?")
    assert answer.model.runtime == "sources"
    assert editor.messages == []


async def test_the_server_registers_for_change_notifications_when_the_editor_supports_it(
    start: Start, project: Path
) -> None:
    editor = await start(
        project,
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
    )
    await editor.until(lambda: editor.state_of(project))
    methods = {registration.method for registration in editor.registered}
    assert methods == {types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.WORKSPACE_DID_CHANGE_CONFIGURATION}


async def test_a_request_before_initialized_is_refused(launch: Launch) -> None:
    editor = await launch()
    await editor.greet()
    with pytest.raises(JsonRpcException, match="initialized") as refusal:
        await editor.search("anything")
    assert refusal.value.code == -32002


async def test_an_unwritable_data_folder_is_reported_and_search_fails_with_the_reason(
    launch: Launch, project: Path, home: Path
) -> None:
    (home / "indexes").write_text("a file in place of the folder")
    editor = await launch()
    await editor.begin([project])
    with pytest.raises(JsonRpcException) as refusal:
        await editor.search("anything")
    assert refusal.value.data["kind"] == "StorageError"
    await editor.until(lambda: (state := editor.state_of(project)) and refusal.value.message in state.message)


async def test_an_unusable_embedding_cache_is_reported_and_keyword_search_works(
    launch: Launch, project: Path, home: Path
) -> None:
    (home / "embeddings.sqlite").mkdir()
    editor = await launch()
    await editor.begin([project])
    assert (await editor.search("check_password")).passages[0].path == "auth.py"
    await editor.until(lambda: (state := editor.state_of(project)) and "embeddings.sqlite" in state.message)

"""Environments that break tools: proxies, encodings, search paths, settings of an editor, little memory."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from greedy_model import write_greedy_model
from pygls.exceptions import JsonRpcException

from sourcewise import protocol

if TYPE_CHECKING:
    from pathlib import Path

    from client import Editor

    from conftest import CommandLine

_CODE = "# 解析\ndef parse_order(path):\n    return {}\n"
_FAR = 10_413_792_000  # in the year 2300: more nanoseconds than 64 bits hold


def test_a_proxy_in_the_environment_stops_no_command(command: CommandLine) -> None:
    assert command.result("status", ALL_PROXY="socks5://127.0.0.1:9")["state"] == "missing"


@pytest.mark.parametrize(("encoding", "arguments"), [("latin-1", ["doctor"]), ("cp1252", ["search", "parse_order"])])
def test_output_in_an_encoding_without_these_characters(
    command: CommandLine, encoding: str, arguments: list[str]
) -> None:
    command.write({"a.py": _CODE})
    done = command.run(*arguments, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_settings_with_a_byte_order_mark_are_read(command: CommandLine) -> None:
    file = command.home / "settings.toml"
    file.write_bytes(b"\xef\xbb\xbfretrieval.top = 1\r\n" + file.read_bytes())
    command.write({f"{name}.py": _CODE for name in "abc"})
    sources = json.loads(command.run("ask", "parse_order", "--json").stdout)["sources"]
    assert len(sources) == 1


@pytest.mark.parametrize("place", [".", "{folder}/src"])
def test_a_search_is_restricted_to_a_path_as_users_type_it(command: CommandLine, place: str) -> None:
    command.write({"src/a.py": _CODE})
    found = command.result("search", "parse_order", "--in", place.format(folder=command.folder))
    assert [hit["path"] for hit in found] == ["src/a.py"]


def test_a_file_dated_far_in_the_future_does_not_affect_others(command: CommandLine) -> None:
    command.write({"a.py": _CODE, "far.py": "x = 1\n"})
    os.utime(command.folder / "far.py", (_FAR, _FAR))
    if (command.folder / "far.py").stat().st_mtime != _FAR:
        pytest.skip("the file system has no such times")
    assert command.result("search", "parse_order")[0]["path"] == "a.py"


def test_a_lack_of_memory_is_reported_in_plain_words(command: CommandLine, tmp_path: Path) -> None:
    command.configure(f"embedding.model = {json.dumps(str(write_greedy_model(tmp_path / 'greedy')))}")
    command.write({"a.py": _CODE})
    done = command.run("index")
    assert done.returncode == 5
    assert "There is not enough memory" in done.stderr
    assert "ONNX" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows runs no shell scripts")
def test_no_program_of_the_folder_is_executed(command: CommandLine, tmp_path: Path) -> None:
    command.write({"a.py": _CODE, "git": f'#!/bin/sh\ntouch "{tmp_path}/executed"\nexit 1\n'})
    (command.folder / "git").chmod(0o755)
    assert command.result("search", "parse_order", PATH=f"{os.pathsep}{os.environ['PATH']}")
    assert not (tmp_path / "executed").exists()


def test_no_file_outside_the_folder_is_explained(command: CommandLine) -> None:
    command.write({"a.py": _CODE, "../outside.py": "def outside(): pass\n"})

    async def explain(editor: Editor, path: str) -> protocol.AskResult:
        selection = protocol.Selection(f"{command.folder.as_uri()}/{path}", 1, 1)
        return await editor.request(protocol.EXPLAIN, protocol.ExplainParams("1", selection))

    async def explain_all(editor: Editor) -> None:
        assert (await explain(editor, "a.py")).sources
        for path in ("../outside.py", "src/../../outside.py"):
            with pytest.raises(JsonRpcException):
                await explain(editor, path)

    command.in_editor(explain_all)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_other_users_cannot_read_the_data(command: CommandLine) -> None:
    os.chmod(command.home, 0o755)
    command.write({"a.py": _CODE})
    assert command.result("search", "parse_order")
    modes = {entry: entry.stat().st_mode for entry in (command.home, *command.home.rglob("*"))}
    assert stat.S_IMODE(modes[command.home]) == 0o700
    assert [entry for entry, mode in modes.items() if stat.S_ISREG(mode) and mode & 0o077] == []

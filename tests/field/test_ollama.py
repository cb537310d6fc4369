"""Servers that answer like Ollama but not as expected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from ollama_server import OllamaServer, Script

if TYPE_CHECKING:
    from conftest import CommandLine

_CODE = "def always_one():\n    return 1\n"
_QUESTION = "What does always_one return?"
_PAGE = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n"


def use(command: CommandLine, server: OllamaServer) -> None:
    """Let Ollama at this address answer a question about a folder with code."""
    command.write({"one.py": _CODE})
    command.configure(
        'embedding.model = "/nowhere"', 'llm.runtime = "ollama"', f"llm.endpoint = {json.dumps(server.endpoint)}"
    )


@pytest.mark.parametrize("words", [(), ("<think>It is a constant.</think>",)], ids=["nothing", "only reasoning"])
def test_an_empty_answer_is_reported(command: CommandLine, words: tuple[str, ...]) -> None:
    with OllamaServer(Script(words=words)) as server:
        use(command, server)
        answer = json.loads(command.run("ask", _QUESTION, "--json").stdout)
    assert [source["passage"]["chunk"]["path"] for source in answer["sources"]] == ["one.py"]
    assert answer["failure"] or answer["notices"]


def test_the_page_of_a_proxy_is_not_shown(command: CommandLine) -> None:
    with OllamaServer(Script(foreign=(502, _PAGE))) as server:
        use(command, server)
        done = command.run("ask", _QUESTION)
    assert done.returncode == 6
    assert "one.py" in done.stdout
    assert "502" in done.stderr
    assert "<html" not in done.stdout + done.stderr

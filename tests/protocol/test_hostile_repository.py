"""Tests with a hostile repository: none of it runs, no file outside is read, no data leaves the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from client import Editor
from hostile_repository import SECRET, HostileRepository, Listener
from lsprotocol import types
from ollama_server import OllamaServer
from pygls.exceptions import JsonRpcException
from system_calls import Observation

import sourcewise
from sourcewise import protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace exists only on Linux")

PYTHON = (sys.executable, "-EP", "-m", "sourcewise")
COMMANDS = (
    ("index",),
    ("search", "what a customer pays", "--json"),
    ("ask", "What does a customer pay?"),
    ("why", "pricing.py"),
    ("why", "vendor/a.py"),
    ("why", "linked/secret.py"),
    ("chunks", "deep.yaml"),
    ("skipped",),
    ("status",),
    ("doctor",),
)
SYSTEM = ("/dev/", "/etc/", "/lib", "/proc/", "/sys/", "/usr/")


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def repository(tmp_path: Path, listener: Listener) -> HostileRepository:
    return HostileRepository(tmp_path, listener)


@pytest.fixture
def data(tmp_path: Path, models_folder: Path, small_model: str) -> Iterator[Path]:
    """Return a data folder with real models, configured with an Ollama that would send prompts to another machine."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models_folder)
    with OllamaServer() as ollama:
        ollama.script.listed_hosts = {"codellama:latest": "https://ollama.example:443"}
        settings = [
            f'llm.endpoint = "{ollama.endpoint}"',
            f'embedded.model = "{small_model}"',
            "embedded.maxAnswerTokens = 20",
            "embedded.promptTokens = 300",
        ]
        (data / "settings.toml").write_text("\n".join(settings))
        yield data
        assert [request.path for request in ollama.requests if request.path == "/api/chat"] == []


def readable_places(repository: HostileRepository, data: Path, models_folder: Path) -> tuple[str, ...]:
    """Return the folders that the processes may read: the repository, the data folder and the installation."""
    package = Path(sourcewise.__file__).parent
    user = (repository.home / ".gitconfig", repository.home / ".config" / "git")
    places = (repository.folder, data, models_folder, package, Path(sys.prefix), Path(sys.base_prefix), *user)
    return (*map(str, places), *SYSTEM)


def check(repository: HostileRepository, listener: Listener, seen: Observation, allowed: tuple[str, ...]) -> None:
    assert repository.executed == ""
    assert listener.requests == []
    assert {
        program for program in seen.programs() if program.startswith(str(repository.folder)) or program[0] != "/"
    } == set()
    assert {Path(program).name for program in seen.programs()} <= {Path(sys.executable).name, "git"}
    assert {str(file) for file in seen.files_read() if not str(file).startswith(allowed)} == set()
    assert {a for a in seen.addresses() if not a.startswith("127.") and a != "::1"} == set()


@pytest.mark.timeout(600)
def test_commands_in_a_hostile_repository(
    repository: HostileRepository, listener: Listener, data: Path, models_folder: Path, tmp_path: Path
) -> None:
    allowed = readable_places(repository, data, models_folder)
    for number, arguments in enumerate(COMMANDS):
        seen = Observation(tmp_path / f"calls-{number}")
        done = subprocess.run(
            [*seen.prefix, *PYTHON, *arguments],
            cwd=repository.folder,
            env={**repository.variables, "SOURCEWISE_HOME": str(data)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        assert SECRET not in done.stdout + done.stderr
        assert "\n### Code Snippet 9" not in done.stdout
        check(repository, listener, seen, allowed)


@pytest.mark.timeout(600)
async def test_an_editor_in_a_hostile_repository(
    repository: HostileRepository, listener: Listener, data: Path, models_folder: Path, tmp_path: Path
) -> None:
    seen = Observation(tmp_path / "calls")
    variables = {**repository.variables, "SOURCEWISE_HOME": str(data)}
    editor = Editor()
    await editor.start_io(*seen.prefix, *PYTHON, "lsp", cwd=repository.folder, env=variables)
    try:
        await editor.begin([repository.folder], {"llm": {"runtime": "sources"}})
        await editor.until_idle(repository.folder)
        await _use(editor, repository.folder)
    finally:
        await editor.leave()
    check(repository, listener, seen, readable_places(repository, data, models_folder))


async def _use(editor: Editor, folder: Path) -> None:
    """Do what a user does, and follow the repository's malicious names and links."""
    found = await editor.search("what a customer pays", folder)
    assert found.passages[0].path == "pricing.py"
    assert SECRET not in str(found)
    assert SECRET not in str(await editor.ask(f"What does {SECRET} return?", folder))
    pricing = types.TextDocumentIdentifier((folder / "pricing.py").as_uri())
    hover = types.HoverParams(pricing, types.Position(0, 6))
    assert "secret_price" in str(await editor.text_document_hover_async(hover))
    assert (await _explain(editor, pricing.uri)).sources[0].path == "pricing.py"
    for path in (
        "linked/secret.py",
        "linked.py",
        "../outside/secret.py",
        "loop/linked/secret.py",
        "device.py",
        "pipe.py",
    ):
        with pytest.raises(JsonRpcException):
            await _explain(editor, f"{folder.as_uri()}/{path}")
    assert not (
        await editor.request(protocol.INDEX_WHY, protocol.WhyParams(f"{folder.as_uri()}/linked/secret.py"))
    ).indexed


async def _explain(editor: Editor, uri: str) -> protocol.AskResult:
    return await editor.request(protocol.EXPLAIN, protocol.ExplainParams("1", protocol.Selection(uri, 1, 1)))

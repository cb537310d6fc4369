"""Fixtures: a real server process for each test, with its own data folder and the shared models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from client import REAL_SERVER, Editor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    Launch = Callable[..., Awaitable[Editor]]
    Start = Callable[..., Awaitable[Editor]]

SOURCES_ONLY: dict[str, Any] = {"llm": {"runtime": "sources"}}
_FILES = {
    "auth.py": '''"""Who may come in."""


def check_password(name, password):
    """Compare a password with the stored hash of a user."""
    return stored_hash(name) == hash_of(password)


def hash_of(password):
    return sum(map(ord, password))
''',
    "retry.py": '''"""Sends a request again when the network failed."""

RETRIES = 3


def send_with_retries(request, send):
    """Try to send, waiting longer after each failure."""
    for attempt in range(RETRIES):
        try:
            return send(request)
        except ConnectionError:
            wait_before(attempt)
    raise TimeoutError(request)
''',
    "docs/guide.md": "# Guide\n\nStart the program, then log in with your name.\n",
}


@pytest.fixture
def home(tmp_path: Path, models_folder: Path, embedding_folder: Path) -> Path:
    """Return the test's own data folder, which shares the models and the embedding process of the test run."""
    root = tmp_path / "home"
    root.mkdir()
    (root / "models").symlink_to(models_folder, target_is_directory=True)
    (root / "embedder").symlink_to(embedding_folder, target_is_directory=True)
    return root


@pytest.fixture
def own_embedder(home: Path) -> None:
    """Let the first server embed in its own process instead of the shared one."""
    (home / "embedder").unlink()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small folder of code."""
    return write_files(tmp_path / "project", _FILES)


def write_files(folder: Path, files: dict[str, str]) -> Path:
    """Write a folder of files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def embedded_model(model: str, answer_tokens: int) -> dict[str, Any]:
    """Return options that select a small model, which runs in its own process."""
    return {
        "llm": {"runtime": "embedded", "temperature": 0.0},
        "embedded": {"model": model, "maxAnswerTokens": answer_tokens, "promptTokens": 300},
    }


@pytest_asyncio.fixture
async def launch(home: Path) -> AsyncIterator[Launch]:
    """Return a function that starts a server's process."""
    editors: list[Editor] = []

    async def launch_server(command: Sequence[str] = REAL_SERVER) -> Editor:
        editor = Editor()
        editors.append(editor)
        await editor.launch(home, command)
        return editor

    yield launch_server
    for editor in editors:
        await editor.leave()


@pytest.fixture
def start(launch: Launch) -> Start:
    """Return a function that starts a server with the given folders open."""

    async def start_server(*folders: Path | str, options: dict[str, Any] | None = None, **workspace: Any) -> Editor:
        editor = await launch()
        await editor.begin(folders, options or SOURCES_ONLY, **workspace)
        return editor

    return start_server

"""Fixtures: the command line as a process, in a folder of code and with a data folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

AUTH = '''"""Who may enter."""


def login(user, password):
    """Let a user in who knows the password."""
    return sign(user) if verify(user, password) else None


def sign(user):
    """Make the token that later requests show."""
    return f"token of {user}"
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small folder of code, with an ignored file."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "auth.py").write_text(AUTH)
    (folder / "shapes.py").write_text("def area(radius):\n    return 3.14159 * radius * radius\n")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "debug.log").write_text("noise\n")
    return folder


@pytest.fixture
def home(tmp_path: Path, models_folder: Path, embedding_folder: Path) -> Path:
    """Return the test's own data folder, which shares the models and the embedding process of the test run."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models_folder)
    (home / "embedder").symlink_to(embedding_folder)
    (home / "settings.toml").write_text('[llm]\nruntime = "sources"\n')
    return home


@pytest.fixture
def run(project: Path, home: Path) -> Run:
    """Return a function that runs a command in the folder."""

    def run(*args: str | Path, data: Path = home) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "SOURCEWISE_HOME": str(data), "COLUMNS": "120"}
        command = [sys.executable, "-m", "sourcewise", *map(str, args)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=240, cwd=project, check=False
        )

    return run

"""Fixtures of the field tests: the installed command `sourcewise`, in a folder and with a data folder of its own.

The variable `SOURCEWISE_COMMAND` names another command to test, such as `/bin/false`. No test needs a model: the
settings name an embedding model that does not exist, so the command searches by keywords.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor, within

from sourcewise.domain.index_state import Stage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sourcewise import protocol

_COMMAND = os.environ.get("SOURCEWISE_COMMAND") or shutil.which("sourcewise", path=sysconfig.get_path("scripts"))
# The installed command finds its package without help, and git reads no configuration of the developer.
_LEFT_OUT = {"PYTHONPATH", "XDG_CONFIG_HOME", "OLLAMA_HOST"}
_START_SECONDS = 30


class CommandLine:
    """The command in the folder `folder`, for a user whose home directory is `user`."""

    def __init__(self, place: Path) -> None:
        assert _COMMAND, "The command sourcewise is not installed in this environment."
        self.folder, self.home, self.user = (place / name for name in ("project", "home", "user"))
        for folder in (self.folder, self.home, self.user):
            folder.mkdir()
        self.configure(f"embedding.model = {json.dumps(str(place / 'no model'))}", 'llm.runtime = "sources"')

    def configure(self, *settings: str) -> None:
        """Replace the settings."""
        (self.home / "settings.toml").write_text("\n".join(settings), encoding="utf-8")

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files into the folder."""
        for path, content in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(
        self, *arguments: str | Path, cwd: Path | None = None, **variables: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with additional environment variables."""
        return subprocess.run(
            [str(_COMMAND), *map(str, arguments)],
            cwd=cwd or self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )

    def result(self, *arguments: str | Path, **variables: str | None) -> Any:
        """Run a command that must succeed and return its JSON output."""
        done = self.run(*arguments, "--json", **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def environment(self, **variables: str | None) -> dict[str, str]:
        """Return the environment of the command; None removes a variable."""
        shell = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        own = {"SOURCEWISE_HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1"}
        own |= dict.fromkeys(("HOME", "USERPROFILE"), str(self.user))
        return {name: value for name, value in {**shell, **own, **variables}.items() if value is not None}

    def in_editor(self, use: Callable[[Editor], Awaitable[Any]]) -> Any:
        """Open the folder in a simulated editor, wait until it is indexed, and return what `use` returns."""

        async def session() -> Any:
            editor = Editor()
            try:
                await editor.start_io(str(_COMMAND), "lsp", env=self.environment())
                options = {"embedding": {"model": "/nowhere"}, "llm": {"runtime": "sources"}}
                await within(editor.begin([self.folder], {**options, "hover": {"timeoutMs": 5000}}), _START_SECONDS)
                await editor.until(lambda: _is_read(editor.state_of(self.folder)))
                return await use(editor)
            finally:
                await editor.leave()

        return asyncio.run(session())


def _is_read(state: protocol.FolderState | None) -> bool:
    return state is not None and state.files > 0 and state.stage in {Stage.EMBEDDING, Stage.IDLE}


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    """Return the command in an empty folder."""
    return CommandLine(tmp_path)

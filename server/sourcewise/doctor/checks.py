"""Examines the machine: what is installed and reachable, and what to do next."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sourcewise.embedding.model_names import default_model
from sourcewise.folder_index.inspection import owner_of
from sourcewise.folder_index.pruning import find_abandoned
from sourcewise.llm import embedded
from sourcewise.llm.ollama import OllamaGenerator
from sourcewise.llm.ollama_models import destination_of
from sourcewise.paths import IndexPaths
from sourcewise.storage.disk_usage import disk_usage, readable_size

if TYPE_CHECKING:
    from sourcewise.workspace.workspace import Workspace

_ROOM_FOR_MODELS = 3_000_000_000
_INOTIFY = Path("/proc/sys/fs/inotify")
_FOLDERS_OF_LARGE_CODEBASES = 50_000
_RAISE_LIMIT = "sudo sysctl fs.inotify.max_user_watches=524288"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        next_step: what to do about it; empty where nothing needs doing.
    """

    subject: str
    good: bool
    message: str
    next_step: str = ""


async def examine(workspace: Workspace) -> list[Finding]:
    """Look at everything an answer needs. Nothing is downloaded and nothing leaves the machine."""
    return [
        Finding("Python", good=True, message=f"{platform.python_version()} with SQLite {sqlite3.sqlite_version}"),
        _data_folder(workspace),
        _indexes(workspace),
        *watching(),
        _embedding_model(workspace),
        await _ollama(workspace),
        _embedded_model(workspace),
    ]


def _data_folder(workspace: Workspace) -> Finding:
    root = workspace.data.root
    existing = next(place for place in (root, *root.parents) if place.exists())
    if not os.access(existing, os.W_OK):
        return Finding(
            "Data folder",
            good=False,
            message=f"{root} cannot be written",
            next_step="Set SOURCEWISE_HOME to a folder that can.",
        )
    free = shutil.disk_usage(existing).free
    message = f"{root}, {free / 1e9:.0f} GB free"
    if free < _ROOM_FOR_MODELS:
        return Finding("Data folder", good=False, message=message, next_step="Models need 3 GB; free some space.")
    return Finding("Data folder", good=True, message=message)


def _indexes(workspace: Workspace) -> Finding:
    usage = disk_usage(workspace.data)
    paths = list(map(IndexPaths, sorted(workspace.data.indexes.glob("*/"))))
    owners = sorted({owner for index in paths if (owner := owner_of(index)) is not None})
    message = f"{len(paths)}, {readable_size(usage.indexes)}, and {readable_size(usage.cache)} of cached embeddings"
    if owners:
        message += f"; kept true by process {' and '.join(map(str, owners))}"
    abandoned = sum(index.bytes for index in find_abandoned(workspace.data) if index.removable)
    if not abandoned:
        return Finding("Indexes", good=True, message=message)
    return Finding(
        "Indexes",
        good=False,
        message=f"{message}; {readable_size(abandoned)} of folders that are gone",
        next_step="`sourcewise index --prune` shows them and gives the room back.",
    )


def watching(limits: Path = _INOTIFY) -> list[Finding]:
    """Tell how many folders can be watched, where the system has a limit.

    Args:
        limits: the folder in which Linux says so.
    """
    try:
        most = int((limits / "max_user_watches").read_text())
    except (OSError, ValueError):
        return []
    message = f"changes are seen at once in up to {most:,} folders"
    if most >= _FOLDERS_OF_LARGE_CODEBASES:
        return [Finding("Watching", good=True, message=message)]
    return [
        Finding(
            "Watching",
            good=False,
            message=f"{message}, which other programs take their share of",
            next_step=f"Where that is too few, Sourcewise looks from time to time. For more: {_RAISE_LIMIT}",
        )
    ]


def _embedding_model(workspace: Workspace) -> Finding:
    why = "chosen for this machine" if workspace.model == default_model() else "from the settings"
    if workspace.weights.is_present(workspace.model):
        return Finding("Embedding model", good=True, message=f"{workspace.model} ({why})")
    return Finding(
        "Embedding model",
        good=False,
        message=f"{workspace.model} ({why}) is not here yet",
        next_step="The first `sourcewise index` fetches it; keyword search works without it.",
    )


async def _ollama(workspace: Workspace) -> Finding:
    generator = OllamaGenerator(workspace.settings)
    try:
        state = await generator.state()
    finally:
        await generator.close()
    if state.problem is not None:
        return Finding("Ollama", good=False, message=state.problem.message, next_step=state.problem.hint)
    destination = destination_of(workspace.settings.endpoint, state.model, state.remote_host)
    where = f" at {destination.host}, which is not this machine" if destination else ""
    return Finding("Ollama", good=True, message=f"ready with {workspace.settings.model}{where}")


def _embedded_model(workspace: Workspace) -> Finding:
    model = workspace.settings.embedded_model
    if not embedded.is_installed():
        return Finding(
            "Embedded model",
            good=False,
            message="its runtime is not installed",
            next_step="Only needed without Ollama: pip install 'sourcewise[embedded]'",
        )
    if workspace.weights.is_present(model):
        return Finding("Embedded model", good=True, message=f"{model} is here")
    return Finding(
        "Embedded model",
        good=False,
        message=f"{model} is not here yet",
        next_step="Only needed without Ollama: the first question fetches it.",
    )

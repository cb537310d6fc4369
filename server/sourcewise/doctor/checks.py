"""Checks what is installed and reachable, and suggests next steps."""

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
from sourcewise.llm.ollama_endpoint import ollama_endpoint
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
    """The result of one check.

    Attributes:
        next_step: how to fix the problem; empty if there is none.
    """

    subject: str
    good: bool
    message: str
    next_step: str = ""


async def examine(workspace: Workspace) -> list[Finding]:
    """Check everything that an answer needs. Downloads nothing, and sends no code."""
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
            message=f"{root} is not writable",
            next_step="Set SOURCEWISE_HOME to a writable folder.",
        )
    free = shutil.disk_usage(existing).free
    message = f"{root}, {free / 1e9:.0f} GB free"
    if free < _ROOM_FOR_MODELS:
        return Finding("Data folder", good=False, message=message, next_step="Models need 3 GB. Free some space.")
    return Finding("Data folder", good=True, message=message)


def _indexes(workspace: Workspace) -> Finding:
    usage = disk_usage(workspace.data)
    paths = list(map(IndexPaths, sorted(workspace.data.indexes.glob("*/"))))
    owners = sorted({owner for index in paths if (owner := owner_of(index)) is not None})
    message = f"{len(paths)}, {readable_size(usage.indexes)}, and {readable_size(usage.cache)} of cached embeddings"
    if owners:
        message += f"; kept up to date by process {' and '.join(map(str, owners))}"
    abandoned = sum(index.bytes for index in find_abandoned(workspace.data) if index.removable)
    if not abandoned:
        return Finding("Indexes", good=True, message=message)
    return Finding(
        "Indexes",
        good=False,
        message=f"{message}; {readable_size(abandoned)} of deleted folders",
        next_step="`sourcewise index --prune` lists them, and deletes them with --yes.",
    )


def watching(limits: Path = _INOTIFY) -> list[Finding]:
    """Return the limit of watched folders; an empty list if the system has none.

    Args:
        limits: the folder in which Linux lists its limits.
    """
    try:
        most = int((limits / "max_user_watches").read_text())
    except (OSError, ValueError):
        return []
    message = f"the system reports changes in up to {most:,} folders"
    if most >= _FOLDERS_OF_LARGE_CODEBASES:
        return [Finding("Watching", good=True, message=message)]
    return [
        Finding(
            "Watching",
            good=False,
            message=f"{message}, shared by all programs",
            next_step=f"Beyond that, Sourcewise scans every 15 seconds. To raise the limit, run: {_RAISE_LIMIT}",
        )
    ]


def _embedding_model(workspace: Workspace) -> Finding:
    why = "selected for this machine" if workspace.model == default_model() else "from the settings"
    if workspace.weights.is_present(workspace.model):
        return Finding("Embedding model", good=True, message=f"{workspace.model} ({why})")
    return Finding(
        "Embedding model",
        good=False,
        message=f"{workspace.model} ({why}) is not downloaded yet",
        next_step="The first `sourcewise index` downloads it. Keyword search works without it.",
    )


async def _ollama(workspace: Workspace) -> Finding:
    generator = OllamaGenerator(workspace.settings)
    try:
        state = await generator.state()
    finally:
        await generator.close()
    if state.problem is not None:
        return Finding("Ollama", good=False, message=state.problem.message, next_step=state.problem.hint)
    destination = destination_of(ollama_endpoint(workspace.settings).address, state.model, state.remote_host)
    where = f" at {destination.host}, on another machine" if destination else ""
    return Finding("Ollama", good=True, message=f"ready with {workspace.settings.model}{where}")


def _embedded_model(workspace: Workspace) -> Finding:
    model = workspace.settings.embedded_model
    if not embedded.is_installed():
        return Finding(
            "Embedded model",
            good=False,
            message="its runtime is not installed",
            next_step="Only needed without Ollama. Run: pip install 'sourcewise[embedded]'",
        )
    if workspace.weights.is_present(model):
        return Finding("Embedded model", good=True, message=f"{model} is downloaded")
    return Finding(
        "Embedded model",
        good=False,
        message=f"{model} is not downloaded yet",
        next_step="Only needed without Ollama. The first question downloads it.",
    )

"""Writes a report for bug reports: what is installed, what the indexes contain, and recent warnings.

It is safe to publish: it contains no code, no questions, and no names of users, folders or other machines.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections import deque
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from sourcewise import __version__
from sourcewise.doctor.checks import examine
from sourcewise.doctor.redaction import Redactor
from sourcewise.storage.disk_usage import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.domain.index_state import IndexStatus
    from sourcewise.settings import Settings
    from sourcewise.workspace.workspace import Workspace

_PACKAGES = ("chromadb", "pygls", "sentence-transformers", "torch", "ollama", "xllamacpp", "tree-sitter")
_WARNINGS = 20
_LOG_BYTES = 500_000
_LONGEST_MESSAGE = 400
_RECORD = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d+ \d+ (?P<level>[A-Z]+) (?P<logger>\S+): (?P<text>.*)"
)
_RAISED = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Timeout|Interrupt)\b")
# This logger quotes messages that it cannot parse, and they may contain code or questions.
_MESSAGE_QUOTING_LOGGER = "sourcewise.lsp.server"


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """The state of one open folder.

    Attributes:
        doing: the current work on its index.
        status: the status of its index; None if it cannot be read.
        problem: the error of the last update; empty if there was none.
        owner: the ID of the process that owns the index; None if there is none.
    """

    path: Path
    doing: str
    status: IndexStatus | None
    problem: str
    owner: int | None = None


async def report(workspace: Workspace, folders: Sequence[FolderSummary], home: Path | None = None) -> str:
    """Return the report in Markdown.

    Args:
        workspace: the workspace to check.
        folders: the open folders.
        home: the user's home; None means the home of this process.
    """
    redactor = Redactor([folder.path for folder in folders], home or Path.home())
    findings = [f"{'✓' if found.good else '•'} {found.subject}: {found.message}" for found in await examine(workspace)]
    sections = {
        "Versions": _versions(),
        "Machine": [platform.platform(terse=True), *map(redactor.redacted, findings)],
        "Folders": [_folder(number, folder, redactor) for number, folder in enumerate(folders, 1)],
        "Settings that are not the default": list(_changed_settings(workspace.settings, redactor)),
        "Last warnings": [redactor.redacted(line)[:_LONGEST_MESSAGE] for line in _warnings(workspace.data.log)],
    }
    return "\n".join(["# Sourcewise: diagnosis", *(_section(title, lines) for title, lines in sections.items()), ""])


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"\n## {title}\n", *(f"- {line}" for line in lines or ["none"])])


def _versions() -> list[str]:
    return [f"sourcewise {__version__}", *map(_version, _PACKAGES)]


def _version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package} is not installed"


def _folder(number: int, folder: FolderSummary, redactor: Redactor) -> str:
    parts = [f"Folder {number}: {folder.doing}"]
    if (status := folder.status) is not None:
        skipped = ", ".join(f"{count} {reason}" for reason, count in status.skipped.items()) or "nothing"
        parts.append(f"{status.state}, {status.files} files in {status.chunks} chunks, {status.embedded} embedded")
        parts.append(f"skipped: {skipped}")
        parts.append(readable_size(status.bytes))
    if folder.owner is not None:
        parts.append(f"kept up to date by process {folder.owner}")
    if folder.problem:
        parts.append(redactor.redacted(folder.problem))
    return "; ".join(parts)


def _changed_settings(settings: Settings, redactor: Redactor) -> Iterator[str]:
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if value != spec.default:
            yield f"{spec.metadata['name']}: {redactor.redacted(str(value))}"


def _warnings(log: Path) -> list[str]:
    """Return the last warnings of the log, each with the class of its exception, if any."""
    found: deque[str] = deque(maxlen=_WARNINGS)
    wanted = False
    for line in _last_lines(log):
        if record := _RECORD.fullmatch(line):
            ours = record["logger"].startswith("sourcewise") and record["logger"] != _MESSAGE_QUOTING_LOGGER
            wanted = ours and record["level"] not in ("DEBUG", "INFO")
            if wanted:
                found.append(f"{record['time']} {record['level']} {record['logger']}: {record['text']}")
        elif wanted and (raised := _RAISED.match(line)):
            found[-1] += f" [{raised[0]}]"
    return list(found)


def _last_lines(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _LOG_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []

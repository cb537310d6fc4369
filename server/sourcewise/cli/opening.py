"""How a command comes to its folder: the settings, the workspace, the index, and what it needs before a question."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sourcewise import terminal
from sourcewise.errors import WeightsError, WorkerError
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings
from sourcewise.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.index import Index
    from sourcewise.terminal import ProgressLine

# Up to this many chunks are embedded before an answer; more would keep the asker waiting for minutes.
_EMBED_BEFORE_ANSWER = 400
_EMBED_FOR_QUESTION = 96


def settings_of_user() -> Settings:
    """Return the settings of the command line, and print what is wrong with them."""
    settings, problems = Settings.from_file(DataPaths.default().settings)
    for problem in problems:
        terminal.print_notice(problem.message)
    return settings


@contextmanager
def opened_workspace(settings: Settings) -> Iterator[tuple[Workspace, ProgressLine]]:
    """Give a workspace, and the line that shows how far its work is; both end with the command."""
    with terminal.progress_line() as progress:
        workspace = Workspace(settings, DataPaths.default(), progress.download)
        try:
            yield workspace, progress
        finally:
            workspace.close()


@contextmanager
def opened_index(folder: Path, settings: Settings) -> Iterator[tuple[Index, ProgressLine]]:
    """Give the index of a folder, and print what it has to say."""
    with opened_workspace(settings) as (workspace, progress):
        opened = workspace.open(folder)
        for notice in opened.notices:
            terminal.print_notice(notice)
        yield opened, progress


def make_ready(opened: Index, question: str, progress: ProgressLine) -> None:
    """Index what changed; embed all of a small rest, of a large one what this question needs."""
    opened.update(progress.stage)
    try:
        if opened.unembedded <= _EMBED_BEFORE_ANSWER:
            opened.embed(progress=progress.stage)
        else:
            opened.embed_for(question, _EMBED_FOR_QUESTION, progress.stage)
    except (WeightsError, WorkerError) as error:
        # Keywords find without a model.
        terminal.print_notice(str(error))
    progress.hide()

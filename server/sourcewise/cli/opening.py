"""How a command comes to its folder: the settings, the workspace, the index, and what it needs before a question."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sourcewise.cli import terminal
from sourcewise.domain.index_state import IndexProgress
from sourcewise.errors import PeerError, StorageError, WeightsError, WorkerError
from sourcewise.paths import DataPaths, workspace_folder
from sourcewise.settings import Settings
from sourcewise.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sourcewise.answering.query_engine import CodeQueryEngine
    from sourcewise.cli.terminal import ProgressLine
    from sourcewise.domain.answer import Destination
    from sourcewise.folder_index.index import Index
    from sourcewise.llm.consent import Consent
    from sourcewise.workspace.folder import IndexedFolder

# Up to this many chunks are embedded before an answer; more would keep the asker waiting for minutes.
_EMBED_BEFORE_ANSWER = 400
_EMBED_FOR_QUESTION = 96


def settings_of_user() -> Settings:
    """Return the settings of the command line, and print what is wrong with them."""
    settings, problems = Settings.from_file(DataPaths.default().settings)
    for problem in problems:
        terminal.print_notice(str(problem))
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


class OpenedFolder:
    """A folder that a command works with: kept by this process, or by another one for it."""

    def __init__(self, folder: Path, workspace: Workspace, progress: ProgressLine) -> None:
        """Begin to open it, and to show how far that is."""
        self._workspace = workspace
        self._progress = progress
        self._showing = True
        self.folder = workspace.open(workspace_folder(folder), self._show)

    def ready_for(self, question: str) -> Index:
        """Return the index with what changed; all of a small rest is embedded, of a large one what is asked about."""
        self.folder.await_read()
        index = self.folder.opened()
        try:
            if index.unembedded <= _EMBED_BEFORE_ANSWER:
                self.folder.await_vectors()
            else:
                self.folder.await_vectors(index.keyword_candidates(question, _EMBED_FOR_QUESTION))
        except (WeightsError, WorkerError, PeerError, StorageError) as error:
            # Keywords find without a model and without new vectors.
            terminal.print_notice(str(error))
        self._workspace.stop_embedding()  # the model that answers needs the processor
        self.rest()
        return index

    def consent(self, index: Index) -> Consent:
        """Return which remote models the user allows to get code of its folder."""
        return self._workspace.consent_of(index.folder)

    def engine(self, index: Index, may_send: Callable[[Destination], bool]) -> CodeQueryEngine:
        """Return the engine that answers questions from its index; see Workspace.engine."""
        return self._workspace.engine(index, may_send=may_send)

    def rest(self) -> None:
        """Show no more of the work, but what it has to say."""
        self._showing = False
        self._progress.hide()
        now = self.folder.activity()
        if now.paused:
            terminal.print_notice("Indexing is paused in an editor; what is in the index serves.")
        if now.notice:
            terminal.print_notice(now.notice)

    def _show(self, folder: IndexedFolder) -> None:
        now = folder.activity()
        if self._showing:
            self._progress.stage(IndexProgress(now.stage, now.done, now.total))


@contextmanager
def opened_folder(folder: Path, settings: Settings) -> Iterator[tuple[OpenedFolder, ProgressLine]]:
    """Give a folder, and the line that shows how far the work on it is; both end with the command."""
    with opened_workspace(settings) as (workspace, progress):
        yield OpenedFolder(folder, workspace, progress), progress

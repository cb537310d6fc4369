"""Opens the settings, the workspace and the index for a command, and prepares the index for a question."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sourcewise.cli import terminal
from sourcewise.domain.index_state import IndexProgress, Stage
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
    from sourcewise.domain.index_state import IndexActivity
    from sourcewise.folder_index.index import Index
    from sourcewise.llm.consent import Consent
    from sourcewise.workspace.folder import IndexedFolder

# At most this many chunks are embedded before an answer; more would delay it by minutes.
_EMBED_BEFORE_ANSWER = 400
_EMBED_FOR_QUESTION = 96


def settings_of_user() -> Settings:
    """Return the settings of the command line, and print a notice for each problem in them."""
    settings, problems = Settings.from_file(DataPaths.default().settings)
    for problem in problems:
        terminal.print_notice(str(problem))
    return settings


@contextmanager
def opened_workspace(settings: Settings) -> Iterator[tuple[Workspace, ProgressLine]]:
    """Yield a workspace and its progress line; close both when the command ends."""
    with terminal.progress_line() as progress:
        workspace = Workspace(settings, DataPaths.default(), progress.download)
        try:
            yield workspace, progress
        finally:
            workspace.close()


class OpenedFolder:
    """The folder of a command. This process or another one keeps its index up to date."""

    def __init__(
        self, folder: Path, workspace: Workspace, progress: ProgressLine, *, needs_vectors: bool = True
    ) -> None:
        """Open the folder, and show the progress until `rest` is called.

        Args:
            folder: the folder's path.
            workspace: opens the folder, and closes it at its own end.
            progress: shows the progress.
            needs_vectors: without vectors, nothing is embedded and no model is downloaded.

        Raises:
            FolderError: the folder does not exist or cannot be listed.
        """
        self._workspace = workspace
        self._progress = progress
        self._showing = True
        self._needs_vectors = needs_vectors
        if not needs_vectors:
            workspace.stop_embedding()  # before the folder opens, since reading it queues its embedding
        self.folder = workspace.open(workspace_folder(folder), self._show)

    def ready_for(self, question: str) -> Index:
        """Update the index for a question and return it.

        If few chunks lack an embedding, all of them are embedded; otherwise only those that match the question.
        """
        self.folder.await_read()
        index = self.folder.opened()
        try:
            if index.unembedded <= _EMBED_BEFORE_ANSWER:
                self.folder.await_vectors()
            else:
                self.folder.await_vectors(index.keyword_candidates(question, _EMBED_FOR_QUESTION))
        except (WeightsError, WorkerError, PeerError, StorageError) as error:
            # Keyword search works without a model and without new vectors.
            terminal.print_notice(str(error))
        self._workspace.stop_embedding()  # the language model needs the processor
        self.rest()
        return index

    def consent(self, index: Index) -> Consent:
        """Return the remote models to which the user allows code of the folder to be sent."""
        return self._workspace.consent_of(index.folder)

    def engine(self, index: Index, may_send: Callable[[Destination], bool]) -> CodeQueryEngine:
        """Return the engine that answers questions from the index; see `Workspace.engine`."""
        return self._workspace.engine(index, may_send=may_send)

    def rest(self) -> None:
        """Stop showing progress, and print the notices about indexing."""
        self._showing = False
        self._progress.hide()
        now = self.folder.activity()
        if now.paused:
            terminal.print_notice("Indexing is paused in an editor. Sourcewise uses the index as it is.")
        if now.notice:
            terminal.print_notice(now.notice)

    def _show(self, folder: IndexedFolder) -> None:
        now = folder.activity()
        if self._showing and not (now.stage is Stage.EMBEDDING and self._is_embedded(now)):
            self._progress.stage(IndexProgress(now.stage, now.done, now.total))

    def _is_embedded(self, now: IndexActivity) -> bool:
        """Return whether nothing needs to be embedded, although the stage says so until the index knows."""
        return not self._needs_vectors or (not now.total and now.embedded >= now.chunks)


@contextmanager
def opened_folder(folder: Path, settings: Settings) -> Iterator[tuple[OpenedFolder, ProgressLine]]:
    """Yield a folder and its progress line; close both when the command ends."""
    with opened_workspace(settings) as (workspace, progress):
        yield OpenedFolder(folder, workspace, progress), progress

"""Opening a folder for a command: the progress that it shows, and what it downloads."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from sourcewise.cli.opening import OpenedFolder
from sourcewise.domain.index_state import IndexActivity, IndexProgress, Stage
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.errors import WeightsError
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings
from sourcewise.weights import WeightsStore
from sourcewise.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class OneFolder:
    """A workspace whose folder is in a given state when it is opened."""

    def __init__(self, activity: IndexActivity) -> None:
        self._keeper = SimpleNamespace(activity=lambda: activity)

    def stop_embedding(self) -> None:
        """Do nothing: the state is given."""

    def open(self, _folder: Path, on_change: Any) -> Any:
        on_change(self._keeper)
        return self._keeper


@pytest.mark.parametrize(
    ("activity", "shown"),
    [
        (IndexActivity(Stage.EMBEDDING, chunks=3, embedded=3), []),
        (IndexActivity(Stage.EMBEDDING), []),
        (IndexActivity(Stage.EMBEDDING, chunks=3, embedded=2), [Stage.EMBEDDING]),
        (IndexActivity(Stage.EMBEDDING, 1, 3, chunks=3, embedded=3), [Stage.EMBEDDING]),
        (IndexActivity(Stage.READING, 1, 3), [Stage.READING]),
    ],
)
def test_embedding_is_shown_only_if_there_is_something_to_embed(
    tmp_path: Path, activity: IndexActivity, shown: list[Stage]
) -> None:
    stages: list[IndexProgress] = []
    progress: Any = SimpleNamespace(stage=stages.append)
    workspace: Any = OneFolder(activity)
    OpenedFolder(tmp_path, workspace, progress)
    assert [progress.stage for progress in stages] == shown


def test_no_embedding_is_shown_if_no_vectors_are_needed(tmp_path: Path) -> None:
    stages: list[IndexProgress] = []
    progress: Any = SimpleNamespace(stage=stages.append)
    workspace: Any = OneFolder(IndexActivity(Stage.EMBEDDING, 1, 3, chunks=3, embedded=0))
    OpenedFolder(tmp_path, workspace, progress, needs_vectors=False)
    assert not stages


class UnreachableWeights(WeightsStore):
    """Weights of which none can be downloaded; records that a model was requested."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.requested = threading.Event()

    def ensure(self, *_: Any) -> Path:
        self.requested.set()
        raise WeightsError("The model cannot be downloaded.")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "network.py").write_text("def send(value):\n    return value\n")
    opened = Workspace(Settings(), DataPaths(tmp_path / "data"))
    opened.weights = UnreachableWeights(opened.data.models)
    yield opened
    opened.close()


@pytest.mark.parametrize("needs_vectors", [False, True])
def test_a_model_is_requested_only_if_vectors_are_needed(
    workspace: Workspace, tmp_path: Path, needs_vectors: bool
) -> None:
    progress: Any = SimpleNamespace(stage=lambda _: None)
    opened = OpenedFolder(tmp_path / "project", workspace, progress, needs_vectors=needs_vectors)
    opened.folder.await_read()
    [passage] = opened.folder.opened().search(SearchRequest("send", 1, SearchMode.KEYWORD)).passages
    assert passage.chunk.path == "network.py"
    assert workspace.weights.requested.wait(20 if needs_vectors else 1) is needs_vectors
    assert not workspace.data.models.exists()

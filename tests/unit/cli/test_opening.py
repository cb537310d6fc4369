"""The progress that a command shows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from sourcewise.cli.opening import OpenedFolder
from sourcewise.domain.index_state import IndexActivity, IndexProgress, Stage

if TYPE_CHECKING:
    from pathlib import Path


class OneFolder:
    """A workspace whose folder is in a given state when it is opened."""

    def __init__(self, activity: IndexActivity) -> None:
        self._keeper = SimpleNamespace(activity=lambda: activity)

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

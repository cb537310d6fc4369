"""Indexes a tree of a benchmark as `sourcewise eval` does, for queries."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from measuring import say

from sourcewise.cli.opening import OpenedFolder, opened_workspace, settings_of_user
from sourcewise.domain.search import SearchMode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.folder_index.index import Index


@contextmanager
def indexed_tree(folder: Path, mode: SearchMode) -> Iterator[Index]:
    """Yield the index of a tree once it is read and, unless the search is by keywords, embedded."""
    say(f"{folder.name} …")
    with opened_workspace(settings_of_user()) as (workspace, progress):
        needs_vectors = mode is not SearchMode.KEYWORD
        opened = OpenedFolder(folder, workspace, progress, needs_vectors=needs_vectors)
        opened.folder.await_read()
        if needs_vectors:
            opened.folder.await_vectors()
        yield opened.folder.opened()

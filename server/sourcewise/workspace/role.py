"""The role of this process for one folder: owner of its index, follower of the owner, or reader of a stored index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.errors import StorageError
from sourcewise.processes.lock import claim
from sourcewise.workspace.follower import Follower
from sourcewise.workspace.owner import Owner
from sourcewise.workspace.read_only import ReadOnlyFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sourcewise.folder_index.index import IndexServices
    from sourcewise.paths import IndexPaths
    from sourcewise.processes.lock import Ownership
    from sourcewise.workspace.embedding_queue import EmbeddingQueue

Role = Owner | Follower | ReadOnlyFolder


def take_role(
    folder: Path,
    paths: IndexPaths,
    ownership: Ownership | None,
    shared: IndexServices,
    *,
    queue: EmbeddingQueue,
    on_change: Callable[[], None],
) -> Role:
    """Open the index of a folder: as its owner if no other process is, else as a follower.

    If the index cannot be written, it is opened for reading only.

    Args:
        folder: the folder's real path.
        paths: the location of its index.
        ownership: the ownership of the index, if this process already has it.
        shared: the services that all indexes share.
        queue: embeds the folders of this process.
        on_change: called, in any thread, when the activity of the role changes.

    Raises:
        StorageError: the index can be neither written nor read.
    """
    try:
        ownership = ownership or claim(paths.lock)
        if ownership is not None:
            return _own(folder, paths, ownership, shared, queue=queue, on_change=on_change)
        return Follower(folder, paths, shared, on_change)
    except StorageError as error:
        return _read(folder, paths, shared, error)


def _own(
    folder: Path,
    paths: IndexPaths,
    ownership: Ownership,
    shared: IndexServices,
    *,
    queue: EmbeddingQueue,
    on_change: Callable[[], None],
) -> Owner:
    try:
        return Owner(folder, paths, ownership, shared, queue=queue, on_change=on_change)
    except BaseException:
        ownership.release()
        raise


def _read(folder: Path, paths: IndexPaths, shared: IndexServices, problem: StorageError) -> ReadOnlyFolder:
    """Open the stored index for reading, or raise the problem if it cannot be read either."""
    try:
        return ReadOnlyFolder(folder, paths, shared, problem)
    except StorageError:
        raise problem from None

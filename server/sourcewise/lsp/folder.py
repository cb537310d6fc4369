"""A folder that is open in an editor: its URI and its index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.index_state import IndexActivity, Stage
from sourcewise.mining.inside import path_inside

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.errors import UserError
    from sourcewise.folder_index.index import Index
    from sourcewise.workspace.folder import IndexedFolder


class Folder:
    """A folder that is open in an editor. Use it only in the event loop's thread.

    Attributes:
        uri: URI of the folder, as the editor writes it.
        path: the folder's path.
        indexed_folder: the folder with its index; None if it cannot be indexed.
        refused: the error if it cannot be indexed, or None.
    """

    def __init__(
        self, uri: str, path: Path, indexed_folder: IndexedFolder | None, refused: UserError | None = None
    ) -> None:
        """Take the values; see the class."""
        self.uri = uri
        self.path = path
        self.indexed_folder = indexed_folder
        self.refused = refused

    @property
    def index(self) -> Index | None:
        """The index to search, or None while it is not open."""
        return None if self.indexed_folder is None else self.indexed_folder.index

    @property
    def activity(self) -> IndexActivity:
        """The activity of its index."""
        if self.indexed_folder is None:
            return IndexActivity(Stage.IDLE, problem=self.refused)
        return self.indexed_folder.activity()

    def relative(self, path: Path) -> str | None:
        """Return a path relative to this folder, with `/`, or None if it is outside."""
        index = self.index
        roots = (self.path, index.folder if index else self.path)
        return next((inside for root in roots if (inside := path_inside(path, root)) is not None), None)

    def contains(self, path: Path) -> bool:
        """Return whether a file is in this folder, but not in a `.git` folder."""
        relative = self.relative(path)
        return relative is not None and ".git" not in relative.split("/")

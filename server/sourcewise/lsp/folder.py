"""One folder as an editor has it open: its URI, and who keeps its index."""

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
    """Belongs to the event loop's thread.

    Attributes:
        keeper: keeps its index, or follows the process that does; None where it can never be indexed.
    """

    def __init__(self, uri: str, path: Path, keeper: IndexedFolder | None, refused: UserError | None = None) -> None:
        """Join the parts.

        Args:
            uri: as the editor writes it.
            path: of the folder.
            keeper: of its index.
            refused: why there is no keeper.
        """
        self.uri = uri
        self.path = path
        self.keeper = keeper
        self.refused = refused

    @property
    def index(self) -> Index | None:
        """What can be asked; None while it is not open."""
        return None if self.keeper is None else self.keeper.index

    @property
    def activity(self) -> IndexActivity:
        """What is being done with its index."""
        if self.keeper is None:
            return IndexActivity(Stage.IDLE, problem=self.refused)
        return self.keeper.activity()

    def relative(self, path: Path) -> str | None:
        """Return a path relative to this folder, with `/`, or None where it lies elsewhere."""
        index = self.index
        roots = (self.path, index.folder if index else self.path)
        return next((inside for root in roots if (inside := path_inside(path, root)) is not None), None)

    def contains(self, path: Path) -> bool:
        """Tell whether a file that may belong to the index lies in this folder."""
        relative = self.relative(path)
        return relative is not None and ".git" not in relative.split("/")

"""A folder to search for references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reference_folder import ReferenceFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folder_of(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], ReferenceFolder]]:
    """Make a folder of texts by path."""
    opened: list[ReferenceFolder] = []

    def make(texts: dict[str, str]) -> ReferenceFolder:
        opened.append(ReferenceFolder(tmp_path / f"{len(opened)}.sqlite", texts))
        return opened[-1]

    yield make
    for folder in opened:
        folder.close()

"""Measures how much disk space Sourcewise uses, from the files themselves."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sourcewise.paths import DataPaths


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """The disk space of one user's data, in bytes.

    Attributes:
        indexes: of all folders.
        cache: the embedding cache.
        models: the downloaded models.
        free: free space on the disk.
    """

    indexes: int
    cache: int
    models: int
    free: int


def disk_usage(data: DataPaths) -> DiskUsage:
    """Return the current disk usage of this user's data."""
    existing = next(place for place in (data.root, *data.root.parents) if place.exists())
    return DiskUsage(
        indexes=bytes_in(data.indexes),
        cache=sum(map(bytes_in, data.root.glob(f"{data.embedding_cache.name}*"))),
        models=bytes_in(data.models),
        free=shutil.disk_usage(existing).free,
    )


def bytes_in(place: Path) -> int:
    """Return the size of a file, or of all files in a folder; 0 if there is neither."""
    if not place.is_dir():
        return _size(place)
    return sum(_size(Path(folder, name)) for folder, _, names in os.walk(place) for name in names)


def readable_size(size: int) -> str:
    """Return a size for people, such as `1.2 GB`."""
    for unit, bytes_of_unit in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)):
        if size >= bytes_of_unit:
            return f"{size / bytes_of_unit:.1f} {unit}"
    return f"{size} bytes"


def _size(file: Path) -> int:
    with suppress(OSError):  # deleted meanwhile
        return file.lstat().st_size
    return 0

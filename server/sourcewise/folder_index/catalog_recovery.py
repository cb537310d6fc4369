"""Replaces a damaged catalog with an empty one. The next update fills it, without embedding anything again.

Damage is detected when the catalog is opened, or later in use. In the second case, a marker file is written, and the
catalog is replaced the next time it is opened.
"""

from __future__ import annotations

import logging
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sourcewise.errors import CatalogCorruptError
from sourcewise.storage.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.paths import IndexPaths

logger = logging.getLogger(__name__)


def open_catalog(folder: Path, paths: IndexPaths) -> tuple[Catalog, str]:
    """Open the catalog of a folder, and replace it if it is damaged. Only the owner of the index may call this.

    Returns:
        The catalog, and a notice for the user if it was replaced, else an empty string.

    Raises:
        StorageError: the catalog cannot be opened.
    """
    try:
        if not paths.damaged.exists():
            return _up_to_date(paths), ""
    except CatalogCorruptError:
        logger.exception("The catalog of %s is corrupt", folder)
    _set_aside(paths.catalog)
    # Only the catalog records which vectors are valid.
    shutil.rmtree(paths.vectors, ignore_errors=True)
    catalog = Catalog(paths.catalog)
    paths.damaged.unlink(missing_ok=True)
    return catalog, "The index was damaged and is being rebuilt. Embeddings are kept, so this is quick."


def _up_to_date(paths: IndexPaths) -> Catalog:
    catalog = Catalog(paths.catalog)
    try:
        catalog.upgrade()
    except BaseException:
        catalog.close()
        raise
    return catalog


@contextmanager
def marking_damage(paths: IndexPaths) -> Iterator[None]:
    """Mark the catalog for replacement by the next `open_catalog` if it is found damaged in this context.

    Raises:
        CatalogCorruptError: the catalog is damaged.
    """
    try:
        yield
    except CatalogCorruptError as error:
        paths.damaged.touch()
        raise CatalogCorruptError(
            error.message,
            "Run the command again, or reopen the folder. The index is then rebuilt, without embedding again.",
        ) from error


def _set_aside(database: Path) -> None:
    """Rename a corrupt database for inspection, and replace the one kept before."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            database.with_name(database.name + suffix).replace(database.with_name(f"corrupt-{database.name}{suffix}"))

"""Replaces a damaged catalog by an empty one, which the next update fills without embedding anything again.

Damage is found when the catalog is opened, or later in use. The latter leaves a marker file, so that the next opening
replaces the catalog.
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
    """Open the catalog of a folder, and replace it if it is damaged; for the owner of the index.

    Returns:
        The catalog, and a notice for the user if it was replaced; else an empty string.

    Raises:
        StorageError: it cannot be opened.
    """
    try:
        if not paths.damaged.exists():
            return _up_to_date(paths), ""
    except CatalogCorruptError:
        logger.exception("The catalog of %s is corrupt", folder)
    _set_aside(paths.catalog)
    # Vectors belong to a catalog: without it, nobody knows which of them are valid.
    shutil.rmtree(paths.vectors, ignore_errors=True)
    catalog = Catalog(paths.catalog)
    paths.damaged.unlink(missing_ok=True)
    return catalog, "The index could not be read and is built anew. Embeddings are kept, so this is quick."


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
    """Have the next `open_catalog` replace the catalog if it proves to be damaged here.

    Raises:
        CatalogCorruptError: it is damaged.
    """
    try:
        yield
    except CatalogCorruptError as error:
        paths.damaged.touch()
        raise CatalogCorruptError(
            error.message,
            "Run it again, or reopen the folder: the index is then built anew, without embedding again.",
        ) from error


def _set_aside(database: Path) -> None:
    """Keep a corrupt database for inspection under another name; at most one of them."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            database.with_name(database.name + suffix).replace(database.with_name(f"corrupt-{database.name}{suffix}"))

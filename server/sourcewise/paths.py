"""Where data lives: per user, never inside a workspace.

    DATA/
      models/NAME/              weights
      embeddings.sqlite         the embedding cache, shared by all folders
      embedder/                 lock and address of the process that embeds for all others
      indexes/NAME-HASH/        one folder's index: catalog.sqlite, vectors/, origin, lock, address
      logs/sourcewise.log
      settings.toml             settings of the command line

DATA is `SOURCEWISE_HOME`, else the platform's per-user data folder. Only its user can read it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from sourcewise.errors import FolderError, SettingsError, StorageError

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_OUR_ENTRIES = ("embedder", "embeddings.sqlite", "indexes", "logs", "models", "settings.toml")


@dataclass(frozen=True, slots=True)
class IndexPaths:
    """The places of one folder's index."""

    root: Path

    @property
    def catalog(self) -> Path:
        """The SQLite database."""
        return self.root / "catalog.sqlite"

    @property
    def vectors(self) -> Path:
        """The Chroma folder."""
        return self.root / "vectors"

    @property
    def origin(self) -> Path:
        """The file that names the folder that the index is of."""
        return self.root / "origin"

    @property
    def damaged(self) -> Path:
        """A file that is there where the catalog proved to be damaged in use."""
        return self.root / "damaged"

    @property
    def consent(self) -> Path:
        """The file that lists the remote models which may be sent code of the folder."""
        return self.root / "consent.json"

    @property
    def lock(self) -> Path:
        """The file whose lock says who owns the index."""
        return self.root / "lock"

    @property
    def address(self) -> Path:
        """The file that says where the owner serves the others."""
        return self.root / "address"


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The per-user places."""

    root: Path

    @classmethod
    def default(cls) -> DataPaths:
        """Return the places this user has.

        Raises:
            SettingsError: SOURCEWISE_HOME is no absolute path.
        """
        chosen = Path(os.environ.get("SOURCEWISE_HOME", "")).expanduser()
        if chosen.is_absolute():
            return cls(chosen.resolve())
        if chosen.parts:  # in a repository it would name one of the repository's folders, settings included
            raise SettingsError(
                f"SOURCEWISE_HOME is {str(chosen)!r}, which is no absolute path.",
                "Set it to a path that begins at the root, or unset it.",
            )
        return cls(platformdirs.user_data_path("sourcewise"))

    @property
    def models(self) -> Path:
        """Weights, a folder a model."""
        return self.root / "models"

    @property
    def indexes(self) -> Path:
        """The indexes, a folder each."""
        return self.root / "indexes"

    @property
    def embedding_cache(self) -> Path:
        """The SQLite database of embeddings."""
        return self.root / "embeddings.sqlite"

    @property
    def embedder_lock(self) -> Path:
        """The file whose lock says which process embeds for all others."""
        return self.root / "embedder" / "lock"

    @property
    def embedder_address(self) -> Path:
        """The file that says where that process serves them."""
        return self.root / "embedder" / "address"

    @property
    def log(self) -> Path:
        """The log file."""
        return self.root / "logs" / "sourcewise.log"

    @property
    def settings(self) -> Path:
        """The command line's settings file."""
        return self.root / "settings.toml"

    def make_private(self) -> None:
        """Take away the rights of other users, also from what an earlier version left open to them.

        The data folder itself is closed unless it holds other things than ours, as a folder that a user chose may.
        """
        if sys.platform == "win32":  # the profile of a user is private there
            return
        self.root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        entries = list(os.scandir(self.root))
        ours = [entry for entry in entries if entry.name.startswith(_OUR_ENTRIES)]
        if len(ours) == len(entries):
            _close(self.root, _PRIVATE_FOLDER)
        for entry in ours:
            _close_tree(entry)

    def index_of(self, folder: Path) -> IndexPaths:
        """Return where the index of a folder lives.

        Raises:
            StorageError: that place would be inside the folder itself.
        """
        if self.root.resolve().is_relative_to(folder):
            raise StorageError(
                f"The index of {folder} would be stored inside it, at {self.root}.",
                "Set SOURCEWISE_HOME to a folder outside the workspace.",
            )
        digest = hashlib.blake2b(os.fsencode(folder), digest_size=6).hexdigest()
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name)[:40] or "root"
        return IndexPaths(self.indexes / f"{readable}-{digest}")


def _close_tree(entry: os.DirEntry[str]) -> None:
    """Take away the rights of other users from a file, or a folder with all that is in it; links stay as they are."""
    if entry.is_symlink():
        return
    if not entry.is_dir():
        _close(Path(entry.path), _PRIVATE_FILE)
        return
    _close(Path(entry.path), _PRIVATE_FOLDER)
    with suppress(OSError), os.scandir(entry.path) as inside:
        for inner in inside:
            _close_tree(inner)


def _close(path: Path, wanted: int) -> None:
    # What is gone by now, or belongs to another user, is none of ours to close.
    with suppress(OSError):
        rights = stat.S_IMODE(path.stat().st_mode)
        if rights & ~wanted:
            path.chmod(rights & wanted)


def workspace_folder(path: Path) -> Path:
    """Return the real path of a folder that can be indexed.

    Raises:
        FolderError: it does not exist, is no folder, or may not be listed.
    """
    try:
        folder = path.expanduser().resolve(strict=True)
        if not folder.is_dir():
            raise FolderError(f"{path} is a file, not a folder.", "Name the folder that contains it.")
        os.scandir(folder).close()
    except FileNotFoundError as error:
        raise FolderError(f"The folder {path} does not exist.", "Check the spelling of --folder.") from error
    except PermissionError as error:
        raise FolderError(f"The folder {path} may not be read.", "Ask its owner for permission to list it.") from error
    except (OSError, RuntimeError) as error:
        raise FolderError(f"The folder {path} cannot be opened: {error}.", "Name another folder.") from error
    return folder

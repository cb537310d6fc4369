"""Returns the paths of Sourcewise's data: per user, never inside a workspace.

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
    """The paths of one folder's index."""

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
        """The file with the path of the indexed folder."""
        return self.root / "origin"

    @property
    def damaged(self) -> Path:
        """The file that marks a catalog as damaged."""
        return self.root / "damaged"

    @property
    def consent(self) -> Path:
        """The file that lists the remote models to which the user allows code of the folder to be sent."""
        return self.root / "consent.json"

    @property
    def lock(self) -> Path:
        """The lock file of the process that owns the index."""
        return self.root / "lock"

    @property
    def address(self) -> Path:
        """The file with the address at which the owner serves other processes."""
        return self.root / "address"


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The paths of a user's data."""

    root: Path

    @classmethod
    def default(cls) -> DataPaths:
        """Return the paths of the current user.

        Raises:
            SettingsError: SOURCEWISE_HOME is not an absolute path.
        """
        chosen = Path(os.environ.get("SOURCEWISE_HOME", "")).expanduser()
        if chosen.is_absolute():
            return cls(chosen.resolve())
        if chosen.parts:  # in a repository, a relative path would name a folder of the repository, with its settings
            raise SettingsError(
                f"SOURCEWISE_HOME is {str(chosen)!r}, which is not an absolute path.",
                "Set it to an absolute path, or unset it.",
            )
        return cls(platformdirs.user_data_path("sourcewise"))

    @property
    def models(self) -> Path:
        """The model weights, with one folder for each model."""
        return self.root / "models"

    @property
    def indexes(self) -> Path:
        """The folder of the indexes, with one folder for each index."""
        return self.root / "indexes"

    @property
    def embedding_cache(self) -> Path:
        """The SQLite database of cached embeddings."""
        return self.root / "embeddings.sqlite"

    @property
    def embedder_lock(self) -> Path:
        """The lock file of the process that embeds for all others."""
        return self.root / "embedder" / "lock"

    @property
    def embedder_address(self) -> Path:
        """The file with the address of the process that embeds for all others."""
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
        """Make the data unreadable for other users, including files that an earlier version left readable.

        The mode of the data folder itself stays as it is if the folder contains files that are not Sourcewise's: the
        user may have chosen a shared folder.

        Raises:
            OSError: the data folder cannot be created or listed.
        """
        if sys.platform == "win32":  # user profiles are private on Windows
            return
        self.root.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        entries = list(os.scandir(self.root))
        ours = [entry for entry in entries if entry.name.startswith(_OUR_ENTRIES)]
        if len(ours) == len(entries):
            _close(self.root, _PRIVATE_FOLDER)
        for entry in ours:
            _close_tree(entry)

    def index_of(self, folder: Path) -> IndexPaths:
        """Return the paths of a folder's index.

        Raises:
            StorageError: the index would be inside the folder itself.
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
    """Remove the permissions of other users from a file, or from a folder and its content; skip links."""
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
    # The file may be gone by now, or belong to another user.
    with suppress(OSError):
        rights = stat.S_IMODE(path.stat().st_mode)
        if rights & ~wanted:
            path.chmod(rights & wanted)


def workspace_folder(path: Path) -> Path:
    """Return the real path of a folder that can be indexed.

    Raises:
        FolderError: it does not exist, is not a folder, or cannot be listed.
    """
    try:
        folder = path.expanduser().resolve(strict=True)
        if not folder.is_dir():
            raise FolderError(f"{path} is a file, not a folder.", "Use the folder that contains it.")
        os.scandir(folder).close()
    except FileNotFoundError as error:
        raise FolderError(f"The folder {path} does not exist.", "Check the spelling of --folder.") from error
    except PermissionError as error:
        raise FolderError(
            f"You have no permission to read the folder {path}.", "Ask its owner for permission to list it."
        ) from error
    except (OSError, RuntimeError) as error:
        raise FolderError(f"The folder {path} cannot be opened: {error}.", "Use another folder.") from error
    return folder

"""Stores the remote models to which the user allows code of a folder to be sent.

The user decides once for each folder and destination. The decision is stored in the user's data folder, never in the
folder itself, so a repository cannot contain it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from sourcewise.domain.answer import Destination
from sourcewise.errors import StorageError


class Consent:
    """The allowed destinations of one folder. Several processes may use the file."""

    def __init__(self, file: Path) -> None:
        """Use a file, which need not exist. Each call reads it again."""
        self._file = file

    @property
    def destinations(self) -> frozenset[Destination]:
        """The allowed destinations; none if the file is missing or damaged."""
        try:
            entries = json.loads(self._file.read_bytes())
            return frozenset(Destination(str(entry["model"]), str(entry["host"])) for entry in entries)
        except (OSError, ValueError, TypeError, KeyError):
            return frozenset()

    def covers(self, destination: Destination) -> bool:
        """Return whether the user allowed a destination."""
        return destination in self.destinations

    def give(self, destination: Destination) -> None:
        """Allow a destination, also for later questions.

        Raises:
            StorageError: the file cannot be written.
        """
        self._write(self.destinations | {destination})

    def withdraw(self) -> None:
        """Withdraw all permissions.

        Raises:
            StorageError: the file cannot be deleted.
        """
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self._file, error) from error

    def _write(self, allowed: frozenset[Destination]) -> None:
        entries = sorted((entry.model, entry.host) for entry in allowed)
        text = json.dumps([{"model": model, "host": host} for model, host in entries], indent=2)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Only its owner can read a temporary folder, and a file that a full disk cut short is deleted with it.
            with tempfile.TemporaryDirectory(dir=self._file.parent) as folder:
                fresh = Path(folder) / self._file.name
                fresh.write_text(text, encoding="utf-8")
                fresh.chmod(0o600)
                fresh.replace(self._file)
        except OSError as error:
            raise _unwritable(self._file, error) from error


def _unwritable(file: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Your decision cannot be stored in {file}: {error}.", "Make that folder writable and try again."
    )

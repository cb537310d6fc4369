"""Exclusive ownership among processes, by a lock file.

Hides the lock, which the operating system releases when its holder ends in any way.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from sourcewise.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

_USUAL_HINT = "Make its folder writable, or set SOURCEWISE_HOME to a folder on a local disk."
_HINTS = dict.fromkeys((errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)), "Free some space there.")


class Ownership:
    """Held by one process at a time, until it is released or that process ends. Any thread may release it."""

    def __init__(self, lock: FileLock) -> None:
        """Wrap an acquired lock; see claim."""
        self._lock = lock

    def release(self) -> None:
        """Release the lock for other processes; repeating it does nothing."""
        self._lock.release()


def claim(lock: Path) -> Ownership | None:
    """Take the lock at this path without waiting, creating its folder; return None if another process holds it.

    Raises:
        StorageError: its folder cannot be written, or the file system does not support locks.
    """
    # No fallback to a soft lock: a user would have to delete one that outlives its holder.
    file_lock = FileLock(lock, thread_local=False, fallback_to_soft=False, preserve_lock_file=True, mode=0o600)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file_lock.acquire(blocking=False)
    except Timeout:
        return None
    except OSError as error:
        raise StorageError(
            f"{lock} cannot be locked: {error.strerror or error}.", _HINTS.get(error.errno or 0, _USUAL_HINT)
        ) from error
    return Ownership(file_lock)

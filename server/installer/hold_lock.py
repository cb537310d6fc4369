"""Hold an operating-system lock on a file until standard input closes.

Hides the locks of POSIX and Windows from `lock.mjs`, which runs before anything is installed, so only the
standard library is at hand. The system drops the lock with the process, however that ends: no lock goes stale.

Usage: `python hold_lock.py FILE`. Writes "waiting" when another process holds the lock, then "held" once it is ours.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import IO

POLL_SECONDS = 0.2

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        """Raises OSError while another process holds the lock."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        """Raises OSError while another process holds the lock."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _tell(state: str) -> None:
    sys.stdout.write(f"{state}\n")
    sys.stdout.flush()


def _acquire(file: IO[bytes]) -> None:
    waiting = False
    while True:
        try:
            return _try_lock(file)
        except OSError:
            if not waiting:
                _tell("waiting")
            waiting = True
            time.sleep(POLL_SECONDS)


def main() -> None:
    """Acquire the lock on the file of the first argument, say so, and keep it until standard input ends."""
    # Ctrl-C reaches the whole process group; the lock must outlive whoever still tidies up under it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(sys.argv[1]).open("ab") as file:
        _acquire(file)
        _tell("held")
        sys.stdin.read()


if __name__ == "__main__":
    main()

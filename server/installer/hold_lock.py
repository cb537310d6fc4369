"""Holds an operating-system lock on a file until standard input closes.

Hides the file locks of POSIX and Windows from `lock.mjs`. That runs before anything is installed, so this script uses
only the standard library. The system releases the lock when the process ends, however it ends: no lock goes stale.

Usage: `python hold_lock.py FILE`. Prints "waiting" if another process holds the lock, and "held" once it is acquired.
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
        """Acquire the lock; raises OSError while another process holds it."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        """Acquire the lock; raises OSError while another process holds it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _print_state(state: str) -> None:
    sys.stdout.write(f"{state}\n")
    sys.stdout.flush()


def _acquire(file: IO[bytes]) -> None:
    waiting = False
    while True:
        try:
            return _try_lock(file)
        except OSError:
            if not waiting:
                _print_state("waiting")
            waiting = True
            time.sleep(POLL_SECONDS)


def main() -> None:
    """Acquire the lock on the file named by the first argument, print "held", and keep it until standard input ends."""
    # Ctrl-C reaches the whole process group, and a process that still cleans up must keep the lock.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(sys.argv[1]).open("ab") as file:
        _acquire(file)
        _print_state("held")
        sys.stdin.read()


if __name__ == "__main__":
    main()

"""Time and memory limits of the parsing process. The operating system enforces them, even in native code."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import faulthandler
else:
    import resource

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 10
"""Time limit for one file in CPU seconds; on Windows in wall-clock seconds."""

_MEMORY_BYTES = 4 * 1024**3


def limit_memory() -> None:
    """Limit the memory of this process (effective on Linux) and disable core dumps."""
    if sys.platform != "win32":
        _limit(resource.RLIMIT_AS, _MEMORY_BYTES)
        _limit(resource.RLIMIT_CORE, 0)


@contextmanager
def limited_time() -> Iterator[None]:
    """End this process if the block takes longer than `SECONDS`."""
    if sys.platform == "win32":
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
    else:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + SECONDS)
        yield


if sys.platform != "win32":

    def _limit(kind: int, wanted: int) -> None:
        """Set the soft limit, at most to the hard limit that the user or the system has set."""
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))

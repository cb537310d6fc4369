"""A worker-process service that certain texts kill. Has few imports, so that it restarts quickly."""

from __future__ import annotations

import os
import signal

POISON = "this text kills the process"


class MortalService:
    """Measures texts; dies of poison, or of anything if it `always_dies`."""

    def __init__(self, always_dies: bool) -> None:
        self.always_dies = always_dies

    def embed(self, texts: list[str]) -> list[int]:
        if self.always_dies or any(POISON in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return [len(text) for text in texts]

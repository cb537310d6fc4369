"""Embeds as an editor window does. As a program, it prints for each input line which process embeds for the window.

python embedding_window.py FOLDER
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from hashing_embedder import HashingEmbedder

from sourcewise.embedding import EmbeddingText, Window
from sourcewise.embedding.shared_embedder import SharedEmbedder
from sourcewise.errors import WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sourcewise.embedding.vectors import Vectors

DEADLY = "deadly"


class PlacedEmbedder(HashingEmbedder):
    """Reports its process id, and can be configured to block forever on texts and questions that are paths of pipes."""

    def __init__(self, *, stalls: bool = False) -> None:
        super().__init__()
        self._stalls = stalls

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        if texts[0].text == DEADLY:
            raise WorkerDiedError("The worker died.")
        self._stall_at(texts[0].text)
        return super().embed_texts(model, texts)

    def embed_question(self, model: str, question: str) -> Vectors:
        self._stall_at(question)
        return super().embed_question(model, question)

    def windows(self, model: str, texts: Sequence[EmbeddingText]) -> list[list[Window]]:
        return [[Window(str(os.getpid()), "", 0, 0)]]

    def use_threads(self, threads: int) -> None:
        pass

    def _stall_at(self, text: str) -> None:
        if self._stalls and Path(text).is_fifo():
            Path(text).open("w").close()
            threading.Event().wait()


def open_window(
    folder: Path, own: PlacedEmbedder, patience: Callable[[], float | None] = lambda: None
) -> SharedEmbedder:
    """Return the embedder of a window with its data in the given folder."""
    return SharedEmbedder(own, folder / "lock", folder / "address", patience)


def place_of(embedder: SharedEmbedder) -> int:
    """Return the id of the process that embeds for a window."""
    return int(embedder.windows("model", [])[0][0].text)


if __name__ == "__main__":
    window = open_window(Path(sys.argv[1]), PlacedEmbedder(stalls=True))
    for _ in sys.stdin:
        print(place_of(window), flush=True)  # noqa: T201
    window.close()
    os._exit(0)  # even if a thread is blocked

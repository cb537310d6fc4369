"""The embedding model. Hides the process that it runs in, so that this one imports no model.

A text longer than the model's window becomes several windows, each with its own vector; joined, the windows are the
text, so nothing is cut off.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.errors import WorkerError
from sourcewise.processes.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sourcewise.embedding.vectors import Vectors
    from sourcewise.embedding.windows import Window

# A question waits until the texts under way are done, so they are few; a processor gains nothing from more.
_TEXTS_AT_A_TIME = 8


@dataclass(frozen=True, slots=True)
class EmbeddingText:
    """What is embedded: a text, and the context that each of its windows begins with."""

    text: str
    context: str = ""

    @property
    def key(self) -> str:
        """What makes two of them the same to a model."""
        return f"{self.context}\0{self.text}"


class Embedder:
    """Embeds in its worker. Thread-safe; questions go before files."""

    def __init__(
        self,
        model_folder: Callable[[str], Path],
        threads: int,
        log_file: Path | None = None,
        patience: Callable[[], float | None] = lambda: None,
        idle_seconds: Callable[[], float | None] | None = None,
    ) -> None:
        """Describe the model; nothing is loaded.

        Args:
            model_folder: gives the folder of a model's weights, fetching them if need be.
            threads: processor threads, 0 for all.
            log_file: where the worker process writes its log.
            patience: gives how many seconds a question waits for its vector; None is for ever.
            idle_seconds: gives how long the model stays in memory after it was last used; None is for ever.
        """
        self._model_folder = model_folder
        self._patience = patience
        self._questions = ThreadPoolExecutor(thread_name_prefix="question")
        self._worker = Worker(
            "sourcewise.embedding.service:EmbeddingService",
            {"threads": threads},
            "embedding",
            low_priority=True,
            log_file=log_file,
            idle_seconds=idle_seconds,
        )

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        """Return for each text an array (windows, dimensions) of unit length.

        Raises:
            WeightsError: the model cannot be had.
            WorkerDiedError: the process died of it, or was killed.
            WorkerError: the process cannot be started, or was closed meanwhile.
        """
        pairs = [(text.text, text.context) for text in texts]
        folder = str(self._model_folder(model))
        vectors: list[Vectors] = []
        for start in range(0, len(pairs), _TEXTS_AT_A_TIME):
            vectors += self._worker.call("embed_texts", folder, pairs[start : start + _TEXTS_AT_A_TIME])
        return vectors

    def embed_question(self, model: str, question: str) -> Vectors:
        """Return one unit vector (dimensions); of a question longer than the window, the mean of its windows.

        Raises:
            WeightsError: the model cannot be had.
            WorkerError: the process died, or is still at its start or at other work when patience is at its end.
        """
        future = self._questions.submit(self._embed_question, model, question)
        try:
            return future.result(self._patience())
        except TimeoutError as error:
            raise WorkerError("The embedding model is still starting or busy.", "Ask again in a moment.") from error

    def prepare(self, model: str) -> None:
        """Begin to load a model where none is loaded, so that the first question need not wait for it."""
        if not self._worker.running:
            self._questions.submit(self._embed_question, model, "")

    def windows(self, model: str, texts: Sequence[EmbeddingText]) -> list[list[Window]]:
        """Return what each text would be embedded as, without embedding it."""
        pairs = [(text.text, text.context) for text in texts]
        result: list[list[Window]] = self._worker.call("windows", str(self._model_folder(model)), pairs)
        return result

    def use_threads(self, threads: int) -> None:
        """Go on with another number of processor threads, 0 for all, in a new worker process; ends no call."""
        self._worker.restart({"threads": threads})

    def close(self) -> None:
        """End the worker process at once and give its memory back; calls under way raise WorkerError."""
        self._worker.close()

    def _embed_question(self, model: str, question: str) -> Vectors:
        vector: Vectors = self._worker.call("embed_question", str(self._model_folder(model)), question, urgent=True)
        return vector

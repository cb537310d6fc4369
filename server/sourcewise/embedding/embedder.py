"""Embeds texts and questions. Hides the child process of the model, so that this process imports no model.

A text longer than the model's window becomes several windows, each with its own vector. Joined, the windows are the
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

# A question waits until the current call is done, so a call has few texts; more would not be faster on a processor.
_TEXTS_PER_CALL = 8


@dataclass(frozen=True, slots=True)
class EmbeddingText:
    """A text to embed, and the context with which each of its windows begins."""

    text: str
    context: str = ""

    @property
    def key(self) -> str:
        """Equal for two of these exactly if they get the same vectors."""
        return f"{self.context}\0{self.text}"


class Embedder:
    """Embeds in a worker process. Thread-safe; questions go before files."""

    def __init__(
        self,
        model_folder: Callable[[str], Path],
        threads: int,
        log_file: Path | None = None,
        patience: Callable[[], float | None] = lambda: None,
        idle_seconds: Callable[[], float | None] | None = None,
    ) -> None:
        """Describe the worker; nothing is loaded.

        Args:
            model_folder: returns the folder of a model's weights, downloading them if necessary.
            threads: processor threads, 0 for all.
            log_file: where the worker process writes its log.
            patience: returns the seconds that a question waits for its vector; None means no limit.
            idle_seconds: returns the seconds that an unused model stays in memory; None means forever.
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
        """Return for each text an array (windows, dimensions) of unit vectors.

        Raises:
            WeightsError: the model is missing and cannot be downloaded.
            WorkerDiedError: a text crashed the process, or the process was killed.
            WorkerError: the process cannot be started, or was closed meanwhile.
        """
        pairs = [(text.text, text.context) for text in texts]
        folder = str(self._model_folder(model))
        vectors: list[Vectors] = []
        for start in range(0, len(pairs), _TEXTS_PER_CALL):
            vectors += self._worker.call("embed_texts", folder, pairs[start : start + _TEXTS_PER_CALL])
        return vectors

    def embed_question(self, model: str, question: str) -> Vectors:
        """Return one unit vector (dimensions); for a question longer than the window, the mean of its windows.

        Raises:
            WeightsError: the model is missing and cannot be downloaded.
            WorkerError: the process died, or is still starting or busy when `patience` expires.
        """
        future = self._questions.submit(self._embed_question, model, question)
        try:
            return future.result(self._patience())
        except TimeoutError as error:
            raise WorkerError("The embedding model is still starting or busy.", "Ask again in a moment.") from error

    def prepare(self, model: str) -> None:
        """Begin to load a model if none is loaded, so that the first question does not wait for it."""
        if not self._worker.running:
            self._questions.submit(self._embed_question, model, "")

    def windows(self, model: str, texts: Sequence[EmbeddingText]) -> list[list[Window]]:
        """Return the windows of each text, without embedding them."""
        pairs = [(text.text, text.context) for text in texts]
        result: list[list[Window]] = self._worker.call("windows", str(self._model_folder(model)), pairs)
        return result

    def use_threads(self, threads: int) -> None:
        """Use another number of processor threads, 0 for all, in a new worker process; interrupts no call."""
        self._worker.restart({"threads": threads})

    def close(self) -> None:
        """End the worker process at once and free its memory; running calls raise WorkerError."""
        self._worker.close()

    def _embed_question(self, model: str, question: str) -> Vectors:
        vector: Vectors = self._worker.call("embed_question", str(self._model_folder(model)), question, urgent=True)
        return vector

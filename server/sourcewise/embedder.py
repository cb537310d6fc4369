"""Texts in, vectors out: hides sentence-transformers, torch, the model's window and the process it runs in.

A text longer than the model's window becomes several windows, each with its own vector; joined, the windows are the
text, so nothing is cut off. The model runs in a worker process: this one never imports torch.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sourcewise.errors import WorkerError
from sourcewise.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

CPU_MODEL = "all-MiniLM-L6-v2"
GPU_MODEL = "all-mpnet-base-v2"
# A window shows at most this share of itself to the context, so that the text makes progress.
_CONTEXT_SHARE = 0.25
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


def default_model() -> str:
    """Return the model that suits this machine, without importing torch."""
    return GPU_MODEL if _has_gpu() else CPU_MODEL


def _has_gpu() -> bool:
    if platform.system() == "Darwin":
        return platform.machine() == "arm64"
    return shutil.which("nvidia-smi") is not None and not importlib.metadata.version("torch").endswith("+cpu")


class Embedder:
    """The model as the rest of the house sees it. Thread-safe; questions go before files."""

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
            "sourcewise.embedder:EmbeddingService",
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
        coming = self._questions.submit(self._embed_question, model, question)
        try:
            return coming.result(self._patience())
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


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text that fits the model.

    Attributes:
        tokens: what the model is given, context and special tokens included; `limit` is what it takes.
    """

    text: str
    context: str
    tokens: int
    limit: int

    @property
    def content(self) -> str:
        """What the model reads."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class EmbeddingService:
    """Lives in the worker process: the models that were asked for, loaded once."""

    def __init__(self, threads: int) -> None:
        # Threads that spin while they wait would take half of a busy machine; read when torch is imported.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch  # noqa: PLC0415 - only the worker process pays for it

        if threads:
            torch.set_num_threads(threads)
        self._models: dict[str, _LoadedModel] = {}

    def embed_texts(self, folder: str, pairs: list[tuple[str, str]]) -> list[Vectors]:
        """See Embedder.embed_texts."""
        return self._model(folder).embed(pairs)

    def embed_question(self, folder: str, question: str) -> Vectors:
        """See Embedder.embed_question."""
        return self._model(folder).embed_question(question)

    def windows(self, folder: str, pairs: list[tuple[str, str]]) -> list[list[Window]]:
        """See Embedder.windows."""
        return [self._model(folder).windows(text, context) for text, context in pairs]

    def _model(self, folder: str) -> _LoadedModel:
        if folder not in self._models:
            self._models[folder] = _LoadedModel(folder)
        return self._models[folder]


class _LoadedModel:
    def __init__(self, folder: str) -> None:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - see above

        self._model: Any = SentenceTransformer(folder, local_files_only=True)
        self._tokenizer: Any = self._model.tokenizer.backend_tokenizer
        # Its own encode cuts silently at the window; ours decides what a window is.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        longest_prompt = max((self._count(prompt) for prompt in self._model.prompts.values() if prompt), default=0)
        # A model without attention takes texts of any length.
        self._limit: int = (self._model.max_seq_length or sys.maxsize) - longest_prompt

    def embed(self, pairs: list[tuple[str, str]]) -> list[Vectors]:
        windows = [self.windows(text, context) for text, context in pairs]
        flat = [window.content for group in windows for window in group]
        vectors: Vectors = self._encode(self._model.encode_document, flat)
        parts: list[Vectors] = []
        start = 0
        for group in windows:
            parts.append(vectors[start : start + len(group)])
            start += len(group)
        return parts

    def embed_question(self, question: str) -> Vectors:
        windows = [window.content for window in self.windows(question, "")]
        vectors = self._encode(self._model.encode_query, windows)
        mean: Vectors = vectors.mean(axis=0)
        length = max(float((mean**2).sum()) ** 0.5, 1e-12)
        unit: Vectors = mean / length
        return unit

    def windows(self, text: str, context: str) -> list[Window]:
        context = self._shortened(context)
        room = self._limit - self._count(f"{context}\n" if context else "")
        result: list[Window] = []
        pieces = [text]
        while pieces:
            piece = pieces.pop()
            tokens = self._count(f"{context}\n{piece}" if context else piece)
            if tokens <= self._limit or len(piece) < 2:
                result.append(Window(piece, context, tokens, self._limit))
            else:
                pieces += reversed(self._cut(piece, room))
        return result

    def _cut(self, text: str, room: int) -> list[str]:
        """Cut into two pieces or more of about `room` tokens each, at the end of a line where one is near."""
        starts = [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]
        cuts, first = [0], 0
        while first + room < len(starts):
            cut = _good_cut(text, cuts[-1], starts[first + room])
            cuts.append(cut)
            first = bisect_left(starts, cut)
        if len(cuts) == 1:
            cuts.append(len(text) // 2)
        return [text[a:b] for a, b in pairwise([*cuts, len(text)])]

    def _shortened(self, context: str) -> str:
        offsets = self._tokenizer.encode(context, add_special_tokens=False).offsets
        room = int(self._limit * _CONTEXT_SHARE)
        return context if len(offsets) <= room else context[: offsets[room][0]].rstrip()

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        # Its own encode pads with the tokenizer's settings, so those are there while it runs.
        if self._model.max_seq_length:
            self._tokenizer.enable_truncation(self._model.max_seq_length)
        try:
            vectors: Vectors = encode(texts, normalize_embeddings=True, show_progress_bar=False, batch_size=32)
            return vectors
        finally:
            self._tokenizer.no_truncation()
            self._tokenizer.no_padding()


def _good_cut(text: str, start: int, limit: int) -> int:
    """Return where to end a piece that begins at `start` and may reach to `limit`."""
    middle = (start + limit) // 2
    line_end = text.rfind("\n", middle, limit) + 1
    word_end = text.rfind(" ", middle, limit) + 1
    return line_end or word_end or max(limit, start + 1)

"""The service of the embedding process: loads each requested model once, and embeds with it.

Hides which library runs a model; the files in the model's folder determine it.
"""

from __future__ import annotations

import logging
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sourcewise.embedding.vectors import unit
from sourcewise.embedding.windows import Window, WindowCutter
from sourcewise.errors import UserError, WeightsError
from sourcewise.processes.worker_process import is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.embedding.vectors import Vectors

logger = logging.getLogger(__name__)


class Model(Protocol):
    """A loaded model.

    Attributes:
        tokenizer: of the library `tokenizers`; counts the tokens of the model's input.
        limit: maximum number of input tokens, including special tokens and any that the model adds itself.
    """

    tokenizer: Any
    limit: int

    def embed_texts(self, contents: Sequence[str]) -> Vectors:
        """Return an array (texts, dimensions) of unit vectors; no text may be longer than the limit."""

    def embed_questions(self, contents: Sequence[str]) -> Vectors:
        """Return the same for windows of questions."""


class EmbeddingService:
    """The worker's service; see Worker."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._models: dict[str, tuple[Model, WindowCutter]] = {}

    def embed_texts(self, folder: str, pairs: list[tuple[str, str]]) -> list[Vectors]:
        """See Embedder.embed_texts."""
        model, _ = self._model(folder)
        groups = self.windows(folder, pairs)
        vectors = model.embed_texts([window.content for group in groups for window in group])
        return [vectors[a:b] for a, b in pairwise(accumulate(map(len, groups), initial=0))]

    def embed_question(self, folder: str, question: str) -> Vectors:
        """See Embedder.embed_question."""
        model, cutter = self._model(folder)
        return unit(model.embed_questions([window.content for window in cutter.cut(question, "")]).mean(axis=0))

    def windows(self, folder: str, pairs: list[tuple[str, str]]) -> list[list[Window]]:
        """See Embedder.windows."""
        _, cutter = self._model(folder)
        return [cutter.cut(text, context) for text, context in pairs]

    def _model(self, folder: str) -> tuple[Model, WindowCutter]:
        if folder not in self._models:
            model = _loaded(Path(folder), self._threads)
            self._models[folder] = model, WindowCutter(model.tokenizer, model.limit)
        return self._models[folder]


def _loaded(folder: Path, threads: int) -> Model:
    """Load a model.

    Raises:
        WeightsError: its files are damaged, or not of a kind that can be loaded.
    """
    try:
        return _load(folder, threads)
    except UserError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        logger.exception("The embedding model in %s cannot be loaded", folder)
        raise WeightsError(
            f"The embedding model in {folder} cannot be loaded.",
            "Choose another model (embedding.model), or delete the folder if Sourcewise downloaded it.",
        ) from error


def _load(folder: Path, threads: int) -> Model:
    """Load a model with the library that its folder is for; importing the other would take seconds and memory."""
    if (folder / "model.onnx").exists():
        from sourcewise.embedding.onnx_model import OnnxModel  # noqa: PLC0415

        return OnnxModel(folder, threads)
    from sourcewise.embedding.sentence_model import SentenceModel  # noqa: PLC0415

    return SentenceModel(folder, threads)

"""Embedding models in sentence-transformers. Hides that library and torch."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from sourcewise.embedding.vectors import unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sourcewise.embedding.vectors import Vectors

# Batches are not faster on a processor, and shorter texts would cost extra padding; a GPU needs them.
_BATCH_OF_PROCESSOR, _BATCH_OF_DEVICE = 1, 32
# Processors with 16-bit multiplication take about half the time, and only the fourth digit of a cosine changes. Others
# emulate it, which is slower.
_MULTIPLIES_16_BITS = ("avx512_bf16", "amx_bf16")


class SentenceModel:
    """One loaded model; see Model."""

    def __init__(self, folder: Path, threads: int) -> None:
        # Threads that spin while waiting would take half of a busy machine. torch reads this when it is imported.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch  # noqa: PLC0415
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        if threads:
            torch.set_num_threads(threads)
        self._model: Any = SentenceTransformer(str(folder), local_files_only=True, trust_remote_code=False)
        self.tokenizer: Any = self._model.tokenizer.backend_tokenizer
        on_processor = self._model.device.type == "cpu"
        if on_processor and any(torch.cpu.get_capabilities().get(name) for name in _MULTIPLIES_16_BITS):
            self._model.to(torch.bfloat16)
        # The library truncates silently at the window; WindowCutter makes the windows instead.
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._batch = _BATCH_OF_PROCESSOR if on_processor else _BATCH_OF_DEVICE
        # A model without attention accepts texts of any length.
        self.limit: int = (self._model.max_seq_length or sys.maxsize) - self._longest_prompt()

    def embed_texts(self, contents: Sequence[str]) -> Vectors:
        """See Model.embed_texts."""
        return self._encode(self._model.encode_document, contents)

    def embed_questions(self, contents: Sequence[str]) -> Vectors:
        """See Model.embed_questions."""
        return self._encode(self._model.encode_query, contents)

    def _longest_prompt(self) -> int:
        prompts = filter(None, self._model.prompts.values())
        return max((len(self.tokenizer.encode(prompt).ids) for prompt in prompts), default=0)

    def _encode(self, encode: Callable[..., Any], contents: Sequence[str]) -> Vectors:
        # The library pads with the tokenizer's settings, so set them while it runs.
        if self._model.max_seq_length:
            self.tokenizer.enable_truncation(self._model.max_seq_length)
        try:
            vectors: Vectors = encode(list(contents), show_progress_bar=False, batch_size=self._batch)
        finally:
            self.tokenizer.no_truncation()
            self.tokenizer.no_padding()
        # Normalized here, not by the model: 16-bit vectors have unit length only to the third digit.
        return unit(vectors)

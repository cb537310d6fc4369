"""Embedding models in ONNX Runtime, on the processor. Hides the runtime and how its output becomes vectors.

Reads a model folder as sentence-transformers writes it: `tokenizer.json`; the token limit from the configuration files;
the pooling, by the first token or the mean, from `1_Pooling/config.json`; the question's prompt from
`config_sentence_transformers.json`. It does not need torch, so it starts at once and takes little memory.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from sourcewise.embedding.vectors import unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sourcewise.embedding.vectors import Vectors

_LIMITS = {
    "sentence_bert_config.json": "max_seq_length",
    "tokenizer_config.json": "model_max_length",
    "config.json": "max_position_embeddings",
}


class OnnxModel:
    """One loaded model; see Model."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._session = _session(folder / "model.onnx", threads)
        self._inputs = {wanted.name for wanted in self._session.get_inputs()}
        self._pools_first_token = bool(_read(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token"))
        prompts = _read(folder / "config_sentence_transformers.json").get("prompts", {})
        self._prompt: str = prompts.get("query", "")
        self.limit = _limit(folder) - len(self.tokenizer.encode(self._prompt, add_special_tokens=False).ids)

    def embed_texts(self, contents: Sequence[str]) -> Vectors:
        """See Model.embed_texts."""
        # One at a time: batches are not faster on a processor, and shorter texts would cost extra padding.
        return np.stack([self._embed(self.tokenizer.encode(content).ids) for content in contents])

    def embed_questions(self, contents: Sequence[str]) -> Vectors:
        """See Model.embed_questions."""
        return self.embed_texts([f"{self._prompt}{content}" for content in contents])

    def _embed(self, tokens: list[int]) -> Vectors:
        ids = np.array([tokens], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states: Vectors = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        return unit(states[0] if self._pools_first_token else states.mean(axis=0))


def _session(file: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while waiting would take half of a busy machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _limit(folder: Path) -> int:
    """Return the token limit of the model: the lowest that its files state."""
    limits = [_read(folder / file).get(name) for file, name in _LIMITS.items()]
    return min((int(limit) for limit in limits if limit), default=sys.maxsize)


def _read(file: Path) -> dict[str, Any]:
    """Return the content of a JSON file; empty if the file is missing, since none is required."""
    try:
        content: dict[str, Any] = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    return content

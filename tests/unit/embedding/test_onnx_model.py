"""An ONNX model: the files that it reads from its folder, and no other dependency."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.embedding.service import EmbeddingService
from sourcewise.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "def save(path, data): path.write_bytes(data)"
PROMPT = "Represent this sentence for searching relevant passages: "
EMBEDS = """
import sys
from sourcewise.embedding.service import EmbeddingService
EmbeddingService(1).embed_question(sys.argv[1], "how is a file written?")
print(sorted({"torch", "transformers", "sentence_transformers"} & sys.modules.keys()))
"""


@pytest.fixture
def folder(models_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of the model's files that a test may change."""
    for name in ("model.onnx", "tokenizer.json", "config.json"):
        (tmp_path / name).symlink_to(models_folder / CPU_MODEL / name)
    return tmp_path


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json", "config.json"])
def test_a_damaged_model_is_reported_without_the_words_of_a_library(folder: Path, damaged: str) -> None:
    (folder / damaged).unlink()
    (folder / damaged).write_bytes(b"not a model")
    with pytest.raises(WeightsError) as failure:
        EmbeddingService(1).embed_question(str(folder), "where?")
    assert failure.value.message == f"The embedding model in {folder} cannot be loaded."
    assert "embedding.model" in failure.value.hint


def test_torch_is_never_imported(models_folder: Path) -> None:
    command = [sys.executable, "-c", EMBEDS, str(models_folder / CPU_MODEL)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_question_is_embedded_with_the_models_prompt(models_folder: Path) -> None:
    service, folder = EmbeddingService(1), str(models_folder / CPU_MODEL)
    question = service.embed_question(folder, "how is a file written?")
    prompted, plain = service.embed_texts(
        folder, [(f"{PROMPT}how is a file written?", ""), ("how is a file written?", "")]
    )
    assert np.allclose(question, prompted[0], atol=1e-6)
    assert float(question @ plain[0]) < 0.99


def test_without_a_pooling_configuration_tokens_are_averaged(models_folder: Path, folder: Path) -> None:
    service = EmbeddingService(1)
    (first,), (mean,) = (
        service.embed_texts(str(place), [(TEXT, "")])[0] for place in (models_folder / CPU_MODEL, folder)
    )
    assert float(mean @ mean) == pytest.approx(1, abs=1e-5)
    assert float(first @ mean) < 0.99


def test_the_lowest_token_limit_of_its_files_applies(folder: Path) -> None:
    assert EmbeddingService(1).windows(str(folder), [(TEXT, "")])[0][0].limit == 512
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64}))
    assert EmbeddingService(1).windows(str(folder), [(TEXT, "")])[0][0].limit == 64


def test_texts_embedded_together_get_the_same_vectors_as_alone(models_folder: Path) -> None:
    service, folder = EmbeddingService(1), str(models_folder / CPU_MODEL)
    pairs = [(TEXT, "function save"), (TEXT * 30, ""), ("x", "")]
    together = service.embed_texts(folder, pairs)
    assert all(np.array_equal(service.embed_texts(folder, [p])[0], v) for p, v in zip(pairs, together, strict=True))

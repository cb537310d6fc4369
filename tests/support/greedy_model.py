"""An embedding model that no machine has the memory for: it fills a tensor of 16 terabytes.

ONNX files are Protocol Buffers. The field numbers below are those of `onnx.proto`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tokenizers import Tokenizer
from tokenizers.models import WordLevel

if TYPE_CHECKING:
    from pathlib import Path

_SHAPE = (1, 2**40, 4)
_FLOAT, _INT64 = 1, 7


def write_greedy_model(folder: Path) -> Path:
    """Write the model into a new folder and return it."""
    folder.mkdir()
    Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text('{"max_position_embeddings": 256}')
    (folder / "model.onnx").write_bytes(_model())
    return folder


def _model() -> bytes:
    node = _bytes(1, b"shape") + _bytes(2, b"states") + _bytes(4, b"ConstantOfShape")
    shape = _number(1, len(_SHAPE)) + _number(2, _INT64) + _bytes(8, b"shape") + _bytes(9, struct.pack("<3q", *_SHAPE))
    inputs = _bytes(11, _tensor(b"input_ids", _INT64, 2))
    graph = (
        _bytes(1, node) + _bytes(2, b"graph") + _bytes(5, shape) + inputs + _bytes(12, _tensor(b"states", _FLOAT, 3))
    )
    return _number(1, 8) + _bytes(8, _bytes(1, b"") + _number(2, 13)) + _bytes(7, graph)


def _tensor(name: bytes, kind: int, dimensions: int) -> bytes:
    shape = b"".join(_bytes(1, _bytes(2, b"d%d" % dimension)) for dimension in range(dimensions))
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])

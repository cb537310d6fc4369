"""Checks the files of a model's folder. Hides the record of the check, which makes later checks fast.

The record, `verified.json`, has the hash, size and time of every file; a record of an older version, of the weights
file only.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

from sourcewise.weights.files import largest_weights, sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sourcewise.weights.known import Weights
    from sourcewise.weights.progress import Watch

logger = logging.getLogger(__name__)

_RECORD = "verified.json"

_Record = dict[str, dict[str, Any]]


def is_verified(folder: Path, weights: Weights) -> bool:
    """Return whether all files are unchanged since they were checked, by size and time."""
    record = _recorded(folder)
    pinned = all(record.get(path, {}).get("sha256") == digest for path, digest in weights.pinned.items())
    return bool(record) and pinned and all(_is_unchanged(folder / path, entry) for path, entry in record.items())


def verify(folder: Path, weights: Weights, watch: Watch, weights_digest: str = "") -> str | None:
    """Check all files of a folder and record them; remove files that a known model does not use.

    Args:
        folder: of the model.
        weights: the model. If it is not pinned, its files must have the hashes of its first check.
        watch: gets the progress in hashed bytes.
        weights_digest: SHA-256 of the weights file, if it was computed while the file was written.

    Returns:
        The path of a file that is missing or has the wrong hash; None if all are right.

    Raises:
        WeightsError: there is no weights file.
    """
    _describe(folder, weights)
    record = _recorded(folder)
    if weights.pinned:
        _remove_unknown(folder, weights, watch)
    else:
        largest_weights(folder)
    expected = weights.pinned or {path: str(entry.get("sha256")) for path, entry in record.items()}
    found = {}
    for path in _paths(folder):
        known = weights_digest if path == weights.file else ""
        found[path] = _entry(folder / path, known or _digest_of(folder / path, record.get(path, {}), watch))
    wrong = next((path for path, digest in expected.items() if found.get(path, {}).get("sha256") != digest), None)
    if wrong is None:
        _write(folder, found)
    return wrong


def _digest_of(file: Path, entry: Mapping[str, Any], watch: Watch) -> str:
    return str(entry["sha256"]) if _is_unchanged(file, entry) else sha256_of(file, watch)


def _entry(file: Path, digest: str) -> dict[str, Any]:
    status = file.stat()
    return {"sha256": digest, "size": status.st_size, "mtime_ns": status.st_mtime_ns}


def _is_unchanged(file: Path, entry: Mapping[str, Any]) -> bool:
    try:
        status = file.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (entry.get("size"), entry.get("mtime_ns"))


def _describe(folder: Path, weights: Weights) -> None:
    for path, text in weights.descriptions.items():
        if (folder / path).is_file() and (folder / path).read_bytes() == text.encode():
            continue
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(text.encode())


def _remove_unknown(folder: Path, weights: Weights, watch: Watch) -> None:
    """Remove files that are not in the table: the libraries that load a model read more than its weights."""
    for path in _paths(folder):
        digest = weights.licences.get(path)
        if path in weights.pinned or (digest and sha256_of(folder / path, watch) == digest):
            continue
        logger.info("Removed %s from the model %s: it is not one of its files.", path, weights.name)
        (folder / path).unlink()


def _paths(folder: Path) -> Iterator[str]:
    """Yield the path of each file below a folder, except for the record."""
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder).as_posix()
        if not path.startswith(_RECORD) and file.is_file():
            yield path


def _recorded(folder: Path) -> _Record:
    try:
        record = json.loads((folder / _RECORD).read_bytes())
        entries = record["files"] if "files" in record else {record["file"]: record}
        return {str(path): dict(entry) for path, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(folder: Path, record: _Record) -> None:
    arriving = folder / f"{_RECORD}.{os.getpid()}"
    arriving.write_text(json.dumps({"files": record}, indent=1), encoding="utf-8")
    arriving.replace(folder / _RECORD)

"""Decides by the content of a file whether it is indexed, and with which text.

Hides the order of the rules: size, encoding, secrets, then the heuristics, which a rule with `!` in `.sourcewiseignore`
overrides. No rule includes a file with a secret.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.code import SkippedFile, SkipReason, SourceFile
from sourcewise.mining.abridging import abridge
from sourcewise.mining.decoding import decode
from sourcewise.mining.file_rules import HEURISTICS, UNDECODABLE, content_verdict, name_verdict, size_verdict
from sourcewise.mining.folder_rules import including_rule
from sourcewise.mining.notebooks import is_notebook, notebook_of
from sourcewise.mining.reasons import inclusion_note, unabridged_note
from sourcewise.mining.secret_patterns import find_secret
from sourcewise.text.languages import language_of

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.domain.code import FileStamp


class _Source(NamedTuple):
    """The text of a file to index, with its language and a note."""

    text: str
    language: str
    note: str


def judge_content(folder: Path, stamp: FileStamp, data: bytes, most_bytes: int) -> SourceFile | SkippedFile:
    """Return the file to index, or the reason why it is skipped.

    Args:
        folder: the indexed folder, for its `.sourcewiseignore` files.
        stamp: of the file.
        data: its bytes, no more than the limit for any file.
        most_bytes: larger files are skipped unless a rule includes them.
    """
    decoded = decode(data)
    if decoded is None:
        return SkippedFile(stamp, SkipReason.BINARY, UNDECODABLE)
    if secret := find_secret(decoded.text):
        return SkippedFile(stamp, SkipReason.SECRET, secret)
    source = _source(stamp.path, decoded.text)
    verdict = size_verdict(_size(stamp.path, source.text, data), most_bytes) or content_verdict(stamp.path, source.text)
    if verdict is None:
        source = _with_rules_for_data(folder, stamp.path, source)
    else:
        rule = including_rule(folder, stamp.path) if verdict.reason in HEURISTICS else ""
        if not rule:
            return SkippedFile(stamp, verdict.reason, verdict.detail)
        source = source._replace(note=inclusion_note(rule, verdict.reason, verdict.detail))
    digest = hashlib.blake2b(data, digest_size=16)
    digest.update(source.note.encode())
    return SourceFile(stamp, source.text, source.language, digest.hexdigest(), decoded.encoding, source.note)


def _source(path: str, text: str) -> _Source:
    notebook = notebook_of(text) if is_notebook(path) else None
    if notebook:
        return _Source(*notebook)
    return _Source(text, language_of(path, text), "")


def _size(path: str, text: str, data: bytes) -> int:
    return len(text) if is_notebook(path) else len(data)


def _with_rules_for_data(folder: Path, path: str, source: _Source) -> _Source:
    """Return the source with abridged data, or unchanged with a note if a rule includes the file."""
    abridged = abridge(path, source.text)
    named = name_verdict(path)
    rule = including_rule(folder, path) if abridged.note or named else ""
    if rule and named:
        return source._replace(note=inclusion_note(rule, named.reason, named.detail))
    if rule:
        return source._replace(note=unabridged_note(rule))
    notes = " ".join(filter(None, (abridged.note, source.note)))
    return _Source(abridged.text, source.language, notes)

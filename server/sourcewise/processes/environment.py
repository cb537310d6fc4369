"""Restricts the environment of Sourcewise's processes: variables, import paths, and the search for programs.

A repository can influence a shell: editors load its `.env` into their terminals, and an empty or relative entry of PATH
means the current folder. The libraries in use read dozens of variables, some of which name hosts to connect to or code
to load. So each process keeps only the variables that are listed here, and ignores paths that are not absolute.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PACKAGE_FOLDER = Path(__file__).parents[1]
"""The working directory of child processes: it always exists, and no workspace can put a file into it."""

QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "true",
    "TQDM_DISABLE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
}
"""Turns off the telemetry and the output of libraries."""

# Plain values: none of them is the name of a file, a host or a program.
_VALUES = frozenset(
    name
    for names in (
        "COLORTERM COLUMNS FORCE_COLOR LINES NO_COLOR TERM WT_SESSION",
        "COMPUTERNAME HOMEDRIVE HOMEPATH LANG LANGUAGE LOGNAME OS PATHEXT SYSTEMDRIVE TZ USER USERDOMAIN USERNAME",
        "CUDA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES NUMBER_OF_PROCESSORS ROCR_VISIBLE_DEVICES",
        "MKL_NUM_THREADS OMP_NUM_THREADS OMP_PROC_BIND OMP_WAIT_POLICY",
        "OPENBLAS_CORETYPE OPENBLAS_L2_SIZE OPENBLAS_NUM_THREADS",
    )
    for name in names.split()
)
_VALUE_PREFIXES = ("LC_", "PROCESSOR_", "SOURCEWISE_")
_PATHS = frozenset(
    name
    for names in (
        "ALLUSERSPROFILE APPDATA COMMONPROGRAMFILES COMSPEC HOME LOCALAPPDATA LOCALE_ARCHIVE PROGRAMDATA PROGRAMFILES",
        "PUBLIC SYSTEMROOT TEMP TMP TMPDIR USERPROFILE WINDIR",
        "XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR XDG_STATE_HOME",
        "CUDA_HOME CUDA_PATH NIX_LD",
    )
    for name in names.split()
)
_CERTIFICATES = frozenset({"SSL_CERT_DIR", "SSL_CERT_FILE"})
_SEARCH_PATHS = frozenset({"DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "NIX_LD_LIBRARY_PATH", "PATH"})
_PROXIES = frozenset({"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})
_DOWNLOAD_VALUES = frozenset({"HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_TOKEN"})
_DOWNLOAD_FILES = frozenset({"CURL_CA_BUNDLE", "HF_HOME", "REQUESTS_CA_BUNDLE"})
# Only for this machine: see llm/ollama_endpoint.py.
_OLLAMA = frozenset({"OLLAMA_HOST"})
_GIT_FILES = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"})
# The shell sets these for click when the user presses Tab.
_COMPLETION = frozenset({"COMP_CWORD", "COMP_WORDS", "_SOURCEWISE_COMPLETE"})


def isolate_variables() -> None:
    """Drop all variables of this process that are not listed here."""
    kept = {**_basic(), **_for_connections(), **_chosen(_GIT_FILES), **_present(_COMPLETION | _OLLAMA)}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(QUIET)


def worker_variables() -> dict[str, str]:
    """Return the variables for a child process that connects to this machine only, or to none."""
    return {**_basic(), **_chosen(_CERTIFICATES), **QUIET}


def download_variables() -> dict[str, str]:
    """Return the variables for a child process that downloads: those of a worker, with proxies and pip's settings."""
    return {**worker_variables(), **_for_connections()}


def git_variables() -> dict[str, str]:
    """Return the variables for git; of git's own, only the paths of the user's configuration files."""
    return {**worker_variables(), **_chosen(_GIT_FILES)}


@contextmanager
def without_connection_variables() -> Iterator[None]:
    """Hide all but the basic variables, such as proxies and certificates, from a library that reads them on import."""
    basic = _basic()
    hidden = {name: value for name, value in os.environ.items() if name not in basic}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def find_program(name: str, outside: Path | None = None) -> str | None:
    """Return the full path of a program, or None.

    Only absolute entries of PATH are searched, never the current folder, not even on Windows.

    Args:
        name: of the program, without a folder.
        outside: a folder whose programs must not be run, such as a workspace.
    """
    for folder in map(Path, _absolute(os.environ.get("PATH", os.defpath).split(os.pathsep))):
        found = shutil.which(name, path=str(folder))
        if found and Path(found).parent == folder and not (outside and _is_inside(Path(found), outside)):
            return found
    return None


def import_path() -> list[str]:
    """Return the folders from which modules are imported, so that a child process can use the same."""
    return _absolute(sys.path)


def _basic() -> dict[str, str]:
    """Return the variables that every program needs: user, language, terminal, folders and search paths."""
    plain = {name: value for name, value in os.environ.items() if name in _VALUES or name.startswith(_VALUE_PREFIXES)}
    paths = {name: os.pathsep.join(_absolute(os.environ.get(name, "").split(os.pathsep))) for name in _SEARCH_PATHS}
    return {**plain, **_chosen(_PATHS), **{name: path for name, path in paths.items() if path}}


def _for_connections() -> dict[str, str]:
    proxies = {name: value for name, value in os.environ.items() if name.upper() in _PROXIES}
    settings = {
        name: value for name, value in os.environ.items() if name in _DOWNLOAD_VALUES or name.startswith("PIP_")
    }
    return {**proxies, **settings, **_chosen(_CERTIFICATES | _DOWNLOAD_FILES)}


def _present(names: Iterable[str]) -> Mapping[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}


def _chosen(names: Iterable[str]) -> dict[str, str]:
    """Return the variables among these whose value is an absolute path."""
    return {name: os.environ[name] for name in names if _is_absolute(os.environ.get(name, ""))}


def _absolute(entries: Iterable[str]) -> list[str]:
    return [entry for entry in entries if _is_absolute(entry)]


def _is_absolute(path: str) -> bool:
    return Path(path).is_absolute()


def _is_inside(program: Path, folder: Path) -> bool:
    folder = folder.resolve()
    return program.resolve().is_relative_to(folder) or program.parent.resolve().is_relative_to(folder)

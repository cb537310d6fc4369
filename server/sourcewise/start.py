"""Prepares the process (variables, private files, log), then starts the command line or the language server."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
from typing import TYPE_CHECKING

from sourcewise.errors import SettingsError
from sourcewise.paths import DataPaths
from sourcewise.processes.environment import PACKAGE_FOLDER, isolate_variables
from sourcewise.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_ONLY_OUR_USER = 0o077


def start(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name and return its exit code."""
    isolate_variables()
    os.umask(_ONLY_OUR_USER)
    try:
        data = DataPaths.default()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    _log_to_file(data)
    _make_private(data)
    if list(arguments) == ["lsp"]:
        # An editor waits for the first reply, and importing the command line would double the wait.
        _serve_editor(data)
        return 0
    from sourcewise.cli import run  # noqa: PLC0415

    return run()


def _make_private(data: DataPaths) -> None:
    try:
        data.make_private()
    except OSError as error:  # a read-only or full disk; the commands report it if they need to write
        logging.getLogger(__name__).warning("The data folder cannot be made private: %s", error)


def _serve_editor(data: DataPaths) -> None:
    from sourcewise.lsp import serve  # noqa: PLC0415

    # An editor may start the server in its workspace, where a library could look for its configuration.
    os.chdir(PACKAGE_FOLDER)
    settings, problems = Settings.from_file(data.settings)
    for problem in problems:
        logging.getLogger(__name__).warning("%s", problem)
    serve(settings, data)


def _log_to_file(data: DataPaths) -> None:
    """Write the log, including tracebacks, to the user's log file; without a writable disk, log nothing."""
    try:
        data.log.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(data.log, maxBytes=5_000_000, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a log that cannot be written must not fill the terminal with tracebacks

"""Runs the commands, and turns every error into a message and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import sys

import click

from sourcewise import __version__
from sourcewise.cli import terminal
from sourcewise.cli.asking import ask, revoke, search
from sourcewise.cli.evaluating import evaluate
from sourcewise.cli.indexing import index, status
from sourcewise.cli.inspecting import chunks, doctor, skipped, why
from sourcewise.cli.opening import settings_of_user
from sourcewise.cli.output_encoding import make_output_printable
from sourcewise.cli.uses import uses
from sourcewise.errors import CancelledError, StorageError, UserError
from sourcewise.paths import DataPaths

logger = logging.getLogger(__name__)

INTERRUPTED = 130


def run() -> int:
    """Run a command and return its exit code. Every error becomes a message."""
    make_output_printable()
    try:
        code: object = main(standalone_mode=False)
    except terminal.OutputClosedError:
        _discard_output()
    except (Exception, KeyboardInterrupt) as error:
        return _explain(error)
    else:
        return code if isinstance(code, int) else 0
    return 0


def _discard_output() -> None:
    """Redirect the output to the null device, so that Python can flush it when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())


def _explain(error: BaseException) -> int:
    """Print a message about an error, log its traceback, and return the exit code."""
    match error:
        case click.Abort() | KeyboardInterrupt() | CancelledError():
            terminal.err.print("\nStopped. The index keeps what was indexed so far, and the next run resumes.")
            return INTERRUPTED
        case click.ClickException():
            error.show()
            return 2
        case UserError():
            logger.info("Ended with %s", type(error).__name__, exc_info=error)
            terminal.print_error(error.message, error.hint)
            return error.exit_code
        case MemoryError():
            logger.warning("Ended without memory", exc_info=error)
            terminal.print_error("There is not enough memory.", "Close other programs and try again.")
            return 1
        case OSError(errno=errno.ENOSPC):
            logger.warning("Ended without disk space", exc_info=error)
            terminal.print_error("There is no space left on the disk.", "Free some space and try again.")
            return StorageError.exit_code
    logger.error("Unexpected", exc_info=error)
    terminal.print_error("Something unexpected went wrong.", f"The details are in {DataPaths.default().log}.")
    return 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Ask your codebase. Every answer cites its source, and nothing leaves your machine."""


@main.command()
def lsp() -> None:
    """Serve an editor over standard input and output."""
    from sourcewise.lsp import serve  # noqa: PLC0415 - no other command needs pygls

    serve(settings_of_user(), DataPaths.default())


for command in (ask, search, uses, revoke, index, status, why, chunks, skipped, doctor, evaluate):
    main.add_command(command)

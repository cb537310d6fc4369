"""Starts the program: logging, the environment of the libraries, and the command line."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys

from sourcewise.paths import DataPaths
from sourcewise.settings import Settings


def main() -> None:
    """Run the command line."""
    _quiet_libraries()
    _log_to_file()
    if sys.argv[1:] == ["lsp"]:
        _serve_editor()  # an editor waits for the first reply, and what the command line imports would double its time
    else:
        from sourcewise.cli import run  # noqa: PLC0415 - after the environment is set

        sys.exit(run())


def _serve_editor() -> None:
    from sourcewise.lsp import serve  # noqa: PLC0415 - after the environment is set

    data = DataPaths.default()
    settings, problems = Settings.from_file(data.settings)
    for problem in problems:
        logging.getLogger(__name__).warning(problem.message)
    serve(settings, data)


def _quiet_libraries() -> None:
    """Turn off what libraries would send or print on their own; child processes inherit it."""
    os.environ.update(
        {
            "ANONYMIZED_TELEMETRY": "False",
            "DO_NOT_TRACK": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "TOKENIZERS_PARALLELISM": "true",
            "TQDM_DISABLE": "1",
            "TRANSFORMERS_VERBOSITY": "error",
        }
    )


def _log_to_file() -> None:
    """Send the log, tracebacks included, to the per-user log file; without a writable disk there is none."""
    log = DataPaths.default().log
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(log, maxBytes=5_000_000, backupCount=1)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a log that cannot be written must not fill the terminal with tracebacks


if __name__ == "__main__":
    main()

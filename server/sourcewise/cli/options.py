"""The options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


def folder_option(command: Any) -> Any:
    """Let the command be told which folder it is about."""
    return click.option(
        "--folder", "-C", type=click.Path(path_type=Path), default=Path(), help="The codebase (default: this folder)."
    )(command)


paths_option = click.option(
    "--in",
    "paths",
    multiple=True,
    metavar="PATH",
    callback=lambda _context, _option, paths: tuple(Path(path).as_posix() for path in paths),
    help="A file or folder of the codebase that the sources must come from; may be given again.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")

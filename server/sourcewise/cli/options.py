"""The options that several commands share."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import Any

import click

from sourcewise.domain.search import Scope

_SCOPE_OPTIONS = (
    click.option(
        "--in",
        "paths",
        multiple=True,
        metavar="PATH",
        help="Use only sources from this file or folder of the codebase; can be repeated.",
    ),
    click.option(
        "--language",
        "languages",
        multiple=True,
        metavar="NAME",
        help="Use only sources in this language, for example python; can be repeated.",
    ),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="NAME",
        help="Use only definitions of this kind, for example class, and their parts; can be repeated.",
    ),
    click.option(
        "--changed-since",
        "since",
        metavar="REVISION",
        help="Use only files that changed since the current branch left this branch, tag or commit.",
    ),
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def folder_option(command: Any) -> Any:
    """Add the option `--folder` to a command."""
    return click.option(
        "--folder",
        "-C",
        type=click.Path(path_type=Path),
        default=Path(),
        help="The codebase (default: the current directory).",
    )(command)


def scope_options(command: Any) -> Any:
    """Add the options that narrow a search to a command, which receives them as `scope`."""

    @wraps(command)
    def narrowed(
        *, paths: tuple[str, ...], languages: tuple[str, ...], kinds: tuple[str, ...], since: str | None, **others: Any
    ) -> Any:
        scope = Scope(tuple(Path(path).as_posix() for path in paths), languages, kinds, since)
        return command(scope=scope, **others)

    for option in reversed(_SCOPE_OPTIONS):
        option(narrowed)
    return narrowed

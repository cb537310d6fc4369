"""The options that several commands take."""

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
        help="A file or folder of the codebase that the sources must come from; may be given again.",
    ),
    click.option(
        "--language",
        "languages",
        multiple=True,
        metavar="NAME",
        help="A language that the sources must be in, such as python; may be given again.",
    ),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        metavar="NAME",
        help="What the sources must define or be a part of, such as class or function; may be given again.",
    ),
    click.option(
        "--changed-since",
        "since",
        metavar="REVISION",
        help="Only files that have changed since the work here left this branch, tag or commit.",
    ),
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def folder_option(command: Any) -> Any:
    """Let the command be told which folder it is about."""
    return click.option(
        "--folder", "-C", type=click.Path(path_type=Path), default=Path(), help="The codebase (default: this folder)."
    )(command)


def scope_options(command: Any) -> Any:
    """Let the command be told what to narrow a search to; it is given that as `scope`."""

    @wraps(command)
    def narrowed(
        *, paths: tuple[str, ...], languages: tuple[str, ...], kinds: tuple[str, ...], since: str | None, **others: Any
    ) -> Any:
        scope = Scope(tuple(Path(path).as_posix() for path in paths), languages, kinds, since)
        return command(scope=scope, **others)

    for option in reversed(_SCOPE_OPTIONS):
        option(narrowed)
    return narrowed

"""The options that several commands share."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sourcewise.cli.typed_path import path_in_folder
from sourcewise.domain.search import Scope
from sourcewise.errors import QuestionError
from sourcewise.paths import workspace_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        "--role",
        "roles",
        multiple=True,
        metavar="NAME",
        help="Use only files with this role, for example code, test or changelog; can be repeated.",
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


def _inside(paths: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Return paths relative to the folder; none if one of them is the whole folder.

    Raises:
        FolderError: the folder does not exist or cannot be listed.
        QuestionError: a path is empty, or outside the folder.
    """
    root = workspace_folder(folder) if paths else folder
    inside = {path: path_in_folder(path, root) if path else None for path in paths}
    outside = [path or "''" for path, relative in inside.items() if relative is None]
    if outside:
        raise QuestionError(
            f"{', '.join(outside)} is not in the folder {root}.",
            "Use files and folders in it with --in, or name another folder with --folder.",
        )
    relative = tuple(path for path in inside.values() if path is not None)
    return () if "." in relative else relative


def scope_options(command: Any) -> Any:
    """Add the options that narrow a search to a command, which receives them as `scope`."""

    @wraps(command)
    def narrowed(*, paths: tuple[str, ...], since: str | None, **others: Any) -> Any:
        names = {field: others.pop(field) for field in ("languages", "kinds", "roles")}
        scope = Scope(_inside(paths, others["folder"]), **names, changed_since=since)
        return command(scope=scope, **others)

    for option in reversed(_SCOPE_OPTIONS):
        option(narrowed)
    return narrowed

"""The commands `index` and `status`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from sourcewise.cli import terminal
from sourcewise.cli.opening import opened_folder, opened_workspace, settings_of_user
from sourcewise.cli.options import folder_option, json_option
from sourcewise.cli.pruning import prune_indexes
from sourcewise.folder_index.inspection import owner_of
from sourcewise.paths import workspace_folder
from sourcewise.storage.disk_usage import disk_usage, readable_size
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@folder_option
@click.option("--prune", is_flag=True, help="Index nothing; list the indexes of deleted folders.")
@click.option("--yes", "sure", is_flag=True, help="With --prune: delete these indexes.")
@json_option
def index(*, folder: Path, prune: bool, sure: bool, as_json: bool) -> None:
    """Index a folder: read changed files and embed new code."""
    if prune:
        prune_indexes(sure=sure, as_json=as_json)
        return
    with opened_folder(folder, settings_of_user()) as (opened, _):
        report = opened.folder.await_read()
        opened.folder.await_vectors()
        opened.rest()
        now = opened.folder.activity()
        report = replace(report, embedded=now.made, reused=now.reused)
        status = opened.folder.opened().status()
    if as_json:
        terminal.print_json({**asdict(status), "run": asdict(report)})
        return
    terminal.out.print(
        f"{report.added} files added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged. "
        f"{report.embedded} chunks embedded, {report.reused} from the cache.",
        soft_wrap=True,
    )
    terminal.out.print(f"{status.files} files in {status.chunks} chunks, {status.vectors} vectors.")
    if not status.files:
        terminal.print_notice("Found no files to index. `sourcewise why FILE` shows why a file is not indexed.")


@click.command()
@folder_option
@json_option
def status(folder: Path, as_json: bool) -> None:
    """Show the state and content of a folder's index."""
    with opened_workspace(settings_of_user()) as (workspace, _):
        disk, found = disk_usage(workspace.data), workspace.status(folder)
        owner = owner_of(workspace.data.index_of(workspace_folder(folder)))
    if as_json:
        terminal.print_json({**asdict(found), "owner": owner, "disk": asdict(disk)})
        return
    terminal.out.print(visible(f"{found.folder}: {found.state}"), soft_wrap=True)
    terminal.out.print(f"  {found.files} files in {found.chunks} chunks")
    terminal.out.print(f"  {found.embedded} chunks embedded as {found.vectors} vectors with {found.model}")
    terminal.out.print(
        f"  {readable_size(found.bytes)} on disk; all indexes use {readable_size(disk.indexes)}, "
        f"the cache {readable_size(disk.cache)}, models {readable_size(disk.models)}",
        soft_wrap=True,
    )
    terminal.out.print("  no process has it open" if owner is None else f"  process {owner} keeps it up to date")
    terminal.out.print(f"  {found.cached} embeddings in the cache, which all folders share")
    for reason, number in found.skipped.items():
        terminal.out.print(f"  {number} skipped: {reason}")

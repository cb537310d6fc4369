"""The command `index --prune`, which lists the indexes of deleted folders and deletes them with `--yes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.cli import terminal
from sourcewise.folder_index.pruning import PruneReport, find_abandoned, prune
from sourcewise.paths import DataPaths
from sourcewise.storage.disk_usage import readable_size
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from sourcewise.folder_index.pruning import AbandonedIndex


def prune_indexes(*, sure: bool, as_json: bool) -> None:
    """Print the abandoned indexes: those to delete, those to keep, and the disk space to free.

    Args:
        sure: delete them; otherwise only list them.
        as_json: print JSON.
    """
    report = prune(DataPaths.default()) if sure else _preview()
    if as_json:
        terminal.print_json(_as_entries(report, sure=sure))
        return
    for index in report.removed:
        terminal.out.print(visible(_described(index)), soft_wrap=True)
    for index in report.kept:
        terminal.print_notice(f"Kept: {_described(index)}")
    terminal.out.print(_summary(report, sure=sure), soft_wrap=True)


def _preview() -> PruneReport:
    """Return the report that pruning would produce."""
    found = find_abandoned(DataPaths.default())
    return PruneReport(
        tuple(index for index in found if index.removable), tuple(index for index in found if not index.removable)
    )


def _summary(report: PruneReport, *, sure: bool) -> str:
    if not report.removed:
        return "There are no indexes to delete."
    count = len(report.removed)
    what = f"{'this index' if count == 1 else f'these {count} indexes'}, {readable_size(report.freed_bytes)}"
    return f"Deleted {what}." if sure else f"To delete {what}, run: sourcewise index --prune --yes"


def _described(index: AbandonedIndex) -> str:
    return f"{index.folder or index.paths.root}: {readable_size(index.bytes)}, {index.reason}"


def _as_entries(report: PruneReport, *, sure: bool) -> dict[str, object]:
    return {
        "removed" if sure else "removable": list(map(_as_entry, report.removed)),
        "kept": list(map(_as_entry, report.kept)),
        "bytes": report.freed_bytes,
    }


def _as_entry(index: AbandonedIndex) -> dict[str, object]:
    return {
        "folder": None if index.folder is None else str(index.folder),
        "index": str(index.paths.root),
        "bytes": index.bytes,
        "reason": index.reason,
    }

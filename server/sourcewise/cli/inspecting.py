"""The commands `why`, `chunks`, `skipped` and `doctor`."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sourcewise.cli import terminal
from sourcewise.cli.opening import opened_workspace, settings_of_user
from sourcewise.cli.options import folder_option, json_option
from sourcewise.cli.typed_path import path_in_folder
from sourcewise.doctor.checks import examine
from sourcewise.domain.code import SkipReason
from sourcewise.errors import QuestionError
from sourcewise.folder_index.inspection import counts_by_reason, grouped
from sourcewise.mining.reasons import why_sentence
from sourcewise.paths import workspace_folder
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.domain.code import SkippedFile
    from sourcewise.folder_index.inspection import ChunkInspection


@click.command()
@click.argument("file")
@folder_option
@json_option
def why(file: str, folder: Path, as_json: bool) -> None:
    """Show whether FILE is indexed, in which role, and which rule excludes it if not."""
    # The verdict comes from the rules, so this works before there is an index; the index only adds notes.
    with opened_workspace(settings_of_user()) as (workspace, _):
        inspector = workspace.inspector(folder)
        file = path_in_folder(file, workspace_folder(folder)) or file
        verdict = inspector.why(file)
        note = "" if verdict else inspector.note(file)
        role = None if verdict else inspector.role(file, note)
    if as_json:
        reason, detail = (None, "") if verdict is None else (verdict.reason.value, verdict.detail)
        answer = {"file": file, "indexed": verdict is None, "reason": reason, "detail": detail, "note": note}
        terminal.print_json({**answer, "role": role})
    else:
        terminal.out.print(visible(f"{why_sentence(file, verdict, role)} {note}".rstrip()))


@click.command()
@click.argument("file")
@folder_option
@click.option("--text", "whole", is_flag=True, help="Show the whole text of each chunk.")
@json_option
def chunks(file: str, *, folder: Path, whole: bool, as_json: bool) -> None:
    """Show the chunks of FILE, and whether each is embedded."""
    with opened_workspace(settings_of_user()) as (workspace, _):
        inspector = workspace.inspector(folder)
        found = inspector.file(path_in_folder(file, workspace_folder(folder)) or file)
    if as_json:
        entries = [_as_entry(inspected, whole=whole) for inspected in found.chunks]
        answer = {"file": found.path, "chunks": entries, "problem": found.sentence, "note": found.note}
        terminal.print_json(answer)
    else:
        for inspected in found.chunks:
            terminal.print_chunk(workspace_folder(folder), inspected, whole=whole)
        if found.note:
            terminal.out.print(visible(found.note))
    if found.sentence:
        raise QuestionError(
            found.sentence,
            "`sourcewise index` reads changed files; `sourcewise skipped` lists files that are not indexed.",
        )


@click.command()
@folder_option
@click.option(
    "--reason", type=click.Choice([reason.value for reason in SkipReason]), help="List every file with this reason."
)
@json_option
def skipped(*, folder: Path, reason: str | None, as_json: bool) -> None:
    """List the files that are not indexed, by reason, with the rule and its line."""
    with opened_workspace(settings_of_user()) as (workspace, _):
        inspector = workspace.inspector(folder)
        files, notes = inspector.skipped(), inspector.notes()
    counts = ", ".join(f"{number:,} {name}" for name, number in counts_by_reason(files).items())
    files = [file for file in files if reason in (None, file.reason)]
    if as_json:
        terminal.print_json([_as_skip(file) for file in files])
        return
    terminal.out.print(f"Not indexed: {counts or 'none of the files read so far'}.", soft_wrap=True)
    terminal.print_skips(grouped(files), every=reason is not None)
    if reason is None:
        terminal.print_notes(notes)


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Show what is installed and reachable, and what to do next."""
    with opened_workspace(settings_of_user()) as (workspace, _):
        findings = asyncio.run(examine(workspace))
    if as_json:
        terminal.print_json([asdict(finding) for finding in findings])
        return
    for finding in findings:
        terminal.print_finding(finding.good, f"{finding.subject}: {finding.message}", finding.next_step)


def _as_entry(inspected: ChunkInspection, *, whole: bool) -> dict[str, object]:
    chunk = inspected.chunk
    return {
        "start_line": chunk.first_line,
        "end_line": chunk.last_line,
        "symbol": chunk.symbol,
        "kind": chunk.kind,
        "language": chunk.language,
        "tokens": inspected.tokens,
        "vectors": inspected.vectors,
        "problem": inspected.problem,
        **({"text": chunk.text} if whole else {}),
    }


def _as_skip(file: SkippedFile) -> dict[str, object]:
    return {"path": file.path, "reason": file.reason.value, "rule": file.detail}

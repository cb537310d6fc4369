"""The commands that explain: why a file is in or out, and what this machine has."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sourcewise import terminal
from sourcewise.cli.opening import opened_workspace, settings_of_user
from sourcewise.cli.options import folder_option, json_option
from sourcewise.doctor import examine
from sourcewise.mining.miner import CodeMiner
from sourcewise.mining.reasons import why_sentence
from sourcewise.paths import workspace_folder

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("file")
@folder_option
@json_option
def why(file: str, folder: Path, as_json: bool) -> None:
    """Say whether FILE is in the index, and which rule keeps it out if not."""
    # Asks the rules, not the index: so it can be asked before there is one, and while another process owns it.
    verdict = CodeMiner(settings_of_user().max_file_bytes).explain(workspace_folder(folder), file)
    if as_json:
        reason, detail = (None, "") if verdict is None else (verdict.reason.value, verdict.detail)
        click.echo(json.dumps({"file": file, "indexed": verdict is None, "reason": reason, "detail": detail}))
    else:
        terminal.out.print(terminal.plain(why_sentence(file, verdict)))


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what is installed and reachable, and what to do next."""
    with opened_workspace(settings_of_user()) as (workspace, _):
        findings = asyncio.run(examine(workspace))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
        return
    for finding in findings:
        terminal.print_finding(finding.good, f"{finding.subject}: {finding.message}", finding.next_step)

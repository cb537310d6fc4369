"""The commands `ask`, `search` and `revoke`."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from sourcewise.answering.prompt import as_sources
from sourcewise.answering.query_engine import checked_question
from sourcewise.cli import terminal
from sourcewise.cli.consenting import permission
from sourcewise.cli.opening import opened_folder, settings_of_user
from sourcewise.cli.options import folder_option, json_option, scope_options
from sourcewise.domain.answer import AnswerReady, Notice, PromptProgress, SourcesFound, TextDelta
from sourcewise.domain.search import Query, SearchRequest
from sourcewise.errors import GeneratorError
from sourcewise.llm.consent import Consent
from sourcewise.paths import DataPaths, workspace_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sourcewise.answering.query_engine import CodeQueryEngine
    from sourcewise.cli.terminal import ProgressLine
    from sourcewise.domain.answer import Answer, Source
    from sourcewise.domain.search import Scope
    from sourcewise.settings import Settings

_HOW_TO_ALLOW = "To allow it, run the command in a terminal, where Sourcewise asks you, or add --allow-remote."


@click.command()
@click.argument("question")
@folder_option
@click.option("--model", help="An Ollama model, `embedded`, or `sources` for no model.")
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Send the question and code to a model on another machine, this once. Without this option, Sourcewise asks "
    "in a terminal once for each folder and model, and otherwise sends nothing.",
)
@scope_options
@json_option
def ask(question: str, *, folder: Path, model: str | None, allow_remote: bool, scope: Scope, as_json: bool) -> None:
    """Answer QUESTION about the code, with sources."""
    settings = _with_model(settings_of_user(), model)
    with opened_folder(folder, settings) as (opened, progress):
        checked_question(question)
        index = opened.ready_for(question)
        engine = opened.engine(index, permission(opened.consent(index), this_once=allow_remote))
        answer = asyncio.run(_converse(engine, Query(question, scope), index.folder, progress, as_json))
    if as_json:
        terminal.print_json(asdict(answer))
    if answer.failure:
        raise click.exceptions.Exit(GeneratorError.exit_code)


@click.command()
@folder_option
def revoke(folder: Path) -> None:
    """Withdraw the permission to send code of a folder to other machines."""
    Consent(DataPaths.default().index_of(workspace_folder(folder)).consent).withdraw()
    terminal.print_notice("Sourcewise will ask before it sends code of this folder to another machine.")


@click.command()
@click.argument("query")
@folder_option
@click.option(
    "--limit", "-n", default=8, show_default=True, type=click.IntRange(1, 1000), help="Maximum number of results."
)
@click.option("--explain", is_flag=True, help="Show the score of each result as a sum.")
@scope_options
@json_option
def search(query: str, *, folder: Path, limit: int, explain: bool, scope: Scope, as_json: bool) -> None:
    """Find code by words, names and meaning."""
    with opened_folder(folder, settings_of_user()) as (opened, _):
        request = SearchRequest(checked_question(query), limit, scope=scope)
        index = opened.ready_for(request.text)
        result = index.search(request)
    if as_json:
        terminal.print_json([_as_hit(source) for source in as_sources(result.passages)])
        return
    for sources in _by_file(as_sources(result.passages)):
        terminal.print_sources_of_file(index.folder, sources, explain=explain)
    if not result.passages:
        terminal.print_notice("No matching code found. Try words that the code itself would use.")
    terminal.print_notice(f"Searched by {result.mode.value}; {result.embedded} of {result.chunks} chunks embedded.")


def _with_model(settings: Settings, model: str | None) -> Settings:
    if model is None:
        return settings
    if model in ("embedded", "sources", "ollama"):
        return replace(settings, generator=model)
    return replace(settings, generator="ollama", model=model)


async def _converse(engine: CodeQueryEngine, query: Query, folder: Path, progress: ProgressLine, quiet: bool) -> Answer:
    """Print the events of an answer as they arrive, and return the answer."""
    async with aclosing(engine.ask(query)) as events:
        async for event in events:
            match event:
                case AnswerReady(answer):
                    if not quiet:
                        _show_end(folder, answer)
                    return answer
                case PromptProgress(fraction):
                    progress.update("Reading the prompt", round(fraction * 100), 100)
                case _ if quiet:
                    pass
                case SourcesFound(sources):
                    for source in sources:
                        terminal.print_source(folder, source)
                case Notice(message):
                    terminal.print_notice(message)
                case TextDelta(text):
                    progress.hide()
                    terminal.print_text(text)
    raise AssertionError("an answer ends with AnswerReady")


def _show_end(folder: Path, answer: Answer) -> None:
    terminal.out.print("\n")
    if answer.failure:
        terminal.print_error(answer.failure, _HOW_TO_ALLOW if answer.needs_consent else "")
    terminal.print_checked(folder, answer)


def _by_file(sources: Sequence[Source]) -> list[list[Source]]:
    """Return the sources of each file, in the order of its best source."""
    files: dict[str, list[Source]] = {}
    for source in sources:
        files.setdefault(source.passage.chunk.path, []).append(source)
    return list(files.values())


def _as_hit(source: Source) -> dict[str, object]:
    passage, chunk = source.passage, source.passage.chunk
    return {
        "path": chunk.path,
        "start_line": chunk.first_line,
        "end_line": chunk.last_line,
        "score": passage.score,
        "match": source.match,
        "symbol": chunk.symbol,
        "role": passage.role,
        "reasons": list(passage.reasons),
        "similarity": passage.similarity,
    }

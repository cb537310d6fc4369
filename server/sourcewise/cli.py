"""The command line: one function a command. `terminal` shows, `workspace` does."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from contextlib import aclosing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sourcewise import __version__, terminal
from sourcewise.doctor import examine
from sourcewise.errors import CancelledError, GeneratorError, UserError, WeightsError, WorkerError
from sourcewise.mining.miner import CodeMiner
from sourcewise.mining.reasons import why_sentence
from sourcewise.model import AnswerReady, Inquiry, Notice, PromptProgress, SourcesFound, TextDelta
from sourcewise.paths import DataPaths, workspace_folder
from sourcewise.prompt import as_sources
from sourcewise.query_engine import checked_question
from sourcewise.settings import Settings
from sourcewise.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sourcewise.index import Index
    from sourcewise.model import Answer, Passage
    from sourcewise.terminal import ProgressLine

logger = logging.getLogger(__name__)

INTERRUPTED = 130
# Up to this many chunks are embedded before an answer; more would keep the asker waiting for minutes.
_EMBED_BEFORE_ANSWER = 400
_EMBED_FOR_QUESTION = 96


def run() -> int:
    """Run a command and return its exit code; whatever happens, the user gets a sentence."""
    try:
        code: object = main(standalone_mode=False)
    except BrokenPipeError:  # whoever read our output has had enough
        sys.stdout = None
    except (Exception, KeyboardInterrupt) as error:
        return _explain(error)
    else:
        return code if isinstance(code, int) else 0
    return 0


def _explain(error: BaseException) -> int:
    """Say in a sentence what went wrong, log the rest, and return the exit code."""
    match error:
        case click.Abort() | KeyboardInterrupt() | CancelledError():
            terminal.err.print("\nStopped. What was indexed is kept; the next run carries on from here.")
            return INTERRUPTED
        case click.ClickException():
            error.show()
            return 2
        case UserError():
            logger.info("Ended with %s", type(error).__name__, exc_info=error)
            terminal.print_error(error.message, error.hint)
            return error.exit_code
    logger.error("Unexpected", exc_info=error)
    terminal.print_error("Something unexpected went wrong.", f"The details are in {DataPaths.default().log}.")
    return 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Ask your codebase. Every answer cites its source, and nothing leaves your machine."""


def _folder_option(command: Any) -> Any:
    return click.option(
        "--folder", "-C", type=click.Path(path_type=Path), default=Path(), help="The codebase (default: this folder)."
    )(command)


_paths_option = click.option(
    "--in",
    "paths",
    multiple=True,
    metavar="PATH",
    callback=lambda _context, _option, paths: tuple(Path(path).as_posix() for path in paths),
    help="A file or folder of the codebase that the sources must come from; may be given again.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@main.command()
@click.argument("question")
@_folder_option
@click.option("--model", help="An Ollama model, `embedded`, or `sources` for no model.")
@_paths_option
@_json_option
def ask(question: str, folder: Path, model: str | None, paths: tuple[str, ...], as_json: bool) -> None:
    """Answer QUESTION from the code, with sources."""
    settings = _with_model(_settings(), model)
    with _opened(folder, settings) as (index, progress):
        checked_question(question)
        _make_ready(index, question, progress)
        answer = asyncio.run(_converse(index, Inquiry(question, paths), progress, as_json))
    if as_json:
        click.echo(json.dumps(asdict(answer), indent=2))
    if answer.failure:
        raise click.exceptions.Exit(GeneratorError.exit_code)


@main.command()
@click.argument("query")
@_folder_option
@click.option("--limit", "-n", default=8, show_default=True, type=click.IntRange(1, 1000), help="How many results.")
@click.option("--explain", is_flag=True, help="Show why each result is where it is.")
@_paths_option
@_json_option
def search(query: str, *, folder: Path, limit: int, explain: bool, paths: tuple[str, ...], as_json: bool) -> None:
    """Find code by words, by name and by meaning."""
    with _opened(folder, _settings()) as (index, progress):
        checked_question(query)
        _make_ready(index, query, progress)
        result = index.search(query, limit, paths)
    if as_json:
        click.echo(json.dumps([_as_hit(passage) for passage in result.passages], indent=2))
        return
    for source in as_sources(result.passages):
        terminal.print_source(index.folder, source, explain=explain)
    if not result.passages:
        terminal.print_notice("Nothing was found. Try words that the code itself would use.")
    terminal.print_notice(f"Searched by {result.mode.value}; {result.embedded} of {result.chunks} chunks embedded.")


@main.command()
@_folder_option
@_json_option
def index(folder: Path, as_json: bool) -> None:
    """Index a folder: read what changed, embed what is new."""
    with _opened(folder, _settings()) as (opened, progress):
        report = opened.update(progress.stage)
        count = opened.embed(progress=progress.stage)
        report = replace(report, embedded=count.embedded, reused=report.reused + count.reused)
        status = opened.status()
    if as_json:
        click.echo(json.dumps({**asdict(status), "run": asdict(report)}, indent=2))
        return
    terminal.out.print(
        f"{report.added} files added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged. "
        f"{report.embedded} chunks embedded, {report.reused} from the cache.",
        soft_wrap=True,
    )
    terminal.out.print(f"{status.files} files in {status.chunks} chunks, {status.vectors} vectors.")
    if not status.files:
        terminal.print_notice("Nothing here can be indexed. `sourcewise why FILE` says what keeps a file out.")


@main.command()
@_folder_option
@_json_option
def status(folder: Path, as_json: bool) -> None:
    """Say what the index of a folder holds."""
    with _workspace(_settings()) as (workspace, _):
        found = workspace.status(folder)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
        return
    terminal.out.print(f"{found.folder}: {found.state}", soft_wrap=True)
    terminal.out.print(f"  {found.files} files in {found.chunks} chunks")
    terminal.out.print(f"  {found.embedded} chunks embedded as {found.vectors} vectors with {found.model}")
    terminal.out.print(f"  {found.cached} embeddings in the cache of all folders")
    for reason, number in found.skipped.items():
        terminal.out.print(f"  {number} skipped: {reason}")


@main.command()
@click.argument("file")
@_folder_option
@_json_option
def why(file: str, folder: Path, as_json: bool) -> None:
    """Say whether FILE is in the index, and which rule keeps it out if not."""
    # Asks the rules, not the index: so it can be asked before there is one, and while another process owns it.
    verdict = CodeMiner(_settings().max_file_bytes).explain(workspace_folder(folder), file)
    if as_json:
        reason, detail = (None, "") if verdict is None else (verdict.reason.value, verdict.detail)
        click.echo(json.dumps({"file": file, "indexed": verdict is None, "reason": reason, "detail": detail}))
    else:
        terminal.out.print(terminal.plain(why_sentence(file, verdict)))


@main.command()
@_json_option
def doctor(as_json: bool) -> None:
    """Say what is installed and reachable, and what to do next."""
    with _workspace(_settings()) as (workspace, _):
        findings = asyncio.run(examine(workspace))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
        return
    for finding in findings:
        terminal.print_finding(finding.good, f"{finding.subject}: {finding.message}", finding.next_step)


@main.command()
def lsp() -> None:
    """Serve an editor over standard input and output."""
    from sourcewise.lsp import serve  # noqa: PLC0415 - no other command needs pygls

    serve(_settings(), DataPaths.default())


def _settings() -> Settings:
    settings, problems = Settings.from_file(DataPaths.default().settings)
    for problem in problems:
        terminal.print_notice(problem.message)
    return settings


def _with_model(settings: Settings, model: str | None) -> Settings:
    if model is None:
        return settings
    if model in ("embedded", "sources", "ollama"):
        return replace(settings, generator=model)
    return replace(settings, generator="ollama", model=model)


@contextmanager
def _workspace(settings: Settings) -> Iterator[tuple[Workspace, ProgressLine]]:
    with terminal.progress_line() as progress:
        workspace = Workspace(settings, DataPaths.default(), progress.download)
        try:
            yield workspace, progress
        finally:
            workspace.close()


@contextmanager
def _opened(folder: Path, settings: Settings) -> Iterator[tuple[Index, ProgressLine]]:
    with _workspace(settings) as (workspace, progress):
        opened = workspace.open(folder)
        for notice in opened.notices:
            terminal.print_notice(notice)
        yield opened, progress


def _make_ready(opened: Index, question: str, progress: ProgressLine) -> None:
    """Index what changed; embed all of a small rest, of a large one what this question needs."""
    opened.update(progress.stage)
    try:
        if opened.unembedded <= _EMBED_BEFORE_ANSWER:
            opened.embed(progress=progress.stage)
        else:
            opened.embed_for(question, _EMBED_FOR_QUESTION, progress.stage)
    except (WeightsError, WorkerError) as error:
        # Keywords find without a model.
        terminal.print_notice(str(error))
    progress.hide()


async def _converse(opened: Index, inquiry: Inquiry, progress: ProgressLine, quiet: bool) -> Answer:
    """Show the events of an answer as they come and return the answer."""
    async with aclosing(opened.ask(inquiry)) as events:
        async for event in events:
            match event:
                case AnswerReady(answer):
                    if not quiet:
                        _show_end(opened, answer)
                    return answer
                case PromptProgress(fraction):
                    progress.update("The model reads the prompt", round(fraction * 100), 100)
                case _ if quiet:
                    pass
                case SourcesFound(sources):
                    for source in sources:
                        terminal.print_source(opened.folder, source)
                case Notice(message):
                    terminal.print_notice(message)
                case TextDelta(text):
                    progress.hide()
                    terminal.print_text(text)
    raise AssertionError("an answer ends with AnswerReady")


def _show_end(opened: Index, answer: Answer) -> None:
    terminal.out.print("\n")
    if answer.failure:
        terminal.print_error(answer.failure)
    terminal.print_checked(opened.folder, answer)


def _as_hit(passage: Passage) -> dict[str, object]:
    chunk = passage.chunk
    return {
        "path": chunk.path,
        "start_line": chunk.first_line,
        "end_line": chunk.last_line,
        "score": passage.score,
        "symbol": chunk.symbol,
        "reasons": list(passage.reasons),
        "similarity": passage.similarity,
    }

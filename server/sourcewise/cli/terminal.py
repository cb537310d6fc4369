"""Prints progress, passages and answers in a terminal, using rich.

Text from files and models stays text: characters that could move the cursor, forge lines, or hide or reorder text on
the screen are printed as escape codes, and rich does not interpret markup in it.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from sourcewise.domain.answer import CitationState
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.index_state import Stage
from sourcewise.text.lines import split_lines
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sourcewise.domain.answer import Answer, Source
    from sourcewise.domain.index_state import IndexProgress
    from sourcewise.folder_index.inspection import ChunkInspection, SkipGroup
    from sourcewise.weights import DownloadProgress

_HEARTBEAT_SECONDS = 5.0
_FIRST_PATHS = 3


class OutputClosedError(Exception):
    """The program that reads the output has closed it, as `head` does."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise OutputClosedError


out = _Console(highlight=False, markup=False, emoji=False)
err = _Console(stderr=True, highlight=False, markup=False, emoji=False)
_WIDEST_TABLE = 1000


def show_location(folder: Path, path: str, line: int) -> str:
    """Return `path:line`, relative to the current directory if the file is below it, else absolute."""
    absolute = folder / path
    relative = os.path.relpath(absolute)
    return visible(f"{absolute if relative.startswith('..') else relative}:{line}")


def print_json(value: Any) -> None:
    """Print a value as JSON in ASCII."""
    out.out(json.dumps(value, indent=2))


def print_notice(message: str) -> None:
    """Print a notice to standard error."""
    err.print(Text(f"• {visible(message)}", "yellow"), soft_wrap=True)


def print_error(message: str, hint: str = "") -> None:
    """Print an error and its next step to standard error."""
    err.print(Text(f"✗ {visible(message)}", "bold red"), soft_wrap=True)
    if hint:
        err.print(Text(f"  {visible(hint)}"), soft_wrap=True)


def print_finding(good: bool, message: str, next_step: str = "") -> None:
    """Print a finding of `doctor`, and its next step."""
    out.print(Text.assemble(("✓ ", "green") if good else ("• ", "yellow"), visible(message)), soft_wrap=True)
    if next_step:
        out.print(Text(f"    {visible(next_step)}"), soft_wrap=True)


def print_source(folder: Path, source: Source) -> None:
    """Print a source of an answer: its number, location, role unless it is code, match and first lines."""
    out.print(Text(f"[{source.number}] ", "bold cyan") + _head(folder, [source]), soft_wrap=True)
    _print_preview(source)


def print_sources_of_file(folder: Path, sources: Sequence[Source], *, explain: bool = False) -> None:
    """Print the sources of one file, best first, as one entry with the lines of each; `explain` adds their scores."""
    out.print(_head(folder, sources), soft_wrap=True)
    for source in sources:
        if explain:
            passage = source.passage
            out.print(Text(f"    score {passage.score:.4f}: {', '.join(map(visible, passage.reasons))}", "dim"))
        _print_preview(source)


def _head(folder: Path, sources: Sequence[Source]) -> Text:
    best, chunks = sources[0], [source.passage.chunk for source in sources]
    path, role = chunks[0].path, best.passage.role
    rest = "".join(f", {chunk.first_line}-{chunk.last_line}" for chunk in chunks[1:])
    symbols = ", ".join(dict.fromkeys(visible(chunk.symbol) for chunk in chunks if chunk.symbol))
    return Text.assemble(
        (show_location(folder, path, chunks[0].first_line), f"bold link {(folder / path).as_uri()}"),
        (f"-{chunks[0].last_line}{rest}", "bold"),
        (f"  {symbols}" if symbols else "", "green"),
        ("" if role is FileRole.CODE else f"  {role}", "yellow"),
        (f"  match {best.match:.0%}", "dim"),
    )


def _print_preview(source: Source) -> None:
    chunk = source.passage.chunk
    out.print(_code(source.preview, chunk.language, chunk.first_line))


def print_chunk(folder: Path, inspected: ChunkInspection, *, whole: bool) -> None:
    """Print a chunk: its location, kind, size, whether it is embedded, and its first lines or the whole text."""
    chunk = inspected.chunk
    vectors = _counted(inspected.vectors, "vector") if inspected.vectors else "not embedded"
    problem = f": {visible(inspected.problem)}" if inspected.problem else ""
    head = Text.assemble(
        (show_location(folder, chunk.path, chunk.first_line), f"bold link {(folder / chunk.path).as_uri()}"),
        (f"-{chunk.last_line}", "bold"),
        (f"  {visible(chunk.symbol)}" if chunk.symbol else "", "green"),
        (f"  {chunk.kind} · {_counted(inspected.tokens, 'token')} · {vectors}{problem}", "dim"),
    )
    out.print(head, soft_wrap=True)
    out.print(_code(chunk.text if whole else inspected.preview, chunk.language, chunk.first_line))


def print_skips(groups: Sequence[SkipGroup], *, every: bool) -> None:
    """Print the skipped files of an index, one line for each rule or, with `every`, for each file."""
    reason = None
    for group in groups:
        if group.reason != reason:
            out.print(Text(group.reason.value, "bold"))
        reason = group.reason
        for shown in group.paths if every else [_first_of(group.paths)]:
            out.print(Text.assemble(f"  {visible(shown)}", (f"  {visible(group.rule)}", "dim")), soft_wrap=True)


def print_notes(notes: Mapping[str, str]) -> None:
    """Print the notes about indexed files, by path."""
    if notes:
        out.print(Text("indexed, but", "bold"))
    for path, note in notes.items():
        out.print(Text.assemble(f"  {visible(path)}", (f"  {visible(note)}", "dim")), soft_wrap=True)


def _first_of(paths: Sequence[str]) -> str:
    rest = len(paths) - _FIRST_PATHS
    return ", ".join(paths[:_FIRST_PATHS]) + (f" and {rest:,} more" if rest > 0 else "")


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _lines(text: str) -> str:
    return visible(text, keep="\n\t")


def _code(text: str, language: str, first_line: int) -> Syntax:
    lines = [line[: out.width * 2] for line in split_lines(_lines(text))]
    return Syntax(
        "\n".join(lines),
        language,
        theme="ansi_dark",
        line_numbers=True,
        start_line=first_line,
        background_color="default",
        padding=(0, 0, 0, 2),
    )


def print_text(text: str) -> None:
    """Print a piece of the streaming answer."""
    out.print(Text(_lines(text)), end="", soft_wrap=True)


def print_checked(folder: Path, answer: Answer) -> None:
    """Print the citations of an answer with their states, and a line with its model, search, prompt, speed and time."""
    by_number = {source.number: source for source in answer.sources}
    for citation in answer.citations:
        chunk = by_number[citation.number].passage.chunk
        mark = "" if citation.state is CitationState.CURRENT else f"  ({citation.state.value})"
        place = show_location(folder, chunk.path, chunk.first_line)
        out.print(Text.assemble((f"[{citation.number}]", "cyan"), f" {place}", (mark, "yellow")), soft_wrap=True)
    out.print(Text(_summary(answer), "dim"), soft_wrap=True)


def _summary(answer: Answer) -> str:
    trace = answer.trace
    parts = [str(answer.model), f"searched by {trace.search.mode.value}"]
    if trace.prompt_budget:
        parts.append(f"prompt {trace.prompt_tokens} of {trace.prompt_budget} tokens")
    if trace.usage.answer_tokens and trace.usage.answer_seconds:
        parts.append(f"{trace.usage.answer_tokens / trace.usage.answer_seconds:.1f} tokens/s")
    parts.append(f"{trace.timings['total'] / 1000:.1f} s")
    return " · ".join(parts)


class ProgressLine:
    """Shows progress: as a bar in a terminal, otherwise as a line every few seconds."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, visible=False)
        self._label = ""
        self._last = 0.0

    def stage(self, event: IndexProgress) -> None:
        """Show the progress of indexing."""
        if event.stage is Stage.IDLE:
            self.hide()
            return
        label = "Looking for files" if event.stage is Stage.SCANNING else event.stage.value.capitalize()
        self.update(label, event.done, event.total)

    def download(self, event: DownloadProgress) -> None:
        """Show the progress of a model's download."""
        size, unit = (1_000_000, "MB") if event.unit == "bytes" else (1, event.unit)
        label = f"{event.stage.capitalize()} {event.name} ({unit})"
        self.update(label, event.done // size, event.total // size)

    def hide(self) -> None:
        """Hide the line until the next update."""
        self._label = ""
        self._progress.update(self._task, visible=False)

    def update(self, label: str, done: float, total: float | None) -> None:
        """Show a label and the progress; a `total` of None or 0 means unknown."""
        if label != self._label:
            self._progress.reset(self._task, description=label, total=total or None, visible=True)
        self._progress.update(self._task, completed=done, total=total or None)
        if not err.is_terminal and (label != self._label or time.monotonic() - self._last > _HEARTBEAT_SECONDS):
            err.print(f"{label} … {done:g} of {total:g}" if total else f"{label} …")
            self._last = time.monotonic()
        self._label = label


@contextmanager
def progress_line() -> Iterator[ProgressLine]:
    """Yield a progress line, and remove it at the end."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield ProgressLine(progress)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table with names in the first column and figures in the others, in full even in a narrow window."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(visible, row))
    needed = out.measure(table, options=out.options.update(max_width=_WIDEST_TABLE)).maximum
    wide = _Console(file=out.file, width=max(needed, out.width), highlight=False, markup=False, emoji=False)
    wide.print(table)

"""The command `eval`, which measures the search on questions with known answers."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sourcewise.cli import terminal
from sourcewise.cli.opening import OpenedFolder, opened_workspace, settings_of_user
from sourcewise.cli.options import json_option
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.errors import QuestionError
from sourcewise.evaluation.search import Outcome, Place, read_questions, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sourcewise.evaluation.search import KnownQuestion
    from sourcewise.folder_index.index import Index
    from sourcewise.workspace.workspace import Workspace

    Outcomes = dict[SearchMode, dict[str, Outcome]]

_HITS = 60
_MODES = {"keywords": SearchMode.KEYWORD, "vectors": SearchMode.VECTOR, "full": SearchMode.HYBRID}
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("eval")
@click.argument("questions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trees", required=True, type=_EXISTING_FOLDER, help="Folder with one subfolder for each `repo` in QUESTIONS."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="File to write the hits to."
)
@click.option(
    "--by",
    "modes",
    multiple=True,
    type=click.Choice(list(_MODES)),
    help="How to search; can be repeated. Default: each way in turn.",
)
@json_option
def evaluate(*, questions: Path, trees: Path, out: Path | None, modes: tuple[str, ...], as_json: bool) -> None:
    """Measure the search with QUESTIONS, a JSON Lines file of questions with known answers.

    --out writes the hits of the last way of searching, in the order keywords, vectors, full.
    """
    asked = read_questions(questions)
    searched = [mode for name, mode in _MODES.items() if not modes or name in modes]
    by_tree = _by_tree(asked, trees)
    outcomes: Outcomes = {mode: {} for mode in searched}
    settings = settings_of_user()
    needs_vectors = searched != [SearchMode.KEYWORD]
    for number, (folder, group) in enumerate(by_tree.items(), 1):
        terminal.print_notice(f"{number}/{len(by_tree)} {folder.name}: {len(group)} questions")
        with opened_workspace(settings) as (workspace, progress):
            opened = OpenedFolder(folder, workspace, progress, needs_vectors=needs_vectors)
            _ask_all(opened, workspace, group, outcomes)
    if out is not None:
        out.write_text("".join(map(_as_line, asked, map(outcomes[searched[-1]].get, (q.id for q in asked)))), "utf-8")
    summaries = {mode.value: summary(asked, found) for mode, found in outcomes.items()}
    if as_json:
        terminal.print_json(summaries)
    else:
        for mode, rows in summaries.items():
            _print_summary(mode, rows)


def _by_tree(asked: Iterable[KnownQuestion], trees: Path) -> dict[Path, list[KnownQuestion]]:
    grouped: dict[Path, list[KnownQuestion]] = defaultdict(list)
    for question in asked:
        grouped[trees / question.tree].append(question)
    missing = [folder.name for folder in grouped if not folder.is_dir()]
    if missing:
        raise QuestionError(
            f"The folder {trees} has no subfolder {', '.join(missing)}.",
            "With --trees, name the folder that contains them.",
        )
    return dict(grouped)


def _ask_all(opened: OpenedFolder, workspace: Workspace, group: Sequence[KnownQuestion], outcomes: Outcomes) -> None:
    opened.folder.await_read()
    if outcomes.keys() - {SearchMode.KEYWORD}:
        opened.folder.await_vectors()
    workspace.stop_embedding()
    opened.rest()
    index = opened.folder.opened()
    for mode, found in outcomes.items():
        index.search(SearchRequest(group[0].query, 1, mode))  # the first search loads what the later ones reuse
        found.update({question.id: _outcome(index, question.query, mode) for question in group})


def _outcome(index: Index, query: str, mode: SearchMode) -> Outcome:
    begun = time.perf_counter()
    result = index.search(SearchRequest(query, _HITS, mode))
    whole = (time.perf_counter() - begun) * 1000
    without_embedding = whole - result.timings.get("question embedding", 0.0)
    places = (passage.chunk for passage in result.passages)
    hits = tuple(Place(chunk.path, chunk.first_line, chunk.last_line) for chunk in places)
    return Outcome(hits, without_embedding, None if mode is SearchMode.KEYWORD else whole)


def _as_line(question: KnownQuestion, outcome: Outcome | None) -> str:
    """Return a line of the hits file, in the format of code search benchmarks."""
    hits, taken, with_embedding = outcome or Outcome((), 0.0)
    places = [{"path": path, "start_line": first, "end_line": last} for path, first, last in hits]
    line: dict[str, object] = {"id": question.id, "hits": places, "latency_ms": round(taken, 2)}
    if with_embedding is not None:
        line["latency_with_embedding_ms"] = round(with_embedding, 2)
    return json.dumps(line) + "\n"


def _print_summary(mode: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    cells = [[name, *(_format(column, row.get(column)) for column in columns)] for name, row in rows.items()]
    terminal.print_table(f"By {mode}", ["", *columns], cells)


def _format(column: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if column == "questions" else f"{value:.1f}" if " p" in column else f"{value:.3f}"

"""The command `eval`, which measures the search on questions with known answers."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sourcewise.cli import terminal
from sourcewise.cli.opening import OpenedFolder, opened_workspace, settings_of_user
from sourcewise.cli.options import json_option
from sourcewise.domain.search import SearchMode, SearchRequest
from sourcewise.errors import QuestionError
from sourcewise.evaluation.hits_file import HitsFile
from sourcewise.evaluation.search import Outcome, Place, read_questions, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sourcewise.evaluation.search import KnownQuestion
    from sourcewise.folder_index.index import Index
    from sourcewise.settings import Settings
    from sourcewise.workspace.workspace import Workspace

_HITS = 60
_MODES = {"keywords": SearchMode.KEYWORD, "vectors": SearchMode.VECTOR, "full": SearchMode.HYBRID}
_EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("eval")
@click.argument("questions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--trees", required=True, type=_EXISTING_FOLDER, help="Folder with one subfolder for each `repo` in QUESTIONS."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="File for the hits of each question, written as soon as it is answered. Needs exactly one --by.",
)
@click.option(
    "--resume", is_flag=True, help="With --out: keep the hits in the file, and ask only the questions that it lacks."
)
@click.option(
    "--by",
    "chosen",
    multiple=True,
    type=click.Choice(list(_MODES)),
    help="How to search; can be repeated. Default: each way in turn.",
)
@json_option
def evaluate(
    *, questions: Path, trees: Path, out: Path | None, resume: bool, chosen: tuple[str, ...], as_json: bool
) -> None:
    """Measure the search with QUESTIONS, a JSON Lines file of questions with known answers."""
    ways = [way for way in _MODES if not chosen or way in chosen]
    _check_options(questions, out, ways, resume=resume)
    asked = read_questions(questions)
    by_tree = _by_tree(asked, trees)
    with _hits_file(out, ways[0], asked, resume=resume) as hits_file:
        evaluation = _Evaluation(len(asked), [_MODES[way] for way in ways], hits_file)
        evaluation.run(by_tree, settings_of_user())
    summaries = {mode.value: summary(asked, found) for mode, found in evaluation.outcomes.items()}
    if as_json:
        terminal.print_json(summaries)
    else:
        for mode, rows in summaries.items():
            _print_summary(mode, rows)


def _check_options(questions: Path, out: Path | None, ways: Sequence[str], *, resume: bool) -> None:
    if out is None:
        if resume:
            raise click.UsageError("--resume needs --out, which names the file with the hits so far.")
    elif len(ways) > 1:
        raise click.UsageError(f"--out needs exactly one --by: {', '.join(ways[:-1])} or {ways[-1]}.")
    elif out.exists() and out.samefile(questions):
        raise click.UsageError("--out would replace QUESTIONS. Name another file.")


def _hits_file(
    out: Path | None, way: str, asked: Iterable[KnownQuestion], *, resume: bool
) -> AbstractContextManager[HitsFile | None]:
    return nullcontext() if out is None else closing(HitsFile(out, way, asked, resume=resume))


class _Evaluation:
    """Asks questions in each mode of search.

    Attributes:
        outcomes: the outcomes so far by the ID of the question, for each mode.
    """

    def __init__(self, number: int, modes: Iterable[SearchMode], hits_file: HitsFile | None) -> None:
        """Begin with the outcomes in the file.

        Args:
            number: the number of questions.
            modes: the modes of search.
            hits_file: gets the outcomes of the only mode; None keeps them in memory.
        """
        self._hits_file = hits_file
        self._kept = {} if hits_file is None else hits_file.kept
        self._number = number
        self.outcomes: dict[SearchMode, dict[str, Outcome]] = {mode: dict(self._kept) for mode in modes}

    def run(self, by_tree: Mapping[Path, Sequence[KnownQuestion]], settings: Settings) -> None:
        """Ask the questions tree by tree, except those that are answered."""
        left = {tree: [each for each in group if each.id not in self._kept] for tree, group in by_tree.items()}
        left = {tree: group for tree, group in left.items() if group}
        if self._kept:
            terminal.print_notice(f"The file already has the hits of {self._progress()}.")
        with self._stop_explained():
            for number, (tree, group) in enumerate(left.items(), 1):
                terminal.print_notice(f"{number}/{len(left)} {tree.name}: {len(group)} questions")
                with opened_workspace(settings) as (workspace, progress):
                    opened = OpenedFolder(tree, workspace, progress, needs_vectors=self._needs_vectors)
                    self._ask(_ready_index(opened, workspace, needs_vectors=self._needs_vectors), group)

    @property
    def _needs_vectors(self) -> bool:
        return self.outcomes.keys() != {SearchMode.KEYWORD}

    def _ask(self, index: Index, group: Sequence[KnownQuestion]) -> None:
        for mode, found in self.outcomes.items():
            index.search(SearchRequest(group[0].query, 1, mode))  # the first search loads what the later ones reuse
            for question in group:
                outcome = _outcome(index, question.query, mode)
                if self._hits_file is not None:
                    self._hits_file.append(question.id, outcome)
                found[question.id] = outcome

    @contextmanager
    def _stop_explained(self) -> Iterator[None]:
        """If an interrupt or an error stops the evaluation, report how far it came and how to resume it."""
        try:
            yield
        except BaseException:
            how = (
                "Use --out FILE for an evaluation that can be resumed."
                if self._hits_file is None
                else "To resume, run the same command with --resume."
            )
            terminal.print_notice(f"Answered {self._progress()}. {how}")
            raise

    def _progress(self) -> str:
        return f"{min(map(len, self.outcomes.values()))} of {self._number} questions"


def _ready_index(opened: OpenedFolder, workspace: Workspace, *, needs_vectors: bool) -> Index:
    opened.folder.await_read()
    if needs_vectors:
        opened.folder.await_vectors()
    workspace.stop_embedding()
    opened.rest()
    return opened.folder.opened()


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


def _outcome(index: Index, query: str, mode: SearchMode) -> Outcome:
    begun = time.perf_counter()
    result = index.search(SearchRequest(query, _HITS, mode))
    whole = (time.perf_counter() - begun) * 1000
    without_embedding = whole - result.timings.get("question embedding", 0.0)
    places = (passage.chunk for passage in result.passages)
    hits = tuple(Place(chunk.path, chunk.first_line, chunk.last_line) for chunk in places)
    return Outcome(hits, without_embedding, None if mode is SearchMode.KEYWORD else whole)


def _print_summary(mode: str, rows: Mapping[str, Mapping[str, float]]) -> None:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    cells = [[name, *(_format(column, row.get(column)) for column in columns)] for name, row in rows.items()]
    terminal.print_table(f"By {mode}", ["", *columns], cells)


def _format(column: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if column == "questions" else f"{value:.1f}" if " p" in column else f"{value:.3f}"

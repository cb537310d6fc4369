"""Measures the time to the first correct source of a question in a folder that was never opened before.

    npm run python -- tests/bench/first_source.py QUESTIONS.jsonl --trees DIR --tree NAME [--questions 20]

For each question, creates a new data folder with this user's model weights and starts the real server on the tree.
Repeats the question without a pause, like an impatient user, until a correct source is among the eight sources of the
answer and until it is first. Reports the times since the start of the server's process. A question without a correct
source, or without one in first place, within `--patience` seconds counts as longer than all others.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import percentile, say

sys.path.append(str(Path(__file__).parents[1] / "protocol"))

from client import Editor

from sourcewise.errors import QuestionError
from sourcewise.evaluation.search import Place, read_questions
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise import protocol
    from sourcewise.evaluation.search import KnownQuestion

_SHOWN = 8
_OPTIONS = {"llm": {"runtime": "sources"}, "embedding.questionSeconds": Settings().question_seconds}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the start of the process until a correct source was shown, and until it was first."""

    shown: float = math.inf
    first: float = math.inf


def measure(question: KnownQuestion, folder: Path, patience: float) -> Times:
    """Start a server without an index, and ask until the first source is correct or the time limit expires."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch).resolve()
        (home / "models").symlink_to(DataPaths.default().models)
        return asyncio.run(_measure(question, folder, home, patience))


async def _measure(question: KnownQuestion, folder: Path, home: Path, patience: float) -> Times:
    editor = Editor()
    began = time.monotonic()
    await editor.launch(home)
    try:
        await editor.begin([folder], _OPTIONS)
        return await _ask_until_correct(editor, question, began, patience)
    finally:
        await editor.leave()


async def _ask_until_correct(editor: Editor, question: KnownQuestion, began: float, patience: float) -> Times:
    times = Times()
    while (elapsed := time.monotonic() - began) < patience:
        result = await editor.search(question.query, limit=_SHOWN)
        elapsed = time.monotonic() - began
        correct = [_is_correct(question, passage) for passage in result.passages]
        if any(correct):
            times = Times(min(times.shown, elapsed), elapsed if correct[0] else math.inf)
        if times.first < math.inf:
            break
    return times


def _is_correct(question: KnownQuestion, passage: protocol.Passage) -> bool:
    found = Place(passage.path, passage.start_line, passage.end_line)
    return any(found.overlaps(place) for place in question.relevant)


def _summary(outcome: str, seconds: Sequence[float]) -> str:
    found = [each for each in seconds if each < math.inf]
    ends = f"median {percentile(seconds, 0.5):.1f} s, longest {max(found):.1f} s" if found else "never"
    return f"a correct source is {outcome}: {len(found)} of {len(seconds)} questions, {ends}"


def main() -> None:
    """Print a line for the time until a correct source is shown, and one for the time until it is first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("asked", metavar="QUESTIONS", type=Path)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--patience", type=float, default=30)
    options = parser.parse_args()
    asked = [question for question in read_questions(options.asked) if question.tree == options.tree]
    if not asked:
        raise QuestionError(f"No question is about {options.tree}.", "Use a tree that the questions name.")
    times = []
    for question in asked[: options.questions]:
        times.append(measure(question, options.trees / options.tree, options.patience))
        say(f"  {times[-1].shown:.1f} s, first {times[-1].first:.1f} s: {question.query}")
    print(_summary("shown", [each.shown for each in times]))  # noqa: T201
    print(_summary("first", [each.first for each in times]))  # noqa: T201


if __name__ == "__main__":
    main()

"""Keeps the hits of an evaluation in a file while it runs, so that an interrupted evaluation can be resumed.

The file is JSON Lines in the format of code search benchmarks: each line has the ID of a question, its hits, the
duration of its search, and the way of searching, since the hits of several ways must not be mixed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sourcewise.errors import QuestionError
from sourcewise.evaluation.search import Outcome, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sourcewise.evaluation.search import KnownQuestion

_OTHER_FILE = "Name another file with --out, or omit --resume to replace this one."


class HitsFile:
    """Appends the hits of each question to a file.

    Attributes:
        kept: the outcomes that the file had when it was opened, by the ID of the question.
    """

    def __init__(self, file: Path, way: str, questions: Iterable[KnownQuestion], *, resume: bool) -> None:
        """Open the file, or create it.

        Args:
            file: the file.
            way: the way of searching, as the option `--by` names it.
            questions: the questions of the evaluation.
            resume: whether to keep the complete lines of the file; otherwise it is emptied.

        Raises:
            QuestionError: the file cannot be opened, or has something else than hits of these questions that were
                found in this way.
        """
        self._way = way
        try:
            complete = _complete_lines(file) if resume and file.exists() else b""
            self.kept = _read(file, complete, way, {question.id for question in questions})
            self._stream = file.open("ab" if complete else "wb")
            if complete:
                self._stream.truncate(len(complete))
        except OSError as error:
            message = f"The hits cannot be written to {file} ({error.strerror})."
            raise QuestionError(message, "Name another file with --out.") from error

    def append(self, question_id: str, outcome: Outcome) -> None:
        """Write the outcome of a question, so that it survives the end of this process."""
        hits = [{"path": path, "start_line": first, "end_line": last} for path, first, last in outcome.hits]
        line = {"id": question_id, "by": self._way, "hits": hits, "latency_ms": round(outcome.milliseconds, 2)}
        if outcome.milliseconds_with_embedding is not None:
            line["latency_with_embedding_ms"] = round(outcome.milliseconds_with_embedding, 2)
        self._stream.write(f"{json.dumps(line)}\n".encode())
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _complete_lines(file: Path) -> bytes:
    """Return the content of a file without its last line if that was interrupted."""
    content = file.read_bytes()
    return content[: content.rfind(b"\n") + 1]


def _read(file: Path, content: bytes, way: str, ids: set[str]) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for question_id, found_by, outcome in _parsed(file, content):
        if question_id not in ids:
            raise QuestionError(f"{file} has hits of other questions, for example {question_id}.", _OTHER_FILE)
        if found_by not in (way, None):
            raise QuestionError(f"{file} has hits of a search by {found_by}, not by {way}.", _OTHER_FILE)
        outcomes[question_id] = outcome
    return outcomes


def _parsed(file: Path, content: bytes) -> Iterator[tuple[str, str | None, Outcome]]:
    """Yield for each line the question's ID, the way of searching if it is known, and the outcome."""
    for number, line in enumerate(content.splitlines(), 1):
        try:
            raw: dict[str, Any] = json.loads(line)
            hits = tuple(Place(hit["path"], hit["start_line"], hit["end_line"]) for hit in raw["hits"])
            outcome = Outcome(hits, float(raw["latency_ms"]), raw.get("latency_with_embedding_ms"))
            yield str(raw["id"]), raw.get("by"), outcome
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise QuestionError(
                f"Line {number} of {file} does not have the hits of a question ({error!r}).", _OTHER_FILE
            ) from error

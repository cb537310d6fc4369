"""Helpers for benchmarks: run a stage in its own process, calibrate against a fixed workload, and print a table.

Speed varies between machines and over time. So each figure is also given as a multiple of the duration of a fixed
workload just before and just after it. These ratios are comparable.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import statistics
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    # The figures of a stage, and any other result.
    Measured = tuple[list["Figure"], Any]

_CALIBRATIONS = 15
_SAMPLE_SECONDS = 0.1
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A measurement.

    Attributes:
        shown: the figure, formatted for a reader.
        milliseconds: the time per item; None when the figure is not a time.
        processor: whether this is CPU time, not elapsed time.
        ratio: the time in multiples of the calibration.
    """

    what: str
    shown: str
    milliseconds: float | None = None
    processor: bool = False
    ratio: float | None = None


class Report:
    """The figures so far, kept in a file, so that a resumed run reports all of them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        stored = json.loads(file.read_text()) if file.exists() else []
        self._figures = {figure["what"]: Figure(**figure) for figure in stored}

    def add(self, figures: Iterable[Figure]) -> None:
        """Add figures; a figure replaces an older one with the same name."""
        for figure in figures:
            self._figures[figure.what] = figure
            say(f"  {figure.what}: {figure.shown}")
        self._file.write_text(json.dumps([asdict(figure) for figure in self._figures.values()], indent=1))

    def table(self) -> str:
        """Return all figures as a Markdown table."""
        rows = [
            f"| {figure.what} | {figure.shown} | {'' if figure.ratio is None else f'{figure.ratio:.3g}'} |"
            for figure in self._figures.values()
        ]
        return "\n".join(["| what | figure | of the calibration |", "| --- | --- | --- |", *rows])


# --- figures ----------------------------------------------------------------------------------------------


def waits(what: str, action: Callable[[Any], Any], items: Iterable[Any]) -> list[Figure]:
    """Call the action with each item, and return the median and the 95th percentile of its duration."""
    return spread(what, [timed(action, item) for item in items])


def spread(what: str, seconds: Sequence[float], *, processor: bool = False) -> list[Figure]:
    """Return the median and the 95th percentile of durations."""
    return [
        Figure(f"{what}, {name}", f"{value * 1000:.2f} ms", value * 1000, processor)
        for name, value in (("p50", percentile(seconds, 0.5)), ("p95", percentile(seconds, 0.95)))
    ]


def rate(what: str, count: int, seconds: float, *, processor: bool = False) -> Figure:
    """Return the figure for a rate per second."""
    return Figure(what, f"{count / seconds:,.0f} a second", seconds * 1000 / count, processor)


def spent(what: str, seconds: float, *, processor: bool = False) -> Figure:
    """Return the figure for a duration."""
    return Figure(what, f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms", seconds * 1000, processor)


def megabytes(what: str, size: float) -> Figure:
    """Return the figure for a size in bytes."""
    return Figure(what, f"{size / _MEGABYTE:,.0f} MB")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that the given share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(action: Callable[..., Any], *arguments: Any) -> float:
    """Call the action and return its duration in seconds."""
    began = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - began


def bytes_on_disk(*places: Path) -> int:
    """Return the total size of files and of folders with their contents."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return sum(file.stat().st_size for file in files if file.is_file())


def say(line: str) -> None:
    """Print a progress line to standard error."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


# --- a process of its own ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """The outcome of a stage that ran in its own process.

    Attributes:
        result: its result besides the figures.
        memory: the peak resident memory of the process, in bytes; `helpers`: the peak of its children.
    """

    figures: tuple[Figure, ...]
    result: Any
    memory: int
    helpers: int


def run_alone(work: Callable[..., Measured], *arguments: Any) -> Stage:
    """Call a function in a fresh process: like a new server, it starts cold, and all its memory is its own.

    Args:
        work: a module-level function.
        arguments: its arguments.
    """
    say(f"{work.__name__} …")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    memory = Memory(process.pid or 0)
    try:
        figures, result = ours.recv()
    except EOFError:
        raise SystemExit(f"{work.__name__} ended without a result. Run again to resume.") from None
    finally:
        memory.stop()
        process.join()
    return Stage(tuple(figures), result, memory.own, memory.children)


def _work(answer: Connection, work: Callable[..., Measured], arguments: tuple[Any, ...]) -> None:
    before = _Calibration()
    figures, result = work(*arguments)
    after = _Calibration()
    answer.send(([_related(figure, before, after) for figure in figures], result))


class _Calibration:
    """The current duration of a fixed workload, in milliseconds: find, count and sort words, as an index does."""

    def __init__(self) -> None:
        text = " ".join(f"word{number % 997} = parse(item_{number}, limit={number % 13})" for number in range(2000))
        cpu_before = time.process_time()
        self.elapsed = statistics.median(timed(_count_words, text) for _ in range(_CALIBRATIONS)) * 1000
        self.processor = (time.process_time() - cpu_before) * 1000 / _CALIBRATIONS


def _count_words(text: str) -> None:
    counts = Counter(re.findall(r"\w+", text))
    sorted(counts, key=lambda word: (-counts[word], word))


def _related(figure: Figure, before: _Calibration, after: _Calibration) -> Figure:
    if figure.milliseconds is None:
        return figure
    units = [unit.processor if figure.processor else unit.elapsed for unit in (before, after)]
    return replace(figure, ratio=figure.milliseconds / statistics.mean(units))


class Memory:
    """The peak resident memory of a process and its children, sampled periodically."""

    def __init__(self, pid: int) -> None:
        self.own = self.children = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sampling."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_SAMPLE_SECONDS):
            with suppress(psutil.Error):
                self.own = max(self.own, _resident(self._process))
                self.children = max(self.children, sum(map(_resident, self._process.children(recursive=True))))


def _resident(process: psutil.Process) -> int:
    size: int = process.memory_info().rss
    return size

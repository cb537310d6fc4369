"""How things are measured here: in a process of their own, beside a fixed piece of work, told in a table.

A machine is slower at one time than at another, and other machines are others. So each figure also stands as a multiple
of what a fixed piece of work took just before and just after it: that ratio can be compared.
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

    # What a stage measured, and what else it has to tell.
    Measured = tuple[list["Figure"], Any]

_CALIBRATIONS = 15
_SAMPLE_SECONDS = 0.1
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was measured.

    Attributes:
        shown: the figure as a person reads it.
        milliseconds: for one of what is counted; None where time is not what was measured.
        processor: whether these are of a processor's time, not of waiting.
        ratio: the same in multiples of the calibration.
    """

    what: str
    shown: str
    milliseconds: float | None = None
    processor: bool = False
    ratio: float | None = None


class Report:
    """The figures so far, kept in a file: a run that is carried on another day still tells all of them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        stored = json.loads(file.read_text()) if file.exists() else []
        self._figures = {figure["what"]: Figure(**figure) for figure in stored}

    def add(self, figures: Iterable[Figure]) -> None:
        """Take figures, in place of older ones of the same."""
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
    """Do something with each of these, and return the median and the 95th percentile of the time it takes."""
    return spread(what, [timed(action, item) for item in items])


def spread(what: str, seconds: Sequence[float], *, processor: bool = False) -> list[Figure]:
    """Return the median and the 95th percentile."""
    return [
        Figure(f"{what}, {name}", f"{value * 1000:.2f} ms", value * 1000, processor)
        for name, value in (("p50", percentile(seconds, 0.5)), ("p95", percentile(seconds, 0.95)))
    ]


def rate(what: str, count: int, seconds: float, *, processor: bool = False) -> Figure:
    """Return how many of something are done in a second."""
    return Figure(what, f"{count / seconds:,.0f} a second", seconds * 1000 / count, processor)


def spent(what: str, seconds: float, *, processor: bool = False) -> Figure:
    """Return how long something took."""
    return Figure(what, f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms", seconds * 1000, processor)


def megabytes(what: str, size: float) -> Figure:
    """Return how big something is, of bytes."""
    return Figure(what, f"{size / _MEGABYTE:,.0f} MB")


def percentile(values: Sequence[float], share: float) -> float:
    """Return what this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(action: Callable[..., Any], *arguments: Any) -> float:
    """Return how many seconds something takes."""
    began = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - began


def bytes_on_disk(*places: Path) -> int:
    """Return the size of files, and of folders with all that they hold."""
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return sum(file.stat().st_size for file in files if file.is_file())


def say(line: str) -> None:
    """Tell how far it is."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


# --- a process of its own ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stage:
    """What became of something that ran in a process of its own.

    Attributes:
        result: what it returned beside its figures.
        memory: the most that the process had resident, in bytes; `helpers`: the most that its children had.
    """

    figures: tuple[Figure, ...]
    result: Any
    memory: int
    helpers: int


def run_alone(work: Callable[..., Measured], *arguments: Any) -> Stage:
    """Do something in a fresh process, as a server begins: nothing is loaded, nothing is warm, all memory is its own.

    Args:
        work: a function of a module.
        arguments: what it is given.
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
        raise SystemExit(f"{work.__name__} ended without a result; run it again to carry on.") from None
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
    """The milliseconds that a fixed piece of work takes now: words found, counted and sorted, as an index does."""

    def __init__(self) -> None:
        text = " ".join(f"word{number % 997} = parse(item_{number}, limit={number % 13})" for number in range(2000))
        spent_before = time.process_time()
        self.waiting = statistics.median(timed(_count_words, text) for _ in range(_CALIBRATIONS)) * 1000
        self.processor = (time.process_time() - spent_before) * 1000 / _CALIBRATIONS


def _count_words(text: str) -> None:
    counts = Counter(re.findall(r"\w+", text))
    sorted(counts, key=lambda word: (-counts[word], word))


def _related(figure: Figure, before: _Calibration, after: _Calibration) -> Figure:
    if figure.milliseconds is None:
        return figure
    units = [unit.processor if figure.processor else unit.waiting for unit in (before, after)]
    return replace(figure, ratio=figure.milliseconds / statistics.mean(units))


class Memory:
    """The most that a process and its children have resident, looked at now and then."""

    def __init__(self, pid: int) -> None:
        self.own = self.children = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
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

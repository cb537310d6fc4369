"""How embedding leaves the machine to whoever works at it: how long it rests, and why.

Hides how to find out what the machine runs on and who keeps its processors busy. Low priority alone is not enough: it
empties a battery just as fast, and takes the memory's and the cooler's share from what the user waits for.
"""

from __future__ import annotations

import math
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from sourcewise.processes.worker import PROCESS_MARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from sourcewise.settings import Settings

# Others keep the machine busy when they use this share of its processors.
_BUSY_SHARE = 0.5
# Shares of less time than this are noise.
_LOOK_SECONDS = 1.0
# How soon it is noticed that the machine was plugged in.
_BATTERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the machine is like at a moment; `others_busy` is the share of its processors that others use."""

    on_battery: bool = False
    others_busy: float = 0.0


@dataclass(frozen=True, slots=True)
class Rest:
    """How many seconds to do nothing, and why; infinite until the surroundings change."""

    seconds: float = 0.0
    reason: str = ""


def rest_after(worked: float, surroundings: Surroundings, settings: Settings) -> Rest:
    """Return the rest that is due after so many seconds of work: none, or half of the time."""
    if surroundings.on_battery and settings.embedding_on_battery == "pause":
        return Rest(math.inf, "Embedding waits until the machine is plugged in.")
    if surroundings.on_battery and settings.embedding_on_battery == "slow":
        return Rest(worked, "Embedding goes at half speed while the machine runs on battery.")
    if surroundings.others_busy >= _BUSY_SHARE and settings.embedding_under_load == "slow":
        return Rest(worked, "Embedding goes at half speed while other programs keep the machine busy.")
    return Rest()


class Throttle:
    """Rests as the settings of now ask for. One thread works and rests; any may ask for the reason."""

    def __init__(self, settings: Callable[[], Settings], look: Callable[[], Surroundings]) -> None:
        """Join the parts.

        Args:
            settings: gives them as they are now.
            look: gives the surroundings as they are now; see `Machine`.
        """
        self._settings = settings
        self._look = look
        self._reason = ""

    @property
    def reason(self) -> str:
        """Why embedding is slow, or waits; empty where it is at full speed."""
        return self._reason

    def rest(
        self,
        worked: float,
        cancelled: threading.Event | None = None,
        on_reason: Callable[[], None] | None = None,
    ) -> None:
        """Do nothing for as long as is due after so many seconds of work.

        Args:
            worked: seconds since the last rest.
            cancelled: ends the rest when set.
            on_reason: called when the reason is another than before, and before the rest that it is for.
        """
        cancelled = cancelled or threading.Event()
        while not cancelled.is_set():
            rest = rest_after(worked, self._look(), self._settings())
            if rest.reason != self._reason:
                self._reason = rest.reason
                if on_reason:
                    on_reason()
            if math.isfinite(rest.seconds):
                cancelled.wait(rest.seconds)
                return
            cancelled.wait(_BATTERY_SECONDS)
            worked = 0.0


class Machine:
    """The machine that we run on. For one thread."""

    def __init__(self) -> None:
        """Nothing is known yet; the first look says nothing of others."""
        self._ours = _OurProcesses()
        self._busy = self._all = self._others_busy = 0.0
        self._looked: float | None = None

    def look(self) -> Surroundings:
        """Return what the machine is like; who kept it busy is said of the time since the last look."""
        try:
            battery = psutil.sensors_battery()
            if self._looked is None or time.monotonic() - self._looked >= _LOOK_SECONDS:
                self._count()
        except (psutil.Error, OSError, RuntimeError):  # no battery driver, no /proc: such a machine tells nothing
            return Surroundings()
        return Surroundings(battery is not None and battery.power_plugged is False, self._others_busy)

    def _count(self) -> None:
        busy, all_of_it = _processor_seconds()
        others = busy - self._busy - self._ours.seconds_since_last_time()
        if self._looked is not None:
            self._others_busy = min(max(others / max(all_of_it - self._all, 0.01), 0.0), 1.0)
        self._busy, self._all, self._looked = busy, all_of_it, time.monotonic()


class _OurProcesses:
    """The processor time of this process and of every worker of ours, whichever process started it."""

    def __init__(self) -> None:
        # None stands for somebody else's, so that each process is examined once.
        self._processes: dict[int, psutil.Process | None] = {}
        self._seconds: dict[int, float] = {}

    def seconds_since_last_time(self) -> float:
        pids = psutil.pids()
        self._processes = {pid: self._processes[pid] if pid in self._processes else _ours(pid) for pid in pids}
        before, self._seconds = self._seconds, {}
        for pid, process in self._processes.items():
            if process is not None:
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    self._seconds[pid] = times.user + times.system
        return sum(seconds - before.get(pid, 0.0) for pid, seconds in self._seconds.items())


def _ours(pid: int) -> psutil.Process | None:
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        if process == psutil.Process() or PROCESS_MARK in process.cmdline():
            return process
    return None


def _processor_seconds() -> tuple[float, float]:
    """Return how long all processors were busy, and how long they were there."""
    times = psutil.cpu_times()
    busy = times.user + times.system + getattr(times, "nice", 0.0)
    return busy, busy + times.idle + getattr(times, "iowait", 0.0)

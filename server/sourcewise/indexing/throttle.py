"""Throttles embedding on battery power or while other programs keep the machine busy.

Hides how to find out the power source and the load of other programs. Low priority alone is not enough: it drains a
battery just as fast, and still takes memory bandwidth and cooling from the program that the user waits for.
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

# Other programs keep the machine busy if they use this share of its processors.
_BUSY_SHARE = 0.5
# Loads measured over less time than this are noise.
_MEASURE_SECONDS = 1.0
# How soon a change of the power source is noticed.
_BATTERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class MachineState:
    """The power source and the load of the machine.

    Attributes:
        others_busy: the share of its processors that other programs use, 0 to 1.
    """

    on_battery: bool = False
    others_busy: float = 0.0


@dataclass(frozen=True, slots=True)
class Delay:
    """How many seconds to wait, and why; infinite until the state of the machine changes."""

    seconds: float = 0.0
    reason: str = ""


def delay_after(worked: float, machine: MachineState, settings: Settings) -> Delay:
    """Return the delay after so many seconds of work: none, as long as the work took, or infinite."""
    if machine.on_battery and settings.embedding_on_battery == "pause":
        return Delay(math.inf, "Embedding waits until the machine is plugged in.")
    if machine.on_battery and settings.embedding_on_battery == "slow":
        return Delay(worked, "Embedding runs at half speed on battery power.")
    if machine.others_busy >= _BUSY_SHARE and settings.embedding_under_load == "slow":
        return Delay(worked, "Embedding runs at half speed while other programs keep the machine busy.")
    return Delay()


class Throttle:
    """Delays work as the current settings demand. For one working thread; `reason` may be read by any."""

    def __init__(self, settings: Callable[[], Settings], machine_state: Callable[[], MachineState]) -> None:
        """Create a throttle without delay so far.

        Args:
            settings: returns the current settings.
            machine_state: returns the current state of the machine; see `Machine`.
        """
        self._settings = settings
        self._machine_state = machine_state
        self._reason = ""

    @property
    def reason(self) -> str:
        """Why embedding is slow or waits; empty at full speed."""
        return self._reason

    def wait(
        self,
        worked: float,
        cancelled: threading.Event | None = None,
        on_reason: Callable[[], None] | None = None,
    ) -> None:
        """Wait as long as the settings demand after so many seconds of work.

        Args:
            worked: seconds of work since the last wait.
            cancelled: set it to end the wait.
            on_reason: called when `reason` changes, before the wait that it explains.
        """
        cancelled = cancelled or threading.Event()
        while not cancelled.is_set():
            delay = delay_after(worked, self._machine_state(), self._settings())
            if delay.reason != self._reason:
                self._reason = delay.reason
                if on_reason:
                    on_reason()
            if math.isfinite(delay.seconds):
                cancelled.wait(delay.seconds)
                return
            cancelled.wait(_BATTERY_SECONDS)
            worked = 0.0


class Machine:
    """Measures this machine. For one thread."""

    def __init__(self) -> None:
        """Create it without measuring; the first `state` does not know the load of other programs."""
        self._ours = _OurProcesses()
        self._busy = self._all = self._others_busy = 0.0
        self._measured: float | None = None

    def state(self) -> MachineState:
        """Return the state of the machine; the load is that of the time since the previous call."""
        try:
            battery = psutil.sensors_battery()
            if self._measured is None or time.monotonic() - self._measured >= _MEASURE_SECONDS:
                self._measure()
        except (psutil.Error, OSError, RuntimeError):  # no battery driver or no /proc
            return MachineState()
        return MachineState(battery is not None and battery.power_plugged is False, self._others_busy)

    def _measure(self) -> None:
        busy, all_of_it = _processor_seconds()
        others = busy - self._busy - self._ours.seconds_since_last_call()
        if self._measured is not None:
            self._others_busy = min(max(others / max(all_of_it - self._all, 0.01), 0.0), 1.0)
        self._busy, self._all, self._measured = busy, all_of_it, time.monotonic()


class _OurProcesses:
    """The processor time of this process and of all Sourcewise workers, whichever process started them."""

    def __init__(self) -> None:
        # None marks other programs, so that each process is examined once.
        self._processes: dict[int, psutil.Process | None] = {}
        self._seconds: dict[int, float] = {}

    def seconds_since_last_call(self) -> float:
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
    """Return the busy and the total seconds of all processors."""
    times = psutil.cpu_times()
    busy = times.user + times.system + getattr(times, "nice", 0.0)
    return busy, busy + times.idle + getattr(times, "iowait", 0.0)

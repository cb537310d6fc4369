"""Throttling: how long the waits are and why, and a measurement of this machine."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from sourcewise.indexing.throttle import Machine, MachineState, Throttle, _ours, delay_after
from sourcewise.processes.worker import Worker
from sourcewise.settings import Settings

CALM = MachineState()
ON_BATTERY = MachineState(on_battery=True)
BUSY = MachineState(others_busy=0.8)


@pytest.mark.parametrize(
    ("machine", "on_battery", "under_load", "seconds"),
    [
        (CALM, "slow", "slow", 0.0),
        (CALM, "pause", "slow", 0.0),
        (ON_BATTERY, "slow", "full", 1.5),
        (ON_BATTERY, "pause", "full", math.inf),
        (ON_BATTERY, "full", "slow", 0.0),
        (BUSY, "pause", "slow", 1.5),
        (BUSY, "pause", "full", 0.0),
        (replace(BUSY, on_battery=True), "full", "slow", 1.5),
        (MachineState(others_busy=0.3), "slow", "slow", 0.0),
    ],
)
def test_the_delay_follows_the_settings(
    machine: MachineState, on_battery: str, under_load: str, seconds: float
) -> None:
    settings = Settings(embedding_on_battery=on_battery, embedding_under_load=under_load)
    delay = delay_after(1.5, machine, settings)
    assert delay.seconds == seconds
    assert bool(delay.reason) == (seconds > 0)


class Outlet:
    """A machine whose power source the test sets."""

    def __init__(self, *, plugged: bool) -> None:
        self.plugged = plugged

    def state(self) -> MachineState:
        return MachineState(on_battery=not self.plugged)


def test_a_pause_is_reported_and_ends_when_it_is_cancelled() -> None:
    outlet, cancelled, waits = Outlet(plugged=False), threading.Event(), threading.Event()
    throttle = Throttle(lambda: Settings(embedding_on_battery="pause"), outlet.state)
    thread = threading.Thread(target=throttle.wait, args=(0.0, cancelled, waits.set))
    thread.start()
    assert waits.wait(30)
    assert throttle.reason == "Embedding waits until the machine is plugged in."
    assert thread.is_alive()
    cancelled.set()
    thread.join(30)
    assert not thread.is_alive()


def test_a_pause_ends_when_the_machine_is_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.indexing.throttle._BATTERY_SECONDS", 0.001)
    outlet, reasons = Outlet(plugged=False), []
    throttle = Throttle(lambda: Settings(embedding_on_battery="pause"), outlet.state)

    def plug_in() -> None:
        reasons.append(throttle.reason)
        outlet.plugged = True

    throttle.wait(0.0, on_reason=plug_in)
    assert reasons == ["Embedding waits until the machine is plugged in.", ""]


def test_at_full_speed_there_is_no_reason_to_report() -> None:
    throttle = Throttle(Settings, Outlet(plugged=True).state)
    throttle.wait(1.0, on_reason=pytest.fail)
    assert throttle.reason == ""


def test_this_machine_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.indexing.throttle._MEASURE_SECONDS", 0.0)
    machine = Machine()
    assert all(0.0 <= machine.state().others_busy <= 1.0 for _ in range(3))


class Named:
    """A worker's service that returns its process id."""

    def pid(self) -> int:
        return os.getpid()


def test_the_load_of_sourcewise_workers_does_not_count_as_other_programs() -> None:
    worker = Worker("test_throttle:Named")
    try:
        assert _ours(worker.call("pid")) is not None
    finally:
        worker.close()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert _ours(other.pid) is None
        other.communicate(b"\n")

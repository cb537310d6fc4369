"""Runs scenarios one after the other, each in its own folder, and reports their outcomes.

A scenario is a coroutine whose docstring states the expected behaviour. It returns a summary with a few figures, or
raises `ScenarioFailed`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from live_index import LiveIndex

from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Scenario = Callable[[LiveIndex, argparse.Namespace], Awaitable[str]]


class ScenarioFailed(Exception):  # noqa: N818 - a finding, not a programming error
    """The expected behaviour of a scenario did not occur."""


def parser(description: str | None, scenarios: Sequence[Scenario]) -> argparse.ArgumentParser:
    """Return a parser that accepts the names of scenarios."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [scenario.__name__ for scenario in scenarios]
    made.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"all, or some of: {', '.join(names)}")
    return made


def run(scenarios: Sequence[Scenario], options: argparse.Namespace) -> int:
    """Run the selected scenarios and return the exit code."""
    known = {scenario.__name__: scenario for scenario in scenarios}
    if unknown := set(options.scenarios) - known.keys():
        raise SystemExit(f"Unknown scenario: {', '.join(sorted(unknown))}. Use some of: {', '.join(known)}.")
    WeightsStore(DataPaths.default().models).ensure(CPU_MODEL)
    chosen = [known[name] for name in options.scenarios] or list(scenarios)
    return int(sum(not _passes(scenario, options) for scenario in chosen) > 0)


def _passes(scenario: Scenario, options: argparse.Namespace) -> bool:
    """Run a scenario, report its outcome, and return whether it passed."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            outcome, summary = "ok", asyncio.run(scenario(LiveIndex(Path(scratch)), options))
        except ScenarioFailed as finding:
            outcome, summary = "FAILED", str(finding)
        except Exception:  # the remaining scenarios must still run
            outcome, summary = "FAILED", traceback.format_exc()
    say(f"{outcome}: {scenario.__name__}: {(scenario.__doc__ or '').splitlines()[0]}")
    say(f"    {summary} ({time.monotonic() - start:.0f} s)")
    return outcome == "ok"


async def compared(index: LiveIndex) -> str:
    """Wait until the index is up to date, compare it with a fresh one, and return a summary of its contents.

    Raises:
        ScenarioFailed: it differs from a fresh one.
    """
    await index.settled()
    return await compared_now(index)


async def compared_now(index: LiveIndex) -> str:
    """Like `compared`, for an index that is idle or has no server."""
    found, differences = await asyncio.to_thread(index.differences)
    check(not differences, f"{found}, but " + "; ".join(differences))
    return str(found)


def check(holds: object, finding: str) -> None:
    """Raise ScenarioFailed with the finding unless the condition holds."""
    if not holds:
        raise ScenarioFailed(finding)


def say(line: str) -> None:
    """Print a line without buffering."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

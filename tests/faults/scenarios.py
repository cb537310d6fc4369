"""Runs scenarios one after the other, each in a folder of its own, and says how each of them went.

A scenario is a coroutine with a sentence as its docstring: what must hold. It returns a few figures, and raises
`Broken` where the sentence does not hold.
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


class Broken(Exception):  # noqa: N818 - it names the finding
    """What a scenario says does not hold."""


def parser(description: str | None, scenarios: Sequence[Scenario]) -> argparse.ArgumentParser:
    """Return a parser that takes the names of scenarios."""
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [scenario.__name__ for scenario in scenarios]
    made.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"all, or some of: {', '.join(names)}")
    return made


def run(scenarios: Sequence[Scenario], options: argparse.Namespace) -> int:
    """Run those that were asked for and return the exit code."""
    known = {scenario.__name__: scenario for scenario in scenarios}
    if unknown := set(options.scenarios) - known.keys():
        raise SystemExit(f"There is no scenario {', '.join(sorted(unknown))}.")
    WeightsStore(DataPaths.default().models).ensure(CPU_MODEL)
    chosen = [known[name] for name in options.scenarios] or list(scenarios)
    return int(sum(not _holds(scenario, options) for scenario in chosen) > 0)


def _holds(scenario: Scenario, options: argparse.Namespace) -> bool:
    """Run one and report it."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            outcome, told = "ok", asyncio.run(scenario(LiveIndex(Path(scratch)), options))
        except Broken as finding:
            outcome, told = "FAILED", str(finding)
        except Exception:  # the others are to be run all the same
            outcome, told = "FAILED", traceback.format_exc()
    say(f"{outcome}: {scenario.__name__}: {(scenario.__doc__ or '').splitlines()[0]}")
    say(f"    {told} ({time.monotonic() - start:.0f} s)")
    return outcome == "ok"


async def compared(index: LiveIndex) -> str:
    """Wait until the index is settled and return what it holds.

    Raises:
        Broken: it differs from a fresh one.
    """
    await index.settled()
    return await compared_as_it_is(index)


async def compared_as_it_is(index: LiveIndex) -> str:
    """Return what the index of an idle server holds, or of none; see compared."""
    found, differences = await asyncio.to_thread(index.differences)
    check(not differences, f"{found}, but " + "; ".join(differences))
    return str(found)


def check(holds: object, finding: str) -> None:
    """Raise Broken with the finding where something does not hold."""
    if not holds:
        raise Broken(finding)


def say(line: str) -> None:
    """Print it at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

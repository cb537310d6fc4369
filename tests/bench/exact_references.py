"""Compares the places that `sourcewise uses` lists with the references that another analyser finds.

    npm run python -- tests/bench/exact_references.py --trees DIR --references FILE [--show]

`jedi_references.py` or `typescript_references.mjs` writes `FILE`. Comments, strings, documents, keys, keyword arguments
and definitions are left out on both sides, and so are places where an import gives the name another one, which `jedi`
does not follow. Prints a Markdown table: recall of all three groups, precision of the certain places and of the certain
and probable ones, and recall of call sites among these two groups. `--show` also prints the places that differ.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from indexed_tree import indexed_tree
from measuring import percentile

from sourcewise.domain.references import Certainty, OccurrenceKind
from sourcewise.domain.search import SearchMode

if TYPE_CHECKING:
    from sourcewise.domain.references import ReferencePlace
    from sourcewise.folder_index.index import Index

_USES = frozenset(
    {
        *(OccurrenceKind.CALL, OccurrenceKind.REFERENCE, OccurrenceKind.IMPORT, OccurrenceKind.BASE),
        OccurrenceKind.DECORATOR,
    }
)
_DEFINES = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+$")
_MEANT = frozenset({Certainty.CERTAIN, Certainty.PROBABLE})

Spot = tuple[str, int, int]


@dataclass
class Tally:
    """Counts of places over the symbols of a group."""

    symbols: int = 0
    references: int = 0
    found: int = 0
    certain: int = 0
    certain_right: int = 0
    meant: int = 0
    meant_right: int = 0
    calls: int = 0
    calls_meant: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, places: dict[Spot, ReferencePlace], known: dict[Spot, bool], seconds: float) -> None:
        """Count the places of a symbol, and the references that the analyser finds, with whether each is a call."""
        certain = {spot for spot, place in places.items() if place.certainty is Certainty.CERTAIN}
        meant = {spot for spot, place in places.items() if place.certainty in _MEANT}
        calls = {spot for spot, is_call in known.items() if is_call}
        self.symbols += 1
        self.references += len(known)
        self.found += len(known.keys() & places.keys())
        self.certain += len(certain)
        self.certain_right += len(certain & known.keys())
        self.meant += len(meant)
        self.meant_right += len(meant & known.keys())
        self.calls += len(calls)
        self.calls_meant += len(calls & meant)
        self.seconds.append(seconds)

    def row(self, name: str) -> str:
        """Return the figures as a row of a Markdown table."""
        shares = (
            (self.found, self.references),
            (self.certain_right, self.certain),
            (self.meant_right, self.meant),
            (self.calls_meant, self.calls),
        )
        cells = [f"{part / whole:.3f} ({part:,} of {whole:,})" if whole else "" for part, whole in shares]
        times = f"{mean(self.seconds) * 1000:.0f} / {percentile(self.seconds, 0.95) * 1000:.0f} ms"
        return f"| {name} | {self.symbols} | {' | '.join(cells)} | {times} |"


def measure(index: Index, known: dict[str, Any], show: bool) -> tuple[dict[Spot, ReferencePlace], float]:
    """Return the uses of a symbol by their places, and the seconds of the search."""
    symbol = known["symbol"]
    began = time.perf_counter()
    found = index.references.find(symbol["name"], definition=(symbol["path"], symbol["line"]))
    seconds = time.perf_counter() - began
    spots: dict[Spot, ReferencePlace] = {}
    for place in found.places:
        text = (index.folder / place.path).read_text("utf-8").splitlines()[place.line - 1]
        if place.kind in _USES and re.match(rf"{symbol['name']}\b", text[place.column - 1 :]):
            spots[place.path, place.line, place.column - 1] = place
    if show:
        _show(symbol, spots, known_references(index.folder, known), index.folder)
    return spots, seconds


def known_references(folder: Path, known: dict[str, Any]) -> dict[Spot, bool]:
    """Return the references that the analyser finds, with whether each is a call; without overloads and overrides."""
    spots = {(each["path"], each["line"], each["column"]): each["is_call"] for each in known["references"]}
    return {spot: is_call for spot, is_call in spots.items() if not _DEFINES.search(_line_at(folder, spot)[: spot[2]])}


def _line_at(folder: Path, spot: Spot) -> str:
    return (folder / spot[0]).read_text("utf-8").splitlines()[spot[1] - 1]


def _show(symbol: dict[str, Any], spots: dict[Spot, ReferencePlace], known: dict[Spot, bool], folder: Path) -> None:
    for spot, place in spots.items():
        if place.certainty in _MEANT and spot not in known:
            sys.stdout.write(f"{place.certainty.value}, only here: {symbol['qualified']} at {spot}: {place.code}\n")
    for spot, is_call in known.items():
        if spot not in spots or (is_call and spots[spot].certainty is Certainty.NAME_ONLY):
            code = _line_at(folder, spot).strip()
            state = "only the name" if spot in spots else "missing"
            sys.stdout.write(f"{state}: {symbol['path']} {symbol['qualified']} at {spot}: {code}\n")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--references", type=Path, required=True)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    by_tree: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in options.references.open():
        known = json.loads(line)
        if known["references"] is not None:
            by_tree[known["symbol"]["tree"]].append(known)
    groups: dict[str, Tally] = defaultdict(Tally)
    for tree, symbols in by_tree.items():
        with indexed_tree(options.trees / tree, SearchMode.KEYWORD) as index:
            for known in symbols:
                spots, seconds = measure(index, known, options.show)
                references = known_references(index.folder, known)
                for name in (tree, f"kind: {known['symbol']['kind']}", "all"):
                    groups[name].add(spots, references, seconds)
    head = ("symbols", "recall", "precision, certain", "precision, certain and probable", "recall of calls")
    sys.stdout.write(f"| | {' | '.join(head)} | mean / p95 |\n|{' --- |' * 7}\n")
    for name in [*by_tree, *sorted(name for name in groups if name.startswith("kind")), "all"]:
        sys.stdout.write(f"{groups[name].row(name)}\n")


if __name__ == "__main__":
    main()

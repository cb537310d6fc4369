"""Draws symbols of Python trees and asks `jedi` for their references; `exact_references.py` compares with them.

    pip install jedi==0.20.1
    npm run python -- tests/bench/jedi_references.py --trees DIR --out FILE [--symbols 50] [TREE …]

Takes minutes, because `jedi` infers types. Each symbol is written as soon as its references are known, and a second run
continues. The seed is fixed.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import say

from sourcewise.domain.file_role import FileRole
from sourcewise.mining.file_roles import file_role

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 17
TREES = ("aiohttp", "fastapi", "httpx", "pydantic", "rich", "starlette")
_CONSTANT = re.compile(r"^_*[A-Z][A-Z0-9_]+$")
_CALL = re.compile(r"\s*\(")


@dataclass(frozen=True, slots=True)
class DrawnSymbol:
    """A definition; `line` counts from 1 and `column` from 0, both of its name."""

    tree: str
    path: str
    line: int
    column: int
    name: str
    qualified: str
    kind: str


@dataclass(frozen=True, slots=True)
class JediReference:
    """A place that `jedi` names, without the definition itself; `line` counts from 1 and `column` from 0."""

    path: str
    line: int
    column: int
    is_call: bool


def drawn_symbols(folder: Path, count: int) -> list[DrawnSymbol]:
    """Return symbols of a tree's product code: functions, methods, classes and constants, with a fixed seed."""
    found: list[DrawnSymbol] = []
    for file in sorted(folder.rglob("*.py")):
        path = file.relative_to(folder).as_posix()
        if file_role(path) is FileRole.CODE:
            text = file.read_text("utf-8")
            found += _symbols(folder.name, path, ast.parse(text), text.splitlines(), ())
    return random.Random(SEED).sample(found, min(count, len(found)))


def _symbols(tree: str, path: str, node: ast.AST, lines: list[str], around: tuple[str, ...]) -> Iterator[DrawnSymbol]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            is_class = isinstance(child, ast.ClassDef)
            kind = "class" if is_class else "method" if isinstance(node, ast.ClassDef) else "function"
            named = re.compile(rf"(?:def|class)\s+{child.name}\b").search(lines[child.lineno - 1])
            if named and not child.name.startswith("__"):
                column = named.end() - len(child.name)
                yield DrawnSymbol(tree, path, child.lineno, column, child.name, ".".join((*around, child.name)), kind)
            if is_class:
                yield from _symbols(tree, path, child, lines, (*around, child.name))
        elif isinstance(child, ast.Assign) and isinstance(node, ast.Module):
            target = child.targets[0]
            if isinstance(target, ast.Name) and _CONSTANT.match(target.id):
                yield DrawnSymbol(tree, path, target.lineno, target.col_offset, target.id, target.id, "constant")
        elif isinstance(child, ast.If | ast.Try):
            yield from _symbols(tree, path, child, lines, around)


def references(folder: Path, symbol: DrawnSymbol) -> list[JediReference]:
    """Return the references of a symbol in its tree, as `jedi` finds them."""
    import jedi  # noqa: PLC0415 - only this script needs it, see above
    from jedi.inference import references as search  # noqa: PLC0415 - as above

    search._PARSED_FILE_LIMIT = search._OPENED_FILE_LIMIT = 1_000_000  # by default it stops after 30 files
    roots = [str(root) for root in (folder, folder / "src") if root.is_dir()]
    project = jedi.Project(folder, sys_path=roots, smart_sys_path=False)
    script = jedi.Script(path=folder / symbol.path, project=project)
    names = script.get_references(symbol.line, symbol.column, include_builtins=False)
    places = {
        (name.module_path.relative_to(folder).as_posix(), name.line, name.column)
        for name in names
        if name.name == symbol.name and name.module_path and name.module_path.is_relative_to(folder)
    }
    places.discard((symbol.path, symbol.line, symbol.column))
    return [JediReference(*place, _is_call(folder, *place, symbol.name)) for place in sorted(places)]


def _is_call(folder: Path, path: str, line: int, column: int, name: str) -> bool:
    text = (folder / path).read_text("utf-8").splitlines()[line - 1]
    defined = re.search(r"\b(?:def|class)\s+$", text[:column])
    return not defined and _CALL.match(text, column + len(name)) is not None


def _answer(folder: Path, symbol: DrawnSymbol) -> dict[str, object]:
    """Return a symbol and its references; None instead of these if `jedi` fails."""
    try:
        found = [asdict(reference) for reference in references(folder, symbol)]
    except Exception:  # it raises many, such as RecursionError and AttributeError
        found = None
    return {"symbol": asdict(symbol), "references": found}


def main() -> None:
    """Write the references of the symbols that the file lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees_drawn", nargs="*", metavar="TREE", default=list(TREES))
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--symbols", type=int, default=50, help="of each tree")
    options = parser.parse_args()
    known = {json.loads(line)["key"] for line in options.out.open()} if options.out.exists() else set()
    with options.out.open("a") as out:
        for tree in options.trees_drawn:
            folder = (options.trees / tree).resolve()
            for number, symbol in enumerate(drawn_symbols(folder, options.symbols), 1):
                key = f"{tree}/{symbol.path}:{symbol.line}"
                if key not in known:
                    say(f"{tree} {number}: {symbol.qualified}")
                    out.write(json.dumps({"key": key, **_answer(folder, symbol)}) + "\n")
                    out.flush()


if __name__ == "__main__":
    main()

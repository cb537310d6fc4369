"""Every regular expression takes linear time, so that no file can block Sourcewise."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from adversarial_text import adversarial_texts

import sourcewise

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

# Sizes increase, and a slow size ends the test: an expression that is not linear fails here without a long wait.
_SIZES = (25, 250, 2_000, 8_000)
_LARGE = 1_000_000
_SLACK = 0.1
# Linear expressions take about 20 nanoseconds per character.
_SECONDS_PER_CHARACTER = 0.5e-6
# Patterns, or beginnings of their places, that are only used on short texts.
_LIMITED = {
    "sourcewise.chunking.headings._IMAGE": 2_000,  # a longer title is cut first
    "sourcewise.chunking.headings._LINK": 2_000,
    "sourcewise.mining.role_names.": 510,  # the names of a file and its folder, of 255 bytes at most
    "sourcewise.mining.wildmatch._TOKEN": 1_000,  # longer rules with wildcards are ignored
    "sourcewise.mining.wildmatch._BRACKET_ITEM": 1_000,
}
_SCANS = frozenset({"finditer", "findall", "split", "sub", "subn"})
_FUNCTIONS = frozenset({"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"})


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(sourcewise.__path__, "sourcewise."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


@cache
def nodes(module: str) -> list[ast.AST]:
    """Return all nodes of the syntax tree of a module."""
    return list(ast.walk(ast.parse(inspect.getsource(importlib.import_module(module)))))


def patterns() -> dict[str, re.Pattern[Any]]:
    """Return the compiled expressions in module variables and in calls of functions, by place."""
    found: dict[str, re.Pattern[Any]] = {}
    for module in modules():
        for name, value in vars(module).items():
            found |= {f"{module.__name__}.{name}{place}": pattern for place, pattern in held(value, "")}
        found |= {f"{module.__name__}:{line}": pattern for line, pattern in written(module)}
    return found


def held(value: object, place: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from held(item, f"{place}[{key!r}]")
    elif isinstance(value, tuple | list | set | frozenset):
        for number, item in enumerate(value):
            yield from held(item, f"{place}[{number}]")


def written(module: ModuleType) -> Iterator[tuple[int, re.Pattern[Any]]]:
    """Yield the literal expressions in calls of `re`; other expressions consist of names, which are escaped."""
    for node in nodes(module.__name__):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            first, of = node.args[0], node.func
            named = isinstance(of.value, ast.Name) and of.value.id == "re" and of.attr in _FUNCTIONS
            if named and isinstance(first, ast.Constant) and of.attr != "compile":
                flags = re.DOTALL if any(word.arg == "flags" for word in node.keywords) else 0
                yield node.lineno, re.compile(first.value, flags)


PATTERNS = patterns()


def uses(place: str) -> set[str]:
    """Return the methods that a module calls on its own expression; all methods if no call is found."""
    module, _, name = place.rpartition(".")
    if ":" in place or "[" in place:
        return {"search", "fullmatch", "finditer"}
    attributes = [node for node in nodes(module) if isinstance(node, ast.Attribute)]
    seen = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == name}
    methods = {"finditer" if method in _SCANS else method for method in seen - {"pattern"}}
    return methods or {"search", "fullmatch", "finditer"}


def seconds(pattern: re.Pattern[Any], methods: set[str], text: str) -> float:
    """Return the CPU time in seconds of the slowest of these methods; a method that takes too long is tried twice."""
    subject: Any = text if isinstance(pattern.pattern, str) else text.encode("utf-8")
    slowest = 0.0
    for method in methods:
        took = _timed(getattr(pattern, method), subject)
        if took >= allowed(len(text)):
            took = min(took, _timed(getattr(pattern, method), subject))
        slowest = max(slowest, took)
    return slowest


def _timed(call: Callable[[Any], Any], subject: Any) -> float:
    started = time.process_time()
    found = call(subject)
    if isinstance(found, Iterator):
        deque(found, maxlen=0)
    return time.process_time() - started


def made(parts: tuple[str, str, str], size: int) -> str:
    beginning, unit, end = parts
    return beginning + unit * (size // len(unit)) + end


def allowed(size: int) -> float:
    return _SLACK + size * _SECONDS_PER_CHARACTER


@pytest.mark.parametrize("place", sorted(PATTERNS))
def test_a_pattern_takes_linear_time(place: str) -> None:
    pattern, methods = PATTERNS[place], uses(place)
    limit = next((size for beginning, size in _LIMITED.items() if place.startswith(beginning)), _LARGE)
    slowest: dict[tuple[str, str, str], float] = {}
    for parts in adversarial_texts(pattern):
        for size in (size for size in _SIZES if size <= limit):
            slowest[parts] = seconds(pattern, methods, made(parts, size))
            assert slowest[parts] < allowed(size), f"{pattern.pattern!r} on {size:,} characters like {parts}"
    worst = max(slowest, key=lambda parts: slowest[parts])
    took = seconds(pattern, methods, made(worst, limit))
    assert took < allowed(limit), f"{pattern.pattern!r} on {limit:,} characters like {worst}"


def test_patterns_of_all_kinds_of_modules_are_found() -> None:
    places = " ".join(PATTERNS)
    for known in ("words._TOKEN", "secret_patterns._SECRET", "decoding._DECLARED", "headings._ATX", "citations._CODE"):
        assert known in places

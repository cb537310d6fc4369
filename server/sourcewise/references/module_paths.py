"""Finds the file of a module that another file imports, for Python, JavaScript and TypeScript."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Folders of sources, besides those around the importing file.
_ROOTS = ("src", "lib", "python")
_SUFFIXES = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
_COMPILED = (".js", ".jsx", ".mjs", ".cjs")
# Prefixes that tools map to the folder of sources.
_ALIASES = ("@/", "~/", "$lib/")


class ModulePaths:
    """Resolves modules to indexed files."""

    def __init__(self, indexed: Callable[[Sequence[str]], Sequence[str]]) -> None:
        """Take a function that returns those of some paths that are indexed files."""
        self._indexed = indexed
        self._known: dict[tuple[str, str], str | None] = {}

    def resolve(self, path: str, module: str, language: str) -> str | None:
        """Return the file of a module, or None if it is not in the folder.

        Args:
            path: of the importing file.
            module: as written: `..package.module` in Python, `./module` in JavaScript.
            language: of the importing file.
        """
        key = (posixpath.dirname(path), module)
        if key not in self._known:
            candidates = list(_of_python(*key) if language in {"python", "cython"} else _of_javascript(*key))
            found = set(self._indexed(candidates))
            self._known[key] = next((candidate for candidate in candidates if candidate in found), None)
        return self._known[key]


def _of_python(folder: str, module: str) -> Iterator[str]:
    names = module.lstrip(".")
    levels, inner = len(module) - len(names), names.replace(".", "/")
    if levels:
        for _ in range(levels - 1):
            folder = posixpath.dirname(folder)
        roots = [folder]
    else:
        roots = [*_ancestors(folder), *_ROOTS]
    for root in roots:
        base = posixpath.join(root, inner).rstrip("/")
        for end in (".py", "/__init__.py", ".pyi", "/__init__.pyi", ".pyx"):
            yield f"{base}{end}".lstrip("/")


def _ancestors(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _of_javascript(folder: str, module: str) -> Iterator[str]:
    alias = next((alias for alias in _ALIASES if module.startswith(alias)), None)
    if module.startswith("."):
        bases = [posixpath.normpath(posixpath.join(folder, module))]
    elif alias is not None:
        bases = [posixpath.join(root, module.removeprefix(alias)) for root in ("src", "src/lib", "")]
    else:
        return
    for base in bases:
        stem, suffix = posixpath.splitext(base)
        yield base
        if suffix in _COMPILED:
            yield from (f"{stem}{other}" for other in _SUFFIXES)
        yield from (f"{base}{end}" for end in _SUFFIXES)
        yield from (posixpath.normpath(f"{base}/index{end}") for end in _SUFFIXES)

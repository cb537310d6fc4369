"""Evaluates expressions across files: which definition they name, or of which class their object is.

Knows modules, imports under other names, re-exports, classes with their bases, annotations and assigned values. It
executes nothing, and gives up where it cannot know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sourcewise.references.occurrence import CALL, ENTER, WHOLE_MODULE, Member, root_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sourcewise.references.module_paths import ModulePaths
    from sourcewise.references.occurrence import Expression, FileFacts

# Real chains of imports, bases and values are shorter.
_MOST_DEPTH = 40
_PYTHON = frozenset({"python", "cython"})


class Symbol(NamedTuple):
    """A definition."""

    path: str
    qualified: str
    member: Member


class Module(NamedTuple):
    """A module of the folder."""

    path: str


class Namespace(NamedTuple):
    """A module that has no file of its own in the folder: a package without `__init__.py`, or a library."""

    path: str
    module: str


class Instance(NamedTuple):
    """An object of a class, or with `above` the bases of the class, as `super()` sees them."""

    symbol: Symbol
    above: bool = False


class Outside(NamedTuple):
    """Something that is not defined in the folder."""


class Unknown(NamedTuple):
    """Something that cannot be known."""


Value = Symbol | Module | Namespace | Instance | Outside | Unknown
OUTSIDE, UNKNOWN_VALUE = Outside(), Unknown()


class Inference:
    """Evaluates expressions in the files of a folder."""

    def __init__(
        self,
        facts_of: Callable[[str], FileFacts | None],
        language_of: Callable[[str], str],
        modules: ModulePaths,
    ) -> None:
        """Take a function that returns the facts of a file, and one that returns its language."""
        self._facts_of = facts_of
        self._language_of = language_of
        self._modules = modules
        self._values: dict[tuple[str, Expression], Value] = {}
        self._depth = 0

    def value(self, path: str, expression: Expression) -> Value:
        """Return what an expression of a file is."""
        key = (path, expression)
        if key not in self._values:
            self._values[key] = UNKNOWN_VALUE  # while it is evaluated, since expressions may depend on themselves
            self._values[key] = self._evaluated(path, expression)
        return self._values[key]

    def bases(self, symbol: Symbol) -> Iterator[Value]:
        """Yield the bases of a class."""
        facts = self._facts_of(symbol.path)
        found = facts.classes.get(symbol.qualified) if facts is not None else None
        for base in found.bases if found is not None else ():
            yield self._dereferenced(self.value(symbol.path, base))

    def ancestors(self, symbol: Symbol) -> Iterator[Value]:
        """Yield the bases of a class and their bases, each once, nearest first."""
        waiting, seen = [*self.bases(symbol)], {symbol[:2]}
        while waiting:
            base = waiting.pop(0)
            if not isinstance(base, Symbol):
                yield base
            elif base[:2] not in seen:
                seen.add(base[:2])
                yield base
                waiting.extend(self.bases(base))

    def _evaluated(self, path: str, expression: Expression) -> Value:
        if self._depth > _MOST_DEPTH:
            return UNKNOWN_VALUE
        self._depth += 1
        try:
            value = self._root(path, expression[0])
            for step in expression[1:]:
                value = self._step(value, step)
        finally:
            self._depth -= 1
        return value

    def _step(self, value: Value, step: str) -> Value:
        if step == CALL:
            return self._called(value)
        return self._entered(value) if step == ENTER else self._attribute(value, step[1:])

    def _entered(self, value: Value) -> Value:
        """Return what a context manager returns: often itself."""
        value = self._dereferenced(value)
        for method in ("__enter__", "__aenter__") if isinstance(value, Instance) else ():
            entered = self._called(self._attribute(value, method))
            if isinstance(entered, Instance):
                return entered
        return value

    def _root(self, path: str, root: str) -> Value:
        mark, *details = root_parts(root)
        if not details:
            return self._global(path, mark)
        match mark:
            case "self" | "super":
                return Instance(_class(path, details[0]), above=mark == "super")
            case "class":
                return _class(path, details[0])
            case "definition":
                return Symbol(path, details[0], Member(0))
            case "import":
                return self._imported(path, *details)
        return OUTSIDE if mark == "other" else UNKNOWN_VALUE

    def _global(self, path: str, name: str) -> Value:
        facts = self._facts_of(path)
        if facts is None:
            return UNKNOWN_VALUE
        member = facts.members.get(name)
        if member is not None:
            return Symbol(path, name, member) if member.is_definition else self.value(path, member.value)
        return self._from_wildcards(path, facts, name)

    def _from_wildcards(self, path: str, facts: FileFacts, name: str) -> Value:
        found: Value = OUTSIDE
        for module in facts.wildcards:
            file = self._modules.resolve(path, module, self._language_of(path))
            value = UNKNOWN_VALUE if file is None else self._exported(file, name)
            if isinstance(value, Symbol | Module | Instance):
                return value
            found = value if isinstance(value, Unknown) else found
        return found

    def _imported(self, path: str, module: str, name: str) -> Value:
        language = self._language_of(path)
        file = self._modules.resolve(path, module, language)
        if file is not None:
            return self._exported(file, name) if name else self._module(file)
        if language not in _PYTHON:
            return UNKNOWN_VALUE if module.startswith(".") else OUTSIDE
        namespace = Namespace(path, module)
        return self._of_namespace(namespace, name) if name else namespace

    def _module(self, path: str) -> Value:
        """Return a module, or the class or function that it exports as a whole."""
        facts = self._facts_of(path)
        whole = facts.exports.get(WHOLE_MODULE) if facts is not None and facts.exports is not None else None
        value = self.value(path, whole) if whole is not None else UNKNOWN_VALUE
        return value if isinstance(value, Symbol) else Module(path)

    def _of_namespace(self, namespace: Namespace, name: str) -> Value:
        """Return a module of a package whose `__init__.py` is missing or empty, and so is not in the index."""
        path, module = namespace
        joined = f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
        file = self._modules.resolve(path, joined, self._language_of(path))
        return Namespace(path, joined) if file is None else Module(file)

    def _exported(self, path: str, name: str) -> Value:
        """Return what a module has under a name: a definition, something imported, or a module of the package."""
        facts = self._facts_of(path)
        if facts is None:
            return UNKNOWN_VALUE
        if facts.exports is not None and name in facts.exports:
            return self.value(path, facts.exports[name])
        if name in facts.members:
            return self.value(path, (name,))
        submodule = self._modules.resolve(path, f".{name}", "python") if path.endswith("__init__.py") else None
        if submodule is not None:
            return Module(submodule)
        if self._depth > _MOST_DEPTH:
            return UNKNOWN_VALUE
        self._depth += 1
        try:
            return self._from_wildcards(path, facts, name) if facts.wildcards else UNKNOWN_VALUE
        finally:
            self._depth -= 1

    def _attribute(self, value: Value, name: str) -> Value:
        value = self._dereferenced(value)
        match value:
            case Module(path):
                return self._exported(path, name)
            case Namespace():
                return self._of_namespace(value, name)
            case Instance(symbol, above):
                return self._member(symbol, name, above=above)
            case Symbol(_, _, member) if member.is_class:
                return self._member(value, name)
            case Symbol():
                return UNKNOWN_VALUE
        return value

    def _member(self, symbol: Symbol, name: str, *, above: bool = False) -> Value:
        """Return a member of a class or of the nearest of its bases that has it."""
        bases = [*([] if above else [symbol]), *self.ancestors(symbol)]
        for base in bases:
            if isinstance(base, Symbol) and (found := self.member_of(base, name)) is not None:
                return found
        # A subclass may have the member that `self` needs, but not the one that `super()` needs.
        is_outside = any(isinstance(base, Outside | Namespace) for base in bases)
        return OUTSIDE if above and is_outside else UNKNOWN_VALUE

    def member_of(self, symbol: Symbol, name: str) -> Symbol | None:
        """Return a member that a class itself has."""
        facts = self._facts_of(symbol.path)
        found = facts.classes.get(symbol.qualified) if facts is not None else None
        if found is None or name not in found.members:
            return None
        return Symbol(symbol.path, f"{symbol.qualified}.{name}", found.members[name])

    def _dereferenced(self, value: Value) -> Value:
        """Return the object of a variable or property; other values as they are."""
        for _ in range(_MOST_DEPTH):
            if not isinstance(value, Symbol) or value.member.is_class or value.member.is_function:
                return value
            value = self.value(value.path, value.member.value)
        return UNKNOWN_VALUE

    def _called(self, value: Value) -> Value:
        value = self._dereferenced(value)
        if not isinstance(value, Symbol):
            return OUTSIDE if isinstance(value, Outside | Namespace) else UNKNOWN_VALUE
        if value.member.is_class:
            return Instance(value)
        return self._dereferenced(self.value(value.path, value.member.value))


def _class(path: str, qualified: str) -> Symbol:
    return Symbol(path, qualified, Member(0, is_class=True))

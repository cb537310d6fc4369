"""Describes what a name or an expression refers to within one file, by the rules of lexical scopes.

The subclasses know the scopes and bindings of one language.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from sourcewise.references.occurrence import OTHER, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tree_sitter import Node

    from sourcewise.references.occurrence import Expression, FileFacts

    # Describes the object of a local variable on demand.
    Described = Callable[[], Expression]
    Describer = Callable[[Node], Expression]

_MOST_STEPS = 12
_MOST_LEVELS = 300


class LocalName:
    """A name that a scope binds.

    Attributes:
        is_variable: whether the name is a variable or parameter, which is no definition of its own.
    """

    def __init__(self, described: Described, *, is_variable: bool = True) -> None:
        self.is_variable = is_variable
        self._described = [described]
        self._value: Expression | None = None

    def assigned(self, described: Described) -> None:
        """Add another assignment; the first one that can be described counts."""
        self._described.append(described)

    @property
    def value(self) -> Expression:
        """The object; UNKNOWN while it is being described, since variables may depend on themselves."""
        if self._value is None:
            self._value = UNKNOWN
            values = [described() for described in self._described]
            self._value = next((value for value in values if value not in (UNKNOWN, OTHER)), values[0])
        return self._value


def fixed(expression: Expression) -> LocalName:
    """Return the binding of a name of a definition or import."""
    return LocalName(lambda: expression, is_variable=False)


class Scopes(ABC):
    """The scopes of one parsed file."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._bound: dict[int, Mapping[str, LocalName]] = {}

    @abstractmethod
    def facts(self) -> FileFacts:
        """Return what the file defines."""

    @abstractmethod
    def target(self, name: Node) -> Expression:
        """Describe what a name refers to, given its node."""

    @abstractmethod
    def _describer(self, node_type: str) -> Describer | None:
        """Return what describes the objects of expressions of a type; None if nothing does."""

    @abstractmethod
    def _is_literal(self, node_type: str) -> bool:
        """Return whether expressions of a type have an object of a built-in type."""

    @abstractmethod
    def _names_bound_in(self, scope: Node) -> Mapping[str, LocalName]:
        """Return the names that a scope binds; empty if the node is no scope."""

    def expression(self, node: Node) -> Expression:
        """Describe the object of an expression."""
        describe = self._describer(node.type)
        if describe is not None:
            return describe(node)
        return OTHER if self._is_literal(node.type) else UNKNOWN

    def first_known(self, nodes: Iterable[Node], describe: Describer) -> Expression:
        """Return the first description of one of these nodes that is neither UNKNOWN nor OTHER."""
        return next((each for node in nodes if (each := describe(node)) not in (UNKNOWN, OTHER)), UNKNOWN)

    def of_first_child(self, node: Node) -> Expression:
        """Describe a node that stands for its first child, such as an expression in parentheses."""
        inner = first_child(node)
        return UNKNOWN if inner is None else self.expression(inner)

    def resolved(self, name: str, node: Node) -> Expression:
        """Describe the object that a name refers to at a node."""
        local = self._local(name, node)
        return (name,) if local is None else local.value

    def named(self, name: str, node: Node) -> Expression:
        """Describe the definition that a name refers to at a node; OTHER for a local variable."""
        local = self._local(name, node)
        if local is None:
            return (name,)
        return OTHER if local.is_variable else local.value

    def _local(self, name: str, node: Node) -> LocalName | None:
        """Return the binding of a name in the innermost scope around a node; None for the outermost scope."""
        inner, outer = node, node.parent
        for _ in range(_MOST_LEVELS):
            if outer is None or outer.parent is None:
                return None
            if self._sees(outer, inner, node):
                if outer.id not in self._bound:
                    self._bound[outer.id] = self._names_bound_in(outer)
                if name in self._bound[outer.id]:
                    return self._bound[outer.id][name]
            inner, outer = outer, outer.parent
        return None

    def _sees(self, scope: Node, child: Node, node: Node) -> bool:  # noqa: ARG002 - for subclasses
        """Return whether a node in a child of a scope sees the names of the scope."""
        return True


def limited(expression: Expression) -> Expression:
    """Return an expression, or UNKNOWN if it has too many steps or follows from an unknown object."""
    if expression[0] == UNKNOWN[0] or len(expression) > _MOST_STEPS:
        return UNKNOWN
    return OTHER if expression[0] == OTHER[0] else expression


def text_of(node: Node) -> str:
    """Return the text of a short node, such as a name."""
    return (node.text or b"").decode("utf-8", "replace")


def first_child(node: Node, number: int = 0) -> Node | None:
    """Return the first named child, or another one by its number from 0; None if there is none."""
    return node.named_child(number) if number < node.named_child_count else None

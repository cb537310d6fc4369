"""Reads the syntax nodes of Python: definitions, parameters, patterns and the statements of a scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.references.scopes import first_child, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

FUNCTIONS = frozenset({"function_definition", "lambda"})
COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
_PARAMETERS = frozenset(
    {"parameters", "lambda_parameters", "default_parameter", "typed_parameter", "typed_default_parameter"}
)


def qualified_name(definition: Node) -> str:
    """Return the names of a definition and of those around it, joined by dots."""
    names: list[str] = []
    current: Node | None = definition
    while current is not None:
        if name := current.child_by_field_name("name"):
            names.append(text_of(name))
        current = outer_definition(current)
    return ".".join(reversed(names))


def outer_definition(node: Node) -> Node | None:
    """Return the function or class directly around a node."""
    outer = node.parent
    while outer is not None and outer.type not in {"class_definition", "function_definition"}:
        outer = outer.parent
    return outer


def class_around(node: Node) -> Node | None:
    """Return the class of the method around a node, or the class around it."""
    outer = outer_definition(node)
    while outer is not None and outer.type != "class_definition":
        outer = outer_definition(outer)
    return outer


def is_in_function(node: Node, scope: Node) -> bool:
    """Return whether a function is between a node and a scope around it."""
    outer = node.parent
    while outer is not None and outer != scope:
        if outer.type in FUNCTIONS:
            body = outer.child_by_field_name("body")
            if body is not None and body.start_byte <= node.start_byte:
                return True
        outer = outer.parent
    return False


def is_parameter(name: Node) -> bool:
    """Return whether a name is that of a parameter."""
    parent = name.parent
    if parent is None or parent.type not in _PARAMETERS | {"list_splat_pattern", "dictionary_splat_pattern"}:
        return False
    if parent.type.endswith("splat_pattern"):
        return parent.parent is not None and parent.parent.type in _PARAMETERS
    named = parent.child_by_field_name("name")
    return named == name or (named is None and first_child(parent) == name) or parent.type.endswith("parameters")


def decorators_of(function: Node) -> set[str]:
    """Return the decorators of a function, without the `@`."""
    wrapper = function.parent
    if wrapper is None or wrapper.type != "decorated_definition":
        return set()
    return {text_of(child).lstrip("@ ") for child in wrapper.named_children if child.type == "decorator"}


def statements_of(body: Node) -> Iterator[Node]:
    """Yield the nodes of a scope, but none inside the scopes in it."""
    waiting = body.named_children[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if node.type not in FUNCTIONS | COMPREHENSIONS | {"class_definition"} and node.named_child_count:
            waiting.extend(reversed(node.named_children))


def names_in_pattern(pattern: Node) -> Iterator[str]:
    """Yield the names that a pattern binds."""
    if pattern.type == "identifier":
        yield text_of(pattern)
    elif pattern.type not in {"attribute", "subscript"}:
        for child in pattern.named_children:
            yield from names_in_pattern(child)

"""Reads the syntax nodes of JavaScript and TypeScript: definitions, classes, patterns and the nodes of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.references.scopes import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

FUNCTIONS = frozenset(
    {
        *("function_declaration", "function_expression", "arrow_function", "method_definition"),
        *("generator_function_declaration", "generator_function", "function_signature", "method_signature"),
    }
)
CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class", "interface_declaration"})
_PATTERNS = frozenset({"object_pattern", "array_pattern", "rest_pattern", "assignment_pattern", "pair_pattern"})
PARAMETERS = frozenset({"formal_parameters", "required_parameter", "optional_parameter"})


def qualified_name(definition: Node) -> str:
    """Return the names of a definition and of those around it, joined by dots."""
    names: list[str] = []
    current: Node | None = definition
    while current is not None:
        is_named = current.type in FUNCTIONS | CLASSES or current.type in {"variable_declarator", "internal_module"}
        name = current.child_by_field_name("name") if is_named else None
        is_function_value = current.type != "variable_declarator" or current == definition or _holds_definition(current)
        if name is not None and is_function_value:
            names.append(text_of(name))
        current = current.parent
    return ".".join(reversed(names))


def _holds_definition(declarator: Node) -> bool:
    value = declarator.child_by_field_name("value")
    return value is not None and value.type in FUNCTIONS | CLASSES


def class_around(node: Node) -> Node | None:
    """Return the class whose object `this` is at a node; None in a plain function."""
    current = node.parent
    while current is not None:
        if current.type in CLASSES:
            return current
        if current.type in {"function_declaration", "function_expression", "generator_function_declaration"}:
            return None
        current = current.parent
    return None


def names_in_pattern(pattern: Node) -> Iterator[str]:
    """Yield the names that a pattern binds."""
    if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
        yield text_of(pattern)
    elif pattern.type == "pair_pattern":
        value = pattern.child_by_field_name("value")
        yield from names_in_pattern(value) if value is not None else ()
    elif pattern.type in {"assignment_pattern", "object_assignment_pattern"}:
        left = pattern.child_by_field_name("left")
        yield from names_in_pattern(left) if left is not None else ()
    elif pattern.type in _PATTERNS | PARAMETERS:
        for child in pattern.named_children:
            yield from names_in_pattern(child)


def is_member_name(parent: Node, name: Node) -> bool:
    """Return whether a name is that of a member of a class."""
    is_member = parent.type in {
        *("method_definition", "public_field_definition", "field_definition", "method_signature"),
        *("property_signature", "abstract_method_signature"),
    }
    return is_member and name in (parent.child_by_field_name("name"), parent.child_by_field_name("property"))


def statements_of(body: Node) -> Iterator[Node]:
    """Yield the nodes of a function, but none inside the functions and classes in it."""
    waiting = [body]
    while waiting:
        node = waiting.pop()
        yield node
        if node.type not in FUNCTIONS | CLASSES and node.named_child_count:
            waiting.extend(reversed(node.named_children))
